"""What is overdue: a written demand with a reasonable period, after which the licensor may end the contract or keep it.

Ending it for breach is a door of its own; `ripe` tells it what stands (CC 563, 564).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.lib import terms
from marketplace.lib.findings import refuse
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import moving
from marketplace.licensing.letters import trial_letters
from marketplace.licensing.models import (
    LIVE_DEMANDS,
    Agreement,
    Obligation,
    ObligationState,
    PayDemandState,
    PaymentDemand,
    ReportState,
    State,
    UseReport,
)
from marketplace.licensing.states import STEPS


def overdue_payments(agreement: Agreement) -> list[Obligation]:
    """What should have been paid before today, first due first."""
    late = agreement.obligations.filter(state=ObligationState.DUE, due_on__lt=terms.today())
    return list(late.order_by("due_on", "pk"))


def overdue_reports(agreement: Agreement) -> list[UseReport]:
    """The reports that should have been given before today."""
    return list(agreement.use_reports.filter(state=ReportState.EXPECTED, due_on__lt=terms.today()).order_by("number"))


def demand_payment(obligation: Obligation, *, by: User, words: str = "") -> PaymentDemand:
    """The licensor demands an overdue payment in writing. Raises NotYours, NotNow, Refused."""
    return _demand(obligation.agreement, by=by, words=words, obligation=obligation)


def demand_report(report: UseReport, *, by: User, words: str = "") -> PaymentDemand:
    """The licensor demands an overdue report in writing. Raises NotYours, NotNow, Refused."""
    return _demand(report.agreement, by=by, words=words, report=report)


def _demand(agreement: Agreement, *, by: User, words: str, **about: Any) -> PaymentDemand:
    step = STEPS["demand"]
    moving.require_side(by, agreement, step)
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        late = [*overdue_payments(agreement), *overdue_reports(agreement)]
        if not any(one in late for one in about.values()):
            raise refuse(
                "CC-563",
                _("This is not overdue; there is nothing to demand."),
                _("The last day to pay or report stands on the deal's page."),
            )
        try:
            with transaction.atomic():
                demand = PaymentDemand.objects.create(
                    agreement=agreement,
                    words=words.strip()[:500],
                    made_by=by,
                    until=moving.end_of_day_after(step.days or 0),
                    **about,
                )
        except IntegrityError as error:
            raise NotNow(f"{agreement.reference}: demanded already") from error
        _record(demand, "demand", by=by, until=demand.until)
        trial_letters.demanded(demand)
    return demand


def _record(demand: PaymentDemand, name: str, *, by: User | None, **facts: Any) -> None:
    about = demand.obligation.code if demand.obligation else f"report {demand.report.number if demand.report else ''}"
    agreement = demand.agreement
    moving.record(agreement, STEPS[name], by=by, was=agreement.state, demand=demand.pk, about=str(about), **facts)


def met(agreement: Agreement, *, obligation: Obligation | None = None, report: UseReport | None = None) -> None:
    """What was demanded was done, in the transaction of the payment or the report; nothing where nothing was."""
    about = {"obligation": obligation} if obligation else {"report": report}
    for demand in agreement.payment_demands.filter(state__in=LIVE_DEMANDS, **about):
        _close(demand, PayDemandState.MET)
        demand.agreement = agreement
        trial_letters.demand_met(demand)


def _close(demand: PaymentDemand, to: PayDemandState) -> None:
    moved = PaymentDemand.objects.filter(pk=demand.pk, state__in=LIVE_DEMANDS).update(
        state=to, closed_at=timezone.now()
    )
    if not moved:
        raise NotNow(f"{demand} is closed")


def keep(demand: PaymentDemand, *, by: User) -> None:
    """The licensor keeps the license though its demand ran out; the debt stays. Raises NotYours, NotNow."""
    step = STEPS["keep"]
    moving.require_side(by, demand.agreement, step)
    with transaction.atomic():
        agreement = moving.lock(demand.agreement)
        moving.require_state(agreement, step)
        _from_run_out(demand, by=by, name="keep")


def _from_run_out(demand: PaymentDemand, *, by: User | None, name: str) -> None:
    moved = PaymentDemand.objects.filter(pk=demand.pk, state=PayDemandState.RUN_OUT).update(
        state=PayDemandState.KEPT, closed_at=timezone.now()
    )
    if not moved:
        raise NotNow(f"{demand} has not run out")
    _record(demand, name, by=by)


def demands_due() -> int:
    """What silence does to demands: the period runs out, later the right lapses. Returns how many. Every hour."""
    over = PaymentDemand.objects.filter(state__in=LIVE_DEMANDS, until__lte=timezone.now())
    count = 0
    for demand in over.select_related("agreement", "obligation", "report").order_by("until", "pk"):
        try:
            _over(demand)
        except NotNow:
            continue
        count += 1
    return count


def _over(demand: PaymentDemand) -> None:
    with transaction.atomic():
        agreement = moving.lock(demand.agreement)
        demand = PaymentDemand.objects.select_for_update(of=("self",)).get(pk=demand.pk)
        demand.agreement = agreement
        if demand.until > timezone.now():
            raise NotNow(f"{demand} runs until {demand.until.isoformat()}")
        owed = demand.obligation
        if agreement.state != State.ACTIVE or (owed is not None and owed.state == ObligationState.WAIVED):
            _close(demand, PayDemandState.DROPPED)
        elif demand.state != PayDemandState.RUNNING:
            _from_run_out(demand, by=None, name="keep_by_silence")
        elif owed is not None and owed.state == ObligationState.HELD:  # nobody is late with a payment that is held
            until = moving.end_of_day_after(STEPS["demand"].days or 0)
            PaymentDemand.objects.filter(pk=demand.pk, state=PayDemandState.RUNNING).update(until=until)
        else:
            _run_out(demand)
            if demand.until <= timezone.now():  # the clock stood still for more than a year: both happened meanwhile
                _from_run_out(demand, by=None, name="keep_by_silence")


def _run_out(demand: PaymentDemand) -> None:
    days = STEPS["demand_runs_out"].days or 0
    moved = PaymentDemand.objects.filter(pk=demand.pk, state=PayDemandState.RUNNING).update(
        state=PayDemandState.RUN_OUT, until=demand.until + timedelta(days=days)
    )
    if not moved:
        raise NotNow(f"{demand} was met")
    agreement = demand.agreement
    demand.refresh_from_db()
    demand.agreement = agreement
    _record(demand, "demand_runs_out", by=None)
    trial_letters.demand_ran_out(demand)


def ripe(agreement: Agreement) -> PaymentDemand | None:
    """The oldest demand whose period ran out without what was demanded: the ground to end the contract for breach."""
    return agreement.payment_demands.filter(state=PayDemandState.RUN_OUT).order_by("made_at", "pk").first()
