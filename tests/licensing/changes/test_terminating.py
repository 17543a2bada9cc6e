"""A license ends before its term: only on a lawful ground, on its day, with what is owed by its rule (CC 562, 563)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from listings.models import LegalStatus, Listing, Patent
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.flow import changing, terminating
from marketplace.licensing.letters import reminding
from marketplace.licensing.models import Agreement, BreachDemand, Ground, Negotiation, Party, Termination
from marketplace.licensing.signing import acts
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.terms import grounds
from marketplace.licensing.terms.grounds import GROUNDS
from marketplace.outbox.models import Effect
from tests.licensing.changes.conftest import run_outbox
from tests.licensing.changes.test_amending import change
from tests.licensing.conftest import CODE, ask, confirm_all, make_listing, send_notice, sign, sign_term_sheet
from tests.licensing.test_trials import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def yearly(university: Organization, firm: Organization, alice: User, bob: User, any_code: list[str]) -> Agreement:
    """¥30,000 every year for five years, in force, the first year paid."""
    listing = make_listing(university, alice, fee_per_year=True)
    sign_term_sheet(listing, alice)
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    agreement = sign(agreement, bob)
    flow.settle(agreement.obligations.get(number=1), proof={"kind": "bank"})
    return agreement


def put_name(termination: Termination, by: User) -> None:
    assert termination.paper is not None
    acts.sign_paper(termination.paper, Signing.now(by, termination.paper.sha256, code=CODE))


def states(agreement: Agreement) -> list[str]:
    return list(agreement.obligations.order_by("kind", "number").values_list("state", flat=True))


def later(termination: Termination, days: int) -> None:
    """The days go by."""
    day = termination.effective_on - timedelta(days=days)
    Termination.objects.filter(pk=termination.pk).update(effective_on=day)


def died(agreement: Agreement, status: str = LegalStatus.LAPSED) -> None:
    Patent.objects.filter(pk=agreement.listing.patent_id).update(status=status)


def test_every_ground_names_its_law_what_it_needs_and_what_stays_owed() -> None:
    assert set(GROUNDS) == set(Ground)
    for row in GROUNDS.values():
        assert row.law.startswith("《")
        assert str(row.needs)
        assert str(row.owed)
        assert row.who


def test_a_proposal_alone_ends_nothing(yearly: Agreement, alice: User, bob: User) -> None:
    made = terminating.propose(yearly, by=bob, last_day=today(), reason="停产")
    put_name(made, bob)
    run_outbox()

    yearly.refresh_from_db()
    assert yearly.state == "active"
    assert states(yearly) == ["settled", "future", "future", "future", "future"]


def test_both_sign_and_it_ends_on_the_agreed_day(yearly: Agreement, alice: User, bob: User) -> None:
    made = terminating.propose(yearly, by=bob, last_day=today(), reason="停产")
    put_name(made, bob)
    put_name(made, alice)
    run_outbox()

    yearly.refresh_from_db()
    made.refresh_from_db()
    assert (yearly.state, yearly.ends_on, made.state) == ("ended", today(), "ended")
    assert states(yearly) == ["settled", "waived", "waived", "waived", "waived"]
    encumbrance = yearly.listing.patent.encumbrances.get(reference=yearly.reference)
    assert encumbrance.ends_at is not None
    assert encumbrance.ends_at <= timezone.now()


def test_an_agreed_later_day_is_waited_for(yearly: Agreement, alice: User, bob: User) -> None:
    made = terminating.propose(yearly, by=alice, last_day=today() + timedelta(days=30))
    put_name(made, alice)
    put_name(made, bob)
    run_outbox()
    yearly.refresh_from_db()
    assert yearly.state == "active"

    made.refresh_from_db()
    later(made, 31)
    assert terminating.ends_due() == 1

    yearly.refresh_from_db()
    assert yearly.state == "ended"


def test_a_proposal_nobody_signs_lapses_and_the_license_goes_on(yearly: Agreement, bob: User) -> None:
    made = terminating.propose(yearly, by=bob, last_day=today())
    Termination.objects.update(acts_until=timezone.now() - timedelta(seconds=1))

    assert terminating.ends_due() == 1

    made.refresh_from_db()
    yearly.refresh_from_db()
    assert (made.state, yearly.state) == ("dropped", "active")
    with pytest.raises(flow.NotNow):
        put_name(made, bob)


def test_the_licensee_leaves_early_with_sixty_days_notice(yearly: Agreement, bob: User) -> None:
    made = terminating.give_notice(yearly, ground=Ground.EARLY, by=bob)

    yearly.refresh_from_db()
    assert (made.state, yearly.state) == ("noticed", "active")
    assert made.effective_on == today() + timedelta(days=60)
    assert made.paper is not None
    assert Effect.objects.filter(topic="paper.seal", key__endswith=f":seal:{made.paper.pk}").exists()

    later(made, 61)
    terminating.ends_due()
    yearly.refresh_from_db()
    assert yearly.state == "ended"
    assert states(yearly)[0] == "settled"


def test_what_falls_due_before_the_last_day_stays_owed(yearly: Agreement, bob: User) -> None:
    due_soon = yearly.obligations.get(number=2)
    type(due_soon).objects.filter(pk=due_soon.pk).update(due_on=today() + timedelta(days=20))
    made = terminating.give_notice(yearly, ground=Ground.EARLY, by=bob)
    later(made, 61)
    type(due_soon).objects.filter(pk=due_soon.pk).update(due_on=today() - timedelta(days=41))

    terminating.ends_due()

    made.refresh_from_db()
    assert states(yearly) == ["settled", "due", "waived", "waived", "waived"]
    assert made.owed["stays"] == [str(due_soon.code)]
    agreement = flow.settle(due_soon, proof={"kind": "bank"})
    assert agreement.state == "ended"


@pytest.mark.parametrize("ground", [Ground.EARLY, Ground.PATENT_ENDED, Ground.PATENT_CHANGED])
def test_grounds_of_the_licensee_are_closed_to_the_licensor(yearly: Agreement, alice: User, ground: Ground) -> None:
    died(yearly)

    with pytest.raises(Refused):
        terminating.give_notice(yearly, ground=ground, by=alice)

    assert not Termination.objects.exists()


@pytest.mark.parametrize("ground", [Ground.BREACH, Ground.PATENT_ENDED, Ground.PATENT_CHANGED])
def test_a_ground_whose_condition_is_not_met_is_refused_and_changes_nothing(
    yearly: Agreement, bob: User, ground: Ground
) -> None:
    with pytest.raises(Refused):
        terminating.give_notice(yearly, ground=ground, by=bob)

    yearly.refresh_from_db()
    assert (yearly.state, Termination.objects.count()) == ("active", 0)
    assert not yearly.papers.filter(kind="termination").exists()


def test_breach_needs_a_demand_whose_thirty_days_have_run_out(yearly: Agreement, alice: User, bob: User) -> None:
    demand = terminating.demand(yearly, by=bob, text="技术资料至今没有交付")
    with pytest.raises(Refused):
        terminating.give_notice(yearly, ground=Ground.BREACH, by=bob)

    BreachDemand.objects.filter(pk=demand.pk).update(mend_by=today() - timedelta(days=1))
    terminating.give_notice(yearly, ground=Ground.BREACH, by=bob)

    yearly.refresh_from_db()
    assert (demand.party, yearly.state) == (Party.LICENSEE, "ended")


def test_a_breach_that_was_mended_or_that_the_other_side_demanded_is_no_ground(
    yearly: Agreement, alice: User, bob: User
) -> None:
    demand = terminating.demand(yearly, by=bob, text="技术资料至今没有交付")
    BreachDemand.objects.filter(pk=demand.pk).update(mend_by=today() - timedelta(days=1))

    with pytest.raises(Refused):
        terminating.give_notice(yearly, ground=Ground.BREACH, by=alice)
    terminating.mended(demand, by=bob)
    with pytest.raises(Refused):
        terminating.give_notice(yearly, ground=Ground.BREACH, by=bob)

    yearly.refresh_from_db()
    assert yearly.state == "active"


def test_a_demand_reminds_the_other_side_then_whoever_demanded_and_the_right_lapses_after_a_year(
    yearly: Agreement, alice: User, bob: User
) -> None:
    demand = terminating.demand(yearly, by=bob, text="约定的指导没有来")
    rows = BreachDemand.objects.filter(pk=demand.pk)

    rows.update(mend_by=today() + timedelta(days=7))
    reminding.remind_due()
    assert (told(alice, "deal_reminder"), told(bob, "deal_reminder")) == (1, 0)
    rows.update(mend_by=today() - timedelta(days=365 - 30))
    reminding.remind_due()
    reminding.remind_due()
    assert (told(alice, "deal_reminder"), told(bob, "deal_reminder")) == (1, 1)
    assert grounds.demanded_at(yearly, Party.LICENSEE) == demand.served_at

    rows.update(mend_by=today() - timedelta(days=366))

    assert grounds.demanded_at(yearly, Party.LICENSEE) is None
    with pytest.raises(Refused):
        terminating.give_notice(yearly, ground=Ground.BREACH, by=bob)


@pytest.mark.parametrize("status", [LegalStatus.LAPSED, LegalStatus.WAIVED, LegalStatus.INVALID])
def test_a_dead_patent_ends_it_at_once_and_drops_what_was_not_due(yearly: Agreement, bob: User, status: str) -> None:
    died(yearly, status)

    made = terminating.give_notice(yearly, ground=Ground.PATENT_ENDED, by=bob)

    yearly.refresh_from_db()
    made.refresh_from_db()
    assert (yearly.state, made.state) == ("ended", "ended")
    assert states(yearly) == ["settled", "waived", "waived", "waived", "waived"]
    assert made.owed["refund_minor"] == 3_000_000 * 364 // 365  # paid for a year of which one day had passed


def test_a_second_notice_and_a_change_of_terms_after_a_notice_are_refused(
    yearly: Agreement, alice: User, bob: User
) -> None:
    terminating.give_notice(yearly, ground=Ground.EARLY, by=bob)

    with pytest.raises(flow.NotNow):
        terminating.give_notice(yearly, ground=Ground.EARLY, by=bob)
    with pytest.raises(Refused):
        change(yearly, bob, fee_minor=1)
    with pytest.raises(Refused):
        changing.renew(yearly, by=bob)

    assert Termination.objects.count() == 1
    assert not Negotiation.objects.exists()


def test_the_end_of_a_license_ends_the_talks_about_it(yearly: Agreement, bob: User) -> None:
    negotiation = change(yearly, bob, fee_minor=2_000_000)
    died(yearly)

    terminating.give_notice(yearly, ground=Ground.PATENT_ENDED, by=bob)

    negotiation.refresh_from_db()
    assert negotiation.state == "lapsed"
    assert not negotiation.proposals.filter(live=True).exists()


def test_a_running_trial_that_loses_its_patent_comes_out_as_such(
    university: Organization, firm: Organization, alice: User, bob: User, any_code: list[str]
) -> None:
    trial: dict[str, Any] = {"fee_mode": "free_then_paid", "free_months": 12, "trigger": "date"}
    listing = make_listing(university, alice, nonpayment="停止使用", later_mode="deferred", **trial)
    sign_term_sheet(listing, alice)
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    agreement = sign(agreement, bob)
    died(agreement)

    terminating.give_notice(agreement, ground=Ground.PATENT_ENDED, by=bob)

    agreement.refresh_from_db()
    assert (agreement.state, agreement.trial, agreement.trial_ended_on) == ("ended", "patent_lost", today())


def test_an_open_license_ends_together_but_knows_no_early_exit(
    open_listing: Listing, firm: Organization, alice: User, bob: User, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    flow.settle(agreement.obligations.get(), proof={"kind": "bank"})
    agreement.refresh_from_db()

    with pytest.raises(Refused):
        terminating.give_notice(agreement, ground=Ground.EARLY, by=bob)
    made = terminating.propose(agreement, by=bob, last_day=today())
    put_name(made, bob)
    put_name(made, alice)
    run_outbox()

    agreement.refresh_from_db()
    assert agreement.state == "ended"


def test_strangers_and_moderators_end_nothing(yearly: Agreement, mallory: User) -> None:
    User.objects.filter(pk=mallory.pk).update(is_staff=True)
    mallory.refresh_from_db()

    with pytest.raises(flow.NotYours):
        terminating.propose(yearly, by=mallory, last_day=today())
    with pytest.raises(flow.NotYours):
        terminating.give_notice(yearly, ground=Ground.EARLY, by=mallory)

    assert not Termination.objects.exists()


def test_a_notice_is_dropped_once_when_the_license_ended_otherwise_before_its_day(active: Agreement, bob: User) -> None:
    given = terminating.give_notice(active, ground=Ground.EARLY, by=bob)
    yesterday = today() - timedelta(days=1)
    Agreement.objects.filter(pk=active.pk).update(ends_on=yesterday)
    active.refresh_from_db()
    flow.end(active)
    Termination.objects.filter(pk=given.pk).update(effective_on=yesterday)

    terminating.ends_due()

    given.refresh_from_db()
    assert given.state == "dropped"
    assert terminating.ends_due() == 0
