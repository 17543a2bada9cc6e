"""A change in the patent holds payments until it is decided; the license itself stays (F9, DECL-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listings.models import HealthEvent, LegalStatus, Patent
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.flow import holding, terminating
from marketplace.licensing.models import Agreement, Ground, Hold, Obligation
from tests.licensing import truths_of_change
from tests.licensing.conftest import ask, confirm_all, make_listing, sign, sign_term_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def owing(university: Organization, firm: Organization, alice: User, bob: User, any_code: list[str]) -> Agreement:
    """In force, ¥30,000 due within fifteen days, and again each year."""
    listing = make_listing(university, alice, fee_per_year=True)
    sign_term_sheet(listing, alice)
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    return sign(agreement, bob)


def happens(agreement: Agreement) -> HealthEvent:
    patent = Patent.objects.get(pk=agreement.listing.patent_id)
    event = HealthEvent.objects.create(patent=patent, kind="dispute", happened_on=today(), source="法院公告（示例）")
    holding.on_patent_changed("", {"patent": patent.pk})
    return event


def states(agreement: Agreement) -> list[str]:
    return list(agreement.obligations.order_by("number").values_list("state", flat=True))


def test_what_is_due_is_held_and_cannot_be_paid_while_the_license_stays(owing: Agreement) -> None:
    happens(owing)

    owing.refresh_from_db()
    assert states(owing) == ["held", "future", "future", "future", "future"]
    assert owing.state == "active"
    with pytest.raises(flow.NotPayable):
        flow.settle(owing.obligations.get(number=1), proof={"kind": "bank"})


def test_the_same_event_twice_holds_once(owing: Agreement) -> None:
    event = happens(owing)
    holding.on_patent_changed("", {"patent": event.patent_id})

    assert Hold.objects.count() == 1


def test_a_second_event_holds_anew_though_the_first_was_released_and_is_not_settled(
    owing: Agreement, moderator: User
) -> None:
    happens(owing)
    holding.release(owing.holds.get(), by=moderator, reason="与被许可方无关")
    patent = Patent.objects.get(pk=owing.listing.patent_id)
    later = HealthEvent.objects.create(patent=patent, kind="invalidation", happened_on=today(), source="公告（示例）")

    holding.on_patent_changed("", {"patent": patent.pk})

    assert states(owing)[0] == "held"
    assert owing.holds.get(ended_at__isnull=True).event == later


def test_what_falls_due_later_is_held_as_well(owing: Agreement) -> None:
    happens(owing)
    Obligation.objects.filter(agreement=owing, number=2).update(due_on=today() + timedelta(days=1))

    flow.fall_due()

    assert states(owing)[:2] == ["held", "held"]


def test_a_settled_event_releases_by_itself_with_the_days_that_were_left(owing: Agreement) -> None:
    event = happens(owing)
    Hold.objects.update(since=event.recorded_at - timedelta(days=10))
    first = owing.obligations.get(number=1)
    assert first.due_on is not None
    left = (first.due_on - (today() - timedelta(days=10))).days
    HealthEvent.objects.filter(pk=event.pk).update(settled_at=event.recorded_at, settled_how="撤诉")

    holding.on_patent_changed("", {"patent": event.patent_id})

    first.refresh_from_db()
    assert (first.state, first.due_on) == ("due", today() + timedelta(days=left))
    assert Hold.objects.get().how == "released"


def test_a_moderator_releases_with_a_reason_and_nobody_else_does(
    owing: Agreement, alice: User, bob: User, mallory: User
) -> None:
    happens(owing)
    hold = Hold.objects.get()
    for person in (alice, bob, mallory):
        with pytest.raises(flow.NotYours):
            holding.release(hold, by=person, reason="无妨")
    User.objects.filter(pk=mallory.pk).update(is_staff=True)
    mallory.refresh_from_db()
    with pytest.raises(Refused):
        holding.release(hold, by=mallory, reason=" ")
    assert states(owing)[0] == "held"

    holding.release(hold, by=mallory, reason="不妨碍实施")

    assert states(owing)[0] == "due"


def test_the_licensor_waives_what_is_held_and_the_licensee_cannot(owing: Agreement, alice: User, bob: User) -> None:
    happens(owing)
    with pytest.raises(flow.NotYours):
        holding.waive(Hold.objects.get(), by=bob)

    holding.waive(Hold.objects.get(), by=alice)

    assert states(owing) == ["waived", "future", "future", "future", "future"]


def test_the_licensee_leaves_and_owes_nothing_that_was_held(owing: Agreement, bob: User) -> None:
    happens(owing)

    terminating.give_notice(owing, ground=Ground.PATENT_CHANGED, by=bob)

    owing.refresh_from_db()
    assert owing.state == "ended"
    assert set(states(owing)) == {"waived"}
    assert Hold.objects.get().how == "exit"


def test_a_dead_patent_holds_too(owing: Agreement) -> None:
    Patent.objects.filter(pk=owing.listing.patent_id).update(status=LegalStatus.LAPSED)

    holding.on_patent_changed("", {"patent": owing.listing.patent_id})

    assert states(owing)[0] == "held"
    assert Hold.objects.get().what == "lapsed"


def runs_out(agreement: Agreement) -> None:
    """Its last day was yesterday; the clock comes by."""
    Agreement.objects.filter(pk=agreement.pk).update(ends_on=today() - timedelta(days=1))
    assert flow.end_due() == 1
    agreement.refresh_from_db()


def test_a_hold_ends_with_the_term_and_what_was_held_is_owed_again(owing: Agreement) -> None:
    happens(owing)
    left = owing.obligations.get(number=1).due_on

    runs_out(owing)

    assert owing.state == "ended"
    assert states(owing) == ["due", "waived", "waived", "waived", "waived"]
    assert owing.obligations.get(number=1).due_on == left
    assert (owing.holds.get().how, owing.holds.get().ended_at is None) == ("exit", False)
    assert list(truths_of_change.of_holds(owing)) == []


def test_with_a_dead_patent_only_what_fell_due_before_is_owed_at_the_end_of_the_term(owing: Agreement) -> None:
    Patent.objects.filter(pk=owing.listing.patent_id).update(status=LegalStatus.LAPSED)
    Obligation.objects.filter(agreement=owing, number=2).update(state="due", due_on=today() - timedelta(days=1))
    holding.on_patent_changed("", {"patent": owing.listing.patent_id})

    runs_out(owing)

    assert states(owing) == ["waived", "due", "waived", "waived", "waived"]


def test_without_the_rule_a_hold_would_outlive_its_license(owing: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "end_with", lambda agreement: None)
    happens(owing)

    runs_out(owing)

    assert list(truths_of_change.of_holds(owing)) == [
        "DECL-8: held without a hold",
        "DECL-8: a hold outlives its license",
    ]
