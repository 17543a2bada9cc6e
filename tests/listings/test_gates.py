"""Each gate of the open track: passing, failing, on the boundary, and a control without the gate in the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from listings import rules
from listings.models import Encumbrance, Listing, Patent, Track
from listings.rules import gates
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import blocking
from marketplace.lib.terms import SHANGHAI, today
from tests.listings.building import scan, sound_draft, sound_patent

Spoil = Callable[[Patent], None]


def put(**fields: Any) -> Spoil:
    def spoil(patent: Patent) -> None:
        for name, value in fields.items():
            setattr(patent, name, value)
        patent.save()

    return spoil


def exclusive(starts: int = -10, ends: int | None = None) -> Spoil:
    def spoil(patent: Patent) -> None:
        now = timezone.now()
        Encumbrance.objects.create(
            patent=patent,
            kind="exclusive",
            holder="独占厂",
            starts_at=now + timedelta(days=starts),
            ends_at=None if ends is None else now + timedelta(days=ends),
        )

    return spoil


def co_owner(*, consent: bool) -> Spoil:
    def spoil(patent: Patent) -> None:
        patent.patentee = f"{patent.patentee};示范设计院"
        patent.save()
        file = scan(kind="co_owner_consent", subject=patent) if consent else None
        patent.co_owners.create(name="示范设计院", consent=file, consented_on=today() if consent else None)

    return spoil


FAILING: list[tuple[str, Spoil]] = [
    ("GATE-1", put(status="pending")),
    ("GATE-1", put(status="unknown")),
    ("GATE-1", put(granted_on=None)),
    ("GATE-1", put(granted_on=date(2999, 1, 1))),
    ("GATE-2", exclusive()),
    ("GATE-3", put(status="suspended")),
    ("GATE-3", put(status="preserved")),
    ("GATE-4", put(status="late_period")),
    ("GATE-4", put(fees_paid_through=None)),
    ("GATE-4", put(fees_paid_through=2)),
    ("GATE-5", put(pledged=True)),
    ("GATE-6", put(status="lapsed")),
    ("GATE-6", put(status="expired")),
    ("GATE-6", put(status="waived")),
    ("GATE-6", put(status="invalid")),
    ("GATE-6", put(filed_on=date(2003, 1, 5), fees_paid_through=20, application_number="031000012")),
    ("GATE-8", co_owner(consent=False)),
    ("GATE-8", put(patentee="示范理工大学；示范设计院")),
    ("TRACK-3", exclusive(starts=30)),
]
PASSING: list[Spoil] = [
    put(status="partly_invalid"),
    put(granted_on=date(2023, 5, 2)),
    exclusive(starts=-20, ends=-1),
    co_owner(consent=True),
]


def blocks(listing: Listing) -> set[str]:
    listing = Listing.objects.get(pk=listing.pk)
    return {finding.rule for finding in blocking(rules.check(listing))}


def test_a_sound_patent_passes_every_gate(open_draft: Listing) -> None:
    assert blocks(open_draft) == set()


@pytest.mark.parametrize(("rule", "spoil"), FAILING)
def test_a_closed_gate_blocks(open_draft: Listing, patent: Patent, rule: str, spoil: Spoil) -> None:
    spoil(patent)

    assert blocks(open_draft) - {"NUM-1", "DECL-5"} == {rule}


@pytest.mark.parametrize(("rule", "spoil"), FAILING)
def test_without_the_gate_the_same_listing_passes(
    open_draft: Listing, patent: Patent, rule: str, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(patent)
    monkeypatch.delitem(rules.RULES, rule)

    assert blocks(open_draft) - {"NUM-1", "DECL-5"} == set()


@pytest.mark.parametrize("spoil", PASSING)
def test_what_looks_alike_but_is_allowed_passes(open_draft: Listing, patent: Patent, spoil: Spoil) -> None:
    spoil(patent)

    assert blocks(open_draft) == set()


def test_a_finding_says_what_to_do_and_where_it_is_written(open_draft: Listing, patent: Patent) -> None:
    put(pledged=True)(patent)

    (finding,) = blocking(rules.check(Listing.objects.get(pk=open_draft.pk)))

    assert finding.rule == "GATE-5"
    assert finding.citation == "《专利法实施细则》第86条第4项"
    assert finding.remedy
    assert finding.field == "pledgee_consent"


def test_a_pledgee_who_agrees_opens_the_gate(open_draft: Listing, patent: Patent) -> None:
    put(pledged=True, pledgee_consent=scan(kind="pledgee_consent", subject=patent))(patent)

    assert blocks(open_draft) == set()


@pytest.mark.parametrize(
    ("paid", "on", "closed"),
    [
        (4, date(2025, 3, 15), False),  # a Saturday: the fee of year 5 may be paid until Monday
        (4, date(2025, 3, 17), False),
        (4, date(2025, 3, 18), True),
        (5, date(2025, 3, 18), False),
        (3, date(2025, 3, 15), True),
    ],
)
def test_the_annual_fee_is_due_on_the_anniversary_rolled_to_a_working_day(
    patent: Patent, paid: int, on: date, closed: bool
) -> None:
    patent.fees_paid_through = paid
    with time_machine.travel(datetime(on.year, on.month, on.day, 12, tzinfo=SHANGHAI), tick=False):
        found = {finding.rule for finding in rules.check_patent(patent, Track.OPEN)}

    assert ("GATE-4" in found) is closed


@pytest.mark.parametrize(("hour", "minute", "ended"), [(23, 59, False), (0, 0, True)])
def test_a_patent_is_in_force_through_its_last_day_in_shanghai(
    patent: Patent, hour: int, minute: int, ended: bool
) -> None:
    assert patent.last_day == date(2041, 3, 14)
    patent.fees_paid_through = 20
    day = date(2041, 3, 15) if ended else date(2041, 3, 14)
    with time_machine.travel(datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI), tick=False):
        found = {finding.rule for finding in rules.check_patent(patent, Track.OPEN)}

    assert ("GATE-6" in found) is ended


@pytest.mark.parametrize(
    ("conclusion", "with_file", "closed"),
    [("", False, True), ("positive", False, True), ("negative", True, True), ("positive", True, False)],
)
@pytest.mark.parametrize("kind", ["utility_model", "design"])
def test_a_utility_model_or_design_needs_a_report_that_is_not_negative(
    university: Organization, alice: User, kind: str, conclusion: str, with_file: bool, closed: bool
) -> None:
    patent = sound_patent(university, kind, evaluation_conclusion=conclusion)
    if with_file:
        patent.evaluation_report = scan(kind="evaluation_report", subject=patent)
        patent.save()
    listing = sound_draft(patent, alice, track=Track.OPEN)

    assert blocks(listing) == ({"GATE-7"} if closed else set())


def test_without_gate_seven_a_utility_model_without_report_passes(
    university: Organization, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = sound_draft(sound_patent(university, "utility_model"), alice, track=Track.OPEN)
    monkeypatch.delitem(rules.RULES, "GATE-7")

    assert blocks(listing) == set()


def test_names_on_the_register_need_consent_even_without_a_row(patent: Patent) -> None:
    patent.patentee = f"{patent.organization.name}; 甲 ;乙"  # type: ignore[union-attr]

    assert gates.uncovered_owners(patent) == ["甲", "乙"]


def test_the_gates_of_the_open_track_do_not_bind_the_preset_track(draft: Listing) -> None:
    assert {rule.id for rule in rules.for_track("preset")} & {f"GATE-{n}" for n in range(1, 9)} == set()
    assert blocks(draft) == set()
