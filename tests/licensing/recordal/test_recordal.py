"""Until when to record, what it brings, and what to hand in."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from marketplace.licensing.models import Agreement, FilingKind
from marketplace.licensing.recordal import file_set, recordal_of

pytestmark = pytest.mark.django_db


def test_the_three_months_run_from_the_day_in_shanghai_and_roll_over_holidays(active: Agreement) -> None:
    active.effective_at = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)  # 1 July there
    found = recordal_of(active, on=date(2026, 7, 2))

    assert found is not None
    assert found.effective_on == date(2026, 7, 1)
    assert found.due_on == date(2026, 10, 8)  # 1 October begins the holidays
    assert found.days_left == 98


def test_before_it_takes_effect_there_is_nothing_to_record(offered: Agreement) -> None:
    assert recordal_of(offered) is None


def test_the_open_license_lowers_annual_fees_that_are_not_yet_due(opened: Agreement) -> None:
    found = recordal_of(opened, on=date(2026, 11, 24))

    assert found is not None
    assert found.reduces_from == date(2027, 11, 8)  # 6 November 2027 is a Saturday
    assert len(found.facts()) == 3


def test_an_ordinary_license_lowers_no_fee(active: Agreement) -> None:
    found = recordal_of(active, on=date(2026, 11, 24))

    assert found is not None
    assert found.reduces_from is None
    assert len(found.facts()) == 2


def test_a_preset_license_hands_in_contract_and_signature_record(active: Agreement) -> None:
    pieces = file_set(active)

    assert [piece.paper.kind for piece in pieces if piece.paper] == ["contract", "signatures"]
    assert [piece.here for piece in pieces] == [True, True, True, False, False, True, False]


def test_an_open_license_hands_in_notice_and_proof_of_payment(opened: Agreement) -> None:
    pieces = file_set(opened)

    assert [piece.paper.kind for piece in pieces if piece.paper] == ["notice", "certificate"]
    assert [piece.here for piece in pieces] == [True, True, True, True, False, True, False]
    assert "示例0001" in str(pieces[2].note)


def test_the_registration_wants_contract_record_payment_and_certificate(active: Agreement) -> None:
    pieces = file_set(active, FilingKind.REGISTRATION)

    assert [piece.paper.kind for piece in pieces if piece.paper] == ["contract", "signatures"]
    assert [piece.sheet for piece in pieces if piece.sheet] == ["form", "payment", "power"]


def test_once_recorded_the_number_and_day_stand_in_place_of_the_deadline(active: Agreement) -> None:
    filing = active.filings.get(kind=FilingKind.RECORDAL)
    type(filing).objects.filter(pk=filing.pk).update(
        state="accepted", number="示例X2026990000001", handed_in_on=date(2026, 11, 24), decided_on=date(2026, 11, 24)
    )
    found = recordal_of(active)

    assert found is not None
    assert not found.waits
    assert [str(fact.value) for fact in found.facts()][1] == "2026-11-24"
    assert found.number == "示例X2026990000001"
