"""Every step of a running license, in every state, by every person: done exactly where the table says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.flow import correcting
from marketplace.licensing.flow.correcting import Corrected
from marketplace.licensing.models import (
    Agreement,
    Claim,
    Disclosure,
    Obligation,
    PaymentDemand,
    ReportCorrection,
    Security,
    State,
    UseReport,
)
from marketplace.licensing.states import STEPS, Who
from marketplace.licensing.steps import running
from tests.licensing import test_roles
from tests.licensing.test_roles import PRESET_STATES, people
from tests.licensing.test_trials import TRIAL

__all__ = ["people"]
Act = Callable[[Agreement, User], Any]
SOON = timedelta(days=9)


def _claim(deal: Agreement, by: User, state: str) -> Claim:
    return Claim.objects.create(
        agreement=deal,
        kind="first_revenue",
        party="licensor",
        state=state,
        happened_on=today(),
        words="开票",
        reasons="没有",
        made_by=by,
        answer_until=timezone.now() + SOON,
    )


def _late(deal: Agreement) -> Obligation:
    """Something overdue, whatever the state of the agreement."""
    found, _new = Obligation.objects.update_or_create(
        agreement=deal,
        kind="fee",
        number=1,
        defaults={"amount_minor": 1, "state": "due", "due_on": today() - timedelta(days=1)},
    )
    return found


def _report(deal: Agreement) -> UseReport:
    return UseReport.objects.create(
        agreement=deal, number=1, starts_on=today(), ends_on=today(), due_on=today(), rate_bp=100
    )


def _run_out(deal: Agreement, by: User) -> PaymentDemand:
    until = timezone.now() + SOON
    return PaymentDemand.objects.create(
        agreement=deal, obligation=_late(deal), state="run_out", made_by=by, until=until
    )


def _security(deal: Agreement, by: User) -> Security:
    return Security.objects.create(
        agreement=deal,
        kind="trust",
        provider="示范信托",
        number="1",
        amount_minor=1,
        valid_until=today() + SOON,
        party="licensee",
        recorded_by=by,
    )


def _consent(deal: Agreement, by: User) -> Disclosure:
    return Disclosure.objects.create(agreement=deal, recipient="示范银行", given_by=by, until=timezone.now() + SOON)


def _given(deal: Agreement, by: User) -> UseReport:
    return UseReport.objects.create(
        agreement=deal, number=2, starts_on=today(), ends_on=today(), due_on=today(), rate_bp=100,
        state="given", base_minor=10_000, royalty_minor=100, given_by=by, given_at=timezone.now(),
    )  # fmt: skip


def _correction(deal: Agreement, by: User, state: str) -> ReportCorrection:
    return ReportCorrection.objects.create(
        report=_given(deal, by), number=1, base_minor=0, royalty_minor=0, before_minor=100, reason="多报",
        state=state, reasons="没有", made_by=by, answer_until=timezone.now() + SOON,
    )  # fmt: skip


SAID: dict[str, Any] = {"kind": "first_revenue", "happened_on": today(), "words": "开票"}
SECURITY: dict[str, Any] = {"kind": "trust", "provider": "示范", "number": "2", "amount_minor": 1}
ACTS: dict[str, Act] = {
    "report_trigger": lambda deal, by: flow.report_trigger(deal, by=by, **SAID),
    "assert_trigger": lambda deal, by: flow.assert_trigger(deal, by=by, **SAID),
    "agree_trigger": lambda deal, by: flow.agree_trigger(_claim(deal, by, "asserted"), by=by),
    "contest_trigger": lambda deal, by: flow.contest_trigger(_claim(deal, by, "asserted"), by=by, reasons="没有"),
    "decide_trigger": lambda deal, by: flow.decide_trigger(
        _claim(deal, by, "contested"), by=by, upheld=False, decision="看过"
    ),
    "report_use": lambda deal, by: flow.report_use(_report(deal), by=by, base_minor=0),
    "correct_report": lambda deal, by: correcting.correct(_given(deal, by), Corrected(1, "多报"), by=by),
    "agree_correction": lambda deal, by: correcting.agree_correction(_correction(deal, by, "asked"), by=by),
    "contest_correction": lambda deal, by: correcting.contest_correction(
        _correction(deal, by, "asked"), by=by, reasons="没有"
    ),
    "decide_correction": lambda deal, by: correcting.decide_correction(
        _correction(deal, by, "contested"), by=by, upheld=True, decision="看过"
    ),
    "demand": lambda deal, by: flow.demand_payment(_late(deal), by=by),
    "keep": lambda deal, by: flow.keep(_run_out(deal, by), by=by),
    "record_security": lambda deal, by: flow.record_security(deal, by=by, valid_until=today() + SOON, **SECURITY),
    "confirm_security": lambda deal, by: flow.confirm_security(_security(deal, by), by=by),
    "end_security": lambda deal, by: flow.end_security(_security(deal, by), by=by),
    "disclose": lambda deal, by: flow.disclose(deal, by=by, recipient="示范银行"),
    "withdraw_disclosure": lambda deal, by: flow.withdraw_disclosure(_consent(deal, by), by=by),
    "hand_out": lambda deal, by: (_consent(deal, by), flow.hand_out(deal, by=by)),
}


def _expected(name: str, deal: Agreement, side: Who | None, full: bool) -> bool:
    """What the table says; a security is confirmed by the side that did not record it."""
    if side is None or not full or not STEPS[name].allows(side, deal.track, deal.state):
        return False
    return not (name == "confirm_security" and side is Who.LICENSEE)


def test_every_step_of_a_person_is_tried_here() -> None:
    own = {step.name for step in running.ROWS if Who.SYSTEM not in step.who}

    assert own == set(ACTS)


@pytest.mark.parametrize("state", PRESET_STATES)
def test_the_table_alone_decides(
    state: State,
    listing: Listing,
    firm: Organization,
    bob: User,
    alice: User,
    people: dict[str, tuple[User, Who | None, bool]],
    any_code: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(test_roles, "TERMS_FOR", {State.SIGNED: {"payment_is_condition": True}} | dict.fromkeys(
        (State.ACTIVE, State.ENDED), TRIAL
    ))  # fmt: skip
    deal = test_roles._preset(listing, firm, bob, alice, state)
    assert deal.state == state

    for name, act in ACTS.items():
        for who, (user, side, full) in people.items():
            assert _done(act, deal, user) == _expected(name, deal, side, full), f"{who} {name} in {state}"


def _done(act: Act, deal: Agreement, user: User) -> bool:
    """Whether the act was let through; one that was refused left no trace in the trail. Undone afterwards."""
    with transaction.atomic():
        before = Entry.objects.count()
        try:
            act(Agreement.objects.get(pk=deal.pk), user)
            done = True
        except (Refused, flow.NotNow):
            done = False
            assert Entry.objects.count() == before
        transaction.set_rollback(True)
    return done
