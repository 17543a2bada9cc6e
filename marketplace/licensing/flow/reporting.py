"""Reports of use: expected when a period is over, given by the licensee, and turned into a royalty (CC 846)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.lib import terms
from marketplace.lib.findings import refuse
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import demanding, moving
from marketplace.licensing.letters import step_letters, trial_letters
from marketplace.licensing.models import (
    Agreement,
    Obligation,
    ObligationKind,
    ObligationState,
    ReportState,
    State,
    UseReport,
)
from marketplace.licensing.states import STEPS
from marketplace.licensing.terms import effective, trials
from marketplace.licensing.terms.obligations import Cause
from marketplace.vault.models import VaultFile

MOST_MINOR = 10**15  # no period has a larger base


def periods(first: date, last: date) -> Iterator[tuple[int, date, date]]:
    """Number, first and last day of each period to report: calendar years, cut to the days that count."""
    number, start = 1, first
    while start <= last:
        end = min(date(start.year, 12, 31), last)
        yield number, start, end
        number, start = number + 1, end + timedelta(days=1)


def expect_reports() -> int:
    """Ask for the reports of periods that are over; returns how many. Called every hour."""
    rows = Agreement.objects.filter(state__in=[State.ACTIVE, State.ENDED], effective_at__isnull=False)
    rows = rows.filter(obligations__kind=ObligationKind.ROYALTY, obligations__state=ObligationState.FUTURE)
    return sum(_expect(agreement) for agreement in rows.distinct().order_by("pk"))


def _expect(agreement: Agreement) -> int:
    with transaction.atomic():
        agreement = moving.lock(agreement)
        first = trials.royalty_from(agreement)
        if first is None:
            return 0
        return sum(_expect_period(agreement, *period) for period in periods(first, last_counted(agreement)))


def last_counted(agreement: Agreement) -> date:
    """The last day of a license whose sales count: its last day in force."""
    last = agreement.ends_on or terms.today()
    if agreement.state == State.ENDED and agreement.closed_at is not None:
        last = min(last, terms.day_of(agreement.closed_at))
    return last


def _expect_period(agreement: Agreement, number: int, starts_on: date, ends_on: date) -> int:
    if ends_on >= terms.today():
        return 0
    step = STEPS["expect_report"]
    report, made = UseReport.objects.get_or_create(
        agreement=agreement,
        number=number,
        defaults={
            "starts_on": starts_on,
            "ends_on": ends_on,
            "due_on": ends_on + timedelta(days=step.days or 0),
            "rate_bp": read(effective.snapshot_of(agreement, on=ends_on)).number("royalty_bp"),
        },
    )
    if made:
        moving.record(agreement, step, by=None, was=agreement.state, report=number)
        trial_letters.report_expected(report)
    return int(made)


def report_use(
    report: UseReport, *, by: User, base_minor: int, words: str = "", proof: VaultFile | None = None
) -> UseReport:
    """The licensee reports a period: the base in minor units, 0 for nothing to report. The royalty falls due.

    Raises NotYours, NotNow, Refused.
    """
    step = STEPS["report_use"]
    moving.require_side(by, report.agreement, step)
    if not 0 <= base_minor <= MOST_MINOR:
        raise refuse("CC-846", _("The amount is not possible."), _("Type it in figures."), field="base")
    with transaction.atomic():
        agreement = moving.lock(report.agreement)
        moving.require_state(agreement, step)
        report = UseReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
        report.agreement = agreement
        royalty = trials.royalty_of(base_minor, report.rate_bp)
        moved = UseReport.objects.filter(pk=report.pk, state=ReportState.EXPECTED).update(
            state=ReportState.GIVEN,
            base_minor=base_minor,
            royalty_minor=royalty,
            words=words.strip()[:500],
            proof=proof,
            given_by=by,
            given_at=timezone.now(),
        )
        if not moved:
            raise NotNow(f"{report} was given")
        report.refresh_from_db()
        report.agreement = agreement
        facts = {"report": report.number, "base_minor": base_minor, "royalty_minor": royalty, "side": "licensee"}
        moving.record(agreement, step, by=by, was=agreement.state, **facts)
        _owe(report)
        trial_letters.report_given(report)
        demanding.met(agreement, report=report)
    return report


def _owe(report: UseReport) -> None:
    """The waiting royalty gets this amount and a day; another one then waits for the next period."""
    agreement = report.agreement
    days = read(effective.snapshot_of(agreement)).number("pay_within_days")
    waiting = agreement.obligations.filter(kind=ObligationKind.ROYALTY, state=ObligationState.FUTURE)
    free = max(agreement.obligations.filter(kind=ObligationKind.ROYALTY).values_list("number", flat=True), default=0)
    if report.royalty_minor:
        owed = waiting.order_by("number").first() or Obligation(
            agreement=agreement, kind=ObligationKind.ROYALTY, number=free + 1, currency=agreement.currency
        )
        owed.amount_minor = report.royalty_minor
        owed.due_on, owed.state, owed.trigger = terms.today() + timedelta(days=days), ObligationState.DUE, ""
        owed.save()
        UseReport.objects.filter(pk=report.pk).update(obligation=owed)
        report.refresh_from_db()
        report.agreement = agreement
        step_letters.to_pay(owed)
    _wait_for_the_next(report)


def _wait_for_the_next(report: UseReport) -> None:
    agreement = report.agreement
    waiting = agreement.obligations.filter(kind=ObligationKind.ROYALTY, state=ObligationState.FUTURE)
    if report.ends_on >= last_counted(agreement):  # the last period: nothing more comes
        waiting.update(state=ObligationState.WAIVED)
        return
    if not waiting.exists():
        numbers = agreement.obligations.filter(kind=ObligationKind.ROYALTY).values_list("number", flat=True)
        Obligation.objects.create(
            agreement=agreement,
            kind=ObligationKind.ROYALTY,
            number=max(numbers, default=0) + 1,
            amount_minor=0,
            currency=agreement.currency,
            state=ObligationState.FUTURE,
            trigger=Cause.ROYALTY,
        )
