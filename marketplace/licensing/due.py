"""What is due in a person's deals, for the calendar: a step that lapses, a payment, the recordal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.models import (
    LIVE_DEMANDS,
    OPEN_CLAIMS,
    OPEN_STATES,
    Agreement,
    Claim,
    Obligation,
    ObligationState,
    PaymentDemand,
    Repayment,
    RepayState,
    ReportState,
    Security,
    SecurityState,
    State,
    Trial,
    UseReport,
)
from marketplace.licensing.recordal.dates import recordal_of
from marketplace.licensing.terms import trials
from marketplace.notices import calendar
from marketplace.notices.calendar import Due

if TYPE_CHECKING:
    from marketplace.accounts.models import User

MOST = 200  # deals of one person that are looked at
UNPAID = (ObligationState.DUE, ObligationState.FUTURE)


def register() -> None:
    """Tell the calendar; called from LicensingConfig.ready()."""
    calendar.source(of_deals)


def of_deals(user: User) -> Iterator[Due]:
    """Of the person's own deals; a moderator's calendar is not filled with everybody's."""
    mine = user.memberships.live().values_list("organization", flat=True)
    own = set(mine)
    rows = Agreement.objects.visible_to(user).filter(state__in=[*OPEN_STATES, State.ACTIVE])
    rows = rows.select_related("listing__patent", "version", "licensor", "licensee").prefetch_related("filings")
    rows = rows.order_by("-requested_at", "-pk")
    deals = {deal.pk: deal for deal in rows[:MOST] if {deal.licensee_id, deal.licensor_id} & own}
    for deal in deals.values():
        yield from _steps(deal)
    owed = Obligation.objects.filter(agreement__in=deals, state__in=UNPAID, due_on__isnull=False)
    for obligation in owed.order_by("due_on", "pk"):
        yield _payment(deals[obligation.agreement_id], obligation)
    yield from _running(deals)
    yield from _repayments(own)


def _repayments(own: set[int]) -> Iterator[Due]:
    """Money that goes back, to us or from us, mostly after the end of its license."""
    ours = Q(agreement__licensee__in=own) | Q(agreement__licensor__in=own)
    rows = Repayment.objects.filter(ours, state=RepayState.OWED).select_related("agreement__listing__patent")
    for row in rows.order_by("due_on", "pk")[:MOST]:
        yield _due(row.agreement, f"repay-{row.code}", row.due_on, _("Money to be paid back: %(title)s"))


def _running(deals: dict[int, Agreement]) -> Iterator[Due]:
    """The end of free periods, answers, reports, demands and securities of licenses in force."""
    trials_of = [deal for deal in deals.values() if deal.trial == Trial.RUNNING]
    for deal in trials_of:
        if (period := trials.free_period(deal)) and not period.over:
            yield _due(deal, f"free-{deal.reference}", period.last_day, _("Last free day: %(title)s"))
    for claim in Claim.objects.filter(agreement__in=deals, state__in=OPEN_CLAIMS, answer_until__isnull=False):
        if claim.last_day is not None:
            day = claim.last_day
            yield _due(deals[claim.agreement_id], f"claim-{claim.pk}", day, _("Last day to answer: %(title)s"))
    for report in UseReport.objects.filter(agreement__in=deals, state=ReportState.EXPECTED):
        yield _due(deals[report.agreement_id], f"report-{report.pk}", report.due_on, _("Report of use: %(title)s"))
    for demand in PaymentDemand.objects.filter(agreement__in=deals, state__in=LIVE_DEMANDS):
        day = demand.last_day
        yield _due(deals[demand.agreement_id], f"demand-{demand.pk}", day, _("Written demand runs out: %(title)s"))
    for security in Security.objects.filter(agreement__in=deals).exclude(state=SecurityState.ENDED):
        title = _("Security expires: %(title)s")
        yield _due(deals[security.agreement_id], f"security-{security.pk}", security.valid_until, title)


def _due(deal: Agreement, key: str, on: date, title: str) -> Due:
    named = title % {"title": deal.listing.patent.title}
    return Due(key, on, named, _("See %(reference)s.") % {"reference": deal.reference}, deal.get_absolute_url())


def _steps(deal: Agreement) -> Iterator[Due]:
    title = deal.listing.patent.title
    if deal.last_day_to_act is not None:
        yield Due(
            f"step-{deal.reference}-{deal.state}",
            deal.last_day_to_act,
            _("Last day to act: %(title)s") % {"title": title},
            _("%(reference)s lapses after this day.") % {"reference": deal.reference},
            deal.get_absolute_url(),
        )
    recordal = recordal_of(deal) if deal.state == State.ACTIVE else None
    if recordal is not None and recordal.waits and recordal.days_left >= 0:
        yield Due(
            f"recordal-{deal.reference}",
            recordal.due_on,
            _("Record the license: %(title)s") % {"title": title},
            _("Three months from effect, at the patent office (rule REC-1). %(reference)s")
            % {"reference": deal.reference},
            deal.get_absolute_url(),
        )


def _payment(deal: Agreement, obligation: Obligation) -> Due:
    assert obligation.due_on is not None  # noqa: S101  the query asked for it
    amount = money_text(from_minor(obligation.amount_minor, obligation.currency))
    return Due(
        f"payment-{obligation.code}",
        obligation.due_on,
        _("%(kind)s of %(amount)s: %(title)s")
        % {"kind": obligation.get_kind_display(), "amount": amount, "title": deal.listing.patent.title},
        _("%(licensee)s pays %(licensor)s. %(reference)s")
        % {"licensee": deal.licensee.name, "licensor": deal.licensor.name, "reference": deal.reference},
        deal.get_absolute_url(),
    )
