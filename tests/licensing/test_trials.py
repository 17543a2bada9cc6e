"""Use first, pay later, as a machine: what ends the free period, who decides, and how every trial comes out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from listings.models import Listing, OfferTerms
from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.terms import SHANGHAI, add_months, day_of, today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, Claim, Trial
from marketplace.licensing.terms import trials
from marketplace.notices.models import Message
from tests.licensing.conftest import ask, confirm_all, sign

TRIAL: dict[str, Any] = {
    "fee_mode": "free_then_paid",
    "fee_minor": 800_000,
    "free_months": 12,
    "trigger": "first_revenue",
    "later_mode": "deferred",
    "nonpayment": "停止使用并退还资料",
}


def begin(listing: Listing, firm: Organization, bob: User, alice: User, **terms: Any) -> Agreement:
    """A license with a free period, signed by both."""
    OfferTerms.objects.filter(listing=listing).update(**(TRIAL | terms))
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    return sign(sign(agreement, bob), alice)


def days_later(days: int) -> time_machine.travel:
    """Noon in Shanghai so many days from today."""
    noon = datetime.combine(today() + timedelta(days=days), datetime.min.time(), SHANGHAI) + timedelta(hours=12)
    return time_machine.travel(noon, tick=False)


@pytest.fixture
def trial(listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]) -> Agreement:
    """Free until the first revenue, twelve months at most; then ¥8,000 once."""
    return begin(listing, firm, bob, alice)


def told(user: User, kind: str) -> int:
    """How many letters of a kind a person has."""
    return Message.objects.filter(user=user, kind=kind).count()


def assertion(trial: Agreement, by: User, **facts: Any) -> Claim:
    """The licensor says that there was revenue, today."""
    said: dict[str, Any] = {"kind": "first_revenue", "happened_on": today(), "words": "展会上签了单"}
    return flow.assert_trigger(trial, by=by, **(said | facts))


def fresh(agreement: Agreement) -> Agreement:
    return Agreement.objects.get(pk=agreement.pk)


def owed(agreement: Agreement) -> list[tuple[str, int, str, date | None]]:
    rows = agreement.obligations.order_by("kind", "number")
    return [(row.kind, row.number, row.state, row.due_on) for row in rows]


def test_a_trial_runs_from_the_first_day_in_force(trial: Agreement) -> None:
    period = trials.free_period(trial)

    assert trial.trial == "running"
    assert period is not None
    assert (period.starts_on, period.last_day) == (today(), add_months(today(), 12) - timedelta(days=1))


def test_the_licensees_report_ends_the_free_period_at_once(trial: Agreement, bob: User, alice: User) -> None:
    with days_later(40):
        flow.report_trigger(trial, by=bob, kind="first_revenue", happened_on=today(), words="第一批产品已开票")

        assert owed(trial) == [("fee", 1, "due", today() + timedelta(days=16))]
        assert told(alice, "trial_reported") == 1
        assert told(bob, "deal_pay") == 1
    with days_later(41), pytest.raises(Refused):
        flow.leave(trial, by=bob)


def test_an_assertion_waits_for_the_licensee_and_changes_nothing(trial: Agreement, bob: User, alice: User) -> None:
    before = owed(trial)

    claim = assertion(trial, alice)

    assert (claim.state, owed(trial)) == ("asserted", before)
    assert told(bob, "trial_asserted") == 1
    assert flow.claims_due() == 0


def test_silence_after_fifteen_days_counts_as_agreement(trial: Agreement, alice: User) -> None:
    claim = assertion(trial, alice)
    with days_later(15):
        assert flow.claims_due() == 0
    with days_later(16):
        assert flow.claims_due() == 1
        assert flow.claims_due() == 0

        claim.refresh_from_db()
        assert (claim.state, owed(trial)) == ("silent", [("fee", 1, "due", today() + timedelta(days=15))])


def test_a_contested_claim_goes_to_a_moderator_who_decides_with_a_reason(
    trial: Agreement, alice: User, bob: User, moderator: User
) -> None:
    claim = flow.contest_trigger(assertion(trial, alice), by=bob, reasons="只是样品，没有收钱")
    assert (claim.state, told(moderator, "trial_contested"), told(alice, "trial_contested")) == ("contested", 1, 1)

    claim = flow.decide_trigger(claim, by=moderator, upheld=True, decision="发票显示已收款")

    assert claim.state == "upheld"
    assert owed(trial) == [("fee", 1, "due", today() + timedelta(days=16))]
    assert (told(alice, "trial_decided"), told(bob, "trial_decided")) == (1, 1)


def test_a_dismissed_claim_leaves_the_trial_as_it_was(
    trial: Agreement, alice: User, bob: User, moderator: User
) -> None:
    before = owed(trial)
    claim = flow.contest_trigger(assertion(trial, alice), by=bob, reasons="没有销售")
    flow.decide_trigger(claim, by=moderator, upheld=False, decision="没有证据")

    assert owed(trial) == before
    assert flow.leave(trial, by=bob).trial == "left"


def test_a_contested_claim_that_nobody_decides_falls_and_may_be_brought_again(
    trial: Agreement, alice: User, bob: User
) -> None:
    claim = flow.contest_trigger(assertion(trial, alice), by=bob, reasons="没有销售")
    with days_later(11):
        assert flow.claims_due() == 1

        claim.refresh_from_db()
        assert claim.state == "dismissed"
        assert assertion(trial, alice).state == "asserted"


def test_an_answer_after_the_last_day_comes_too_late(trial: Agreement, alice: User, bob: User) -> None:
    claim = assertion(trial, alice)
    with days_later(16), pytest.raises(flow.NotNow):
        flow.contest_trigger(claim, by=bob, reasons="没有销售")

    claim.refresh_from_db()
    assert claim.state == "asserted"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"happened_on": "yesterday"}, "happened_on"),
        ({"happened_on": "tomorrow"}, "happened_on"),
        ({"kind": "milestone"}, "kind"),
        ({"words": "  "}, "words"),
    ],
)
def test_a_claim_needs_a_possible_day_a_trigger_of_the_terms_and_words(
    trial: Agreement, bob: User, facts: dict[str, Any], field: str
) -> None:
    days = {"yesterday": today() - timedelta(days=1), "tomorrow": today() + timedelta(days=1)}
    facts = {name: days.get(value, value) for name, value in facts.items()}
    said: dict[str, Any] = {"kind": "first_revenue", "happened_on": today(), "words": "开票"}
    with pytest.raises(Refused) as refused:
        flow.report_trigger(trial, by=bob, **(said | facts))

    assert refused.value.findings[0].field == field
    assert not trial.claims.exists()


def test_both_sides_cannot_claim_the_same_trigger(trial: Agreement, alice: User, bob: User) -> None:
    flow.report_trigger(trial, by=bob, kind="first_revenue", happened_on=today(), words="开票")

    with pytest.raises(Refused):
        assertion(trial, alice)

    assert trial.claims.count() == 1


def test_leaving_while_a_claim_is_contested_is_free_unless_the_claim_is_upheld(
    trial: Agreement, alice: User, bob: User, moderator: User
) -> None:
    claim = flow.contest_trigger(assertion(trial, alice), by=bob, reasons="只是样品")
    with days_later(3):
        agreement = flow.leave(trial, by=bob)
        assert (agreement.trial, owed(trial)[0][2]) == ("left", "waived")

        flow.decide_trigger(claim, by=moderator, upheld=True, decision="已收款")

        assert owed(trial) == [("fee", 1, "due", today() + timedelta(days=15))]
        paid = flow.settle(trial.obligations.get(), proof={"kind": "bank"})
        assert (paid.state, paid.trial) == ("ended", "left")


def test_the_first_payment_makes_it_a_paid_license(trial: Agreement, alice: User, bob: User) -> None:
    flow.report_trigger(trial, by=bob, kind="first_revenue", happened_on=today(), words="开票")

    agreement = flow.settle(trial.obligations.get(), proof={"kind": "bank"})

    assert (agreement.state, agreement.trial, agreement.trial_ended_on) == ("active", "converted", today())
    assert (told(alice, "trial_converted"), told(bob, "trial_converted")) == (1, 1)


def test_an_earlier_trigger_brings_the_yearly_fees_forward_and_adds_what_the_longer_time_owes(
    listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    trial = begin(listing, firm, bob, alice, fee_per_year=True)
    start = day_of(trial.effective_at) if trial.effective_at else today()
    assert [row[3] for row in owed(trial)] == [add_months(start, 12 * n) + timedelta(days=15) for n in (1, 2, 3, 4)]

    with days_later(60):
        flow.report_trigger(trial, by=bob, kind="first_revenue", happened_on=today(), words="开票")

        first = today() + timedelta(days=1)
        assert [row[2] for row in owed(trial)] == ["due", "future", "future", "future", "future"]
        days = [row[3] for row in owed(trial)]
        assert days[0] == first + timedelta(days=15)
        assert days[1:] == [add_months(first, 12 * n) + timedelta(days=15) for n in (1, 2, 3, 4)]


def test_a_conditional_fee_is_owed_only_when_its_milestone_is_reached(
    listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    trial = begin(listing, firm, bob, alice, trigger="date", later_mode="conditional", milestone="年产 1 万台")
    with days_later(400):
        flow.fall_due()
        assert owed(trial) == [("fee", 1, "future", None)]

        flow.agree_trigger(assertion(trial, alice, kind="milestone"), by=bob)

        assert owed(trial) == [("fee", 1, "due", today() + timedelta(days=16))]


def test_a_trial_that_runs_out_unpaid_says_so(trial: Agreement, bob: User) -> None:
    with days_later(370):
        assert flow.fall_due() == 1
    Agreement.objects.filter(pk=trial.pk).update(ends_on=today() + timedelta(days=400))
    with days_later(420):
        assert flow.end_due() == 1

    assert fresh(trial).trial == "unpaid"


def test_a_trial_with_nothing_owed_at_the_end_of_the_term_says_so(trial: Agreement) -> None:
    Agreement.objects.filter(pk=trial.pk).update(ends_on=today() - timedelta(days=1))
    assert flow.end_due() == 1

    assert fresh(trial).trial == "term_ended"


def test_the_database_lets_no_trial_end_without_an_outcome(trial: Agreement) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=trial.pk).update(state="ended", closed_at=timezone.now())

    assert fresh(trial).state == "active"


def test_every_step_that_ends_a_license_in_force_names_an_outcome() -> None:
    from marketplace.licensing.models import State
    from marketplace.licensing.states import STEPS

    ends = [s for s in STEPS.values() if State.ENDED in s.targets and State.ACTIVE in s.source and not s.stays]

    assert {step.name: bool(step.outcome) for step in ends} == dict.fromkeys((step.name for step in ends), True)


def test_each_turn_of_the_machine_is_in_the_trail(trial: Agreement, alice: User, bob: User, moderator: User) -> None:
    claim = flow.contest_trigger(assertion(trial, alice), by=bob, reasons="没有")
    flow.decide_trigger(claim, by=moderator, upheld=True, decision="有")
    flow.settle(trial.obligations.get(), proof={"kind": "bank"})

    steps = [e.facts.get("step") for e in Entry.objects.filter(subject_id=str(trial.pk)).order_by("number")]
    assert [step for step in steps if step][-5:] == [
        "assert_trigger",
        "contest_trigger",
        "decide_trigger",
        "settle",
        "convert",
    ]


def test_figures_can_be_asked_of_the_outcomes(trial: Agreement, bob: User) -> None:
    assert trials.outcomes()[Trial.RUNNING] == 1

    flow.leave(trial, by=bob)

    counts = trials.outcomes()
    assert (counts[Trial.RUNNING], counts[Trial.LEFT], sum(counts.values())) == (0, 1, 1)
