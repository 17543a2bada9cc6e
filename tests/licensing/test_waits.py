"""Nothing waits without an owner, a last day and a consequence; reminders go out before every lapse, each once."""

from __future__ import annotations

import pytest

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.licensing import flow
from marketplace.licensing.contracts import days as contract_days
from marketplace.licensing.letters import reminding
from marketplace.licensing.letters.reminding import rung
from marketplace.licensing.models import (
    LIVE_DEMANDS,
    LIVE_STATES,
    OPEN_CLAIMS,
    OPEN_CORRECTIONS,
    OPEN_REPAYMENTS,
    TALKING,
    Agreement,
    ReportState,
    SecurityState,
)
from marketplace.licensing.states import STEPS, Who
from marketplace.licensing.steps.negotiating import ANSWER_DAYS, DESK_DAYS, SIGN_DAYS
from marketplace.licensing.steps.waiting import WAITS
from marketplace.notices.models import Message
from marketplace.outbox.models import Effect
from tests.licensing.test_trials import assertion, begin, days_later

TALKS = {*(f"talk_{state.value}" for state in TALKING), "end_proposed", "mending", "not_mended"}
TALKS |= {f"correction_{state.value}" for state in OPEN_CORRECTIONS}
OPEN = {
    *LIVE_STATES,
    *OPEN_CLAIMS,
    *LIVE_DEMANDS,
    *OPEN_REPAYMENTS,
    ReportState.EXPECTED,
    SecurityState.RECORDED,
    SecurityState.CONFIRMED,
}


def test_every_state_that_is_not_final_waits_for_somebody_until_a_day() -> None:
    assert {str(state.value) for state in OPEN} | {"free_period", "due", "disclosed"} | TALKS == set(WAITS)
    for wait in WAITS.values():
        assert wait.owner
        assert Who.SYSTEM not in wait.owner
        assert str(wait.until)
        assert str(wait.silence)
        assert wait.rule


def test_silence_is_carried_out_by_a_step_of_the_clock() -> None:
    for wait in WAITS.values():
        if wait.clock and wait.clock != "fall_due":  # a payment falling due is no step of the agreement
            assert STEPS[wait.clock].who == {Who.SYSTEM}, wait.name


def test_reminders_go_out_before_every_last_day() -> None:
    assert {wait.name for wait in WAITS.values() if not wait.before} == set()
    assert set(reminding.FINDERS) | {"talk_open"} == set(WAITS)  # an open talk is reminded of by its own clock


def test_a_step_with_days_says_what_silence_does() -> None:
    assert [step.name for step in STEPS.values() if step.days and not step.silence] == []


@pytest.mark.parametrize(
    ("left", "expected"),
    [(31, None), (30, 30), (8, 30), (7, 7), (1, 1), (0, 1), (-1, -1), (-6, -1), (-7, -7), (-90, None)],
)
def test_the_ladder_has_one_rung_a_day(left: int, expected: int | None) -> None:
    assert rung(WAITS["expected"], left) == expected


@pytest.fixture
def trial(listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]) -> Agreement:
    """Free until the first revenue, twelve months at most."""
    return begin(listing, firm, bob, alice)


def _reminders(user: User) -> int:
    return Message.objects.filter(user=user, kind="deal_reminder").count()


def test_the_end_of_a_free_period_is_announced_thirty_seven_and_one_days_before(trial: Agreement, bob: User) -> None:
    seen = []
    for day in (300, 333, 334, 340, 357, 358, 363, 364):
        with days_later(day):
            reminding.remind_due()
            reminding.remind_due()
            seen.append(_reminders(bob))

    assert seen == [0, 0, 1, 1, 2, 2, 3, 3]
    assert Effect.objects.filter(topic="notices.mail").count() >= 3


def test_a_payment_is_announced_and_then_overdue_reminders_follow(active: Agreement, bob: User) -> None:
    last = active.obligations.get().due_on
    assert last is not None
    with days_later(8):
        assert reminding.remind_due() >= 1
    with days_later(17):
        assert reminding.remind_due() == 1
        assert reminding.remind_due() == 0

    assert Message.objects.filter(user=bob, kind="deal_overdue").count() == 1


def test_an_unanswered_claim_is_announced_before_silence_counts(trial: Agreement, alice: User, bob: User) -> None:
    claim = assertion(trial, alice)
    assert claim.answer_until is not None
    with days_later(14):
        assert reminding.remind_due() == 1

    message = Message.objects.get(user=bob, kind="deal_reminder")
    assert message.action_path.endswith(f"/claims/{claim.pk}/")


def test_what_was_done_in_time_is_not_reminded_of(trial: Agreement, alice: User, bob: User) -> None:
    flow.contest_trigger(assertion(trial, alice), by=bob, reasons="没有")
    before = _reminders(bob)
    with days_later(8):
        reminding.remind_due()

    assert _reminders(bob) == before


def test_a_worker_that_was_away_sends_one_reminder_not_all_of_them(trial: Agreement, bob: User) -> None:
    with days_later(362):
        reminding.remind_due()

    assert _reminders(bob) == 1


def test_every_due_day_names_a_wait_whose_days_are_those_of_its_step() -> None:
    days = {
        "asserted": "assert_trigger",
        "contested": "contest_trigger",
        "running": "demand",
        "end_proposed": "propose_end",
    }

    for wait, step in days.items():
        assert str(STEPS[step].days) in str(WAITS[wait].until)
    assert str(DESK_DAYS) in str(WAITS["talk_asked"].until)
    assert str(ANSWER_DAYS) in str(WAITS["talk_open"].until)
    assert str(SIGN_DAYS) in str(WAITS["talk_agreed"].until)


def test_the_contract_names_the_days_of_the_table() -> None:
    assert STEPS["assert_trigger"].days == contract_days.TRIGGER_ANSWER_DAYS
    assert STEPS["demand"].days == contract_days.DEMAND_DAYS
    assert STEPS["expect_report"].days == contract_days.REPORT_DAYS
