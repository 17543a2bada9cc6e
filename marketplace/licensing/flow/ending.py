"""The end of a license before its term, in one transaction: state, debts by rule, encumbrance, what hung on it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from listings import flow as listings_flow
from listings.rules.gates import ENDED
from listings.states import NotNow as EndedBefore
from marketplace.lib import terms
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import moving, negotiating, repaying
from marketplace.licensing.letters import change_letters
from marketplace.licensing.models import (
    TALKING,
    Agreement,
    Ground,
    Hold,
    HoldEnd,
    Negotiation,
    NegotiationState,
    Obligation,
    ObligationState,
    State,
    Termination,
    TerminationState,
    Trial,
)
from marketplace.licensing.states import STEPS

O = ObligationState  # noqa: E741
LOST = (Ground.PATENT_ENDED, Ground.PATENT_CHANGED)


def stays_owed(agreement: Agreement, ground: Ground | str, last_day: date) -> QuerySet[Obligation]:
    """What stays owed after the end: what fell due by the last day; of held payments those due before the hold.

    With a patent that ended or changed, nothing that was only going to fall due is owed.
    """
    due = Q(state=O.DUE)
    if ground in LOST:
        hold = agreement.holds.filter(ended_at__isnull=True).first()
        before = terms.day_of(hold.since) if hold else last_day
        due |= Q(state=O.HELD, due_on__lt=before)
    else:
        due |= Q(state__in=[O.HELD, O.FUTURE], due_on__lte=last_day)
    return agreement.obligations.filter(due).order_by("due_on", "pk")


def refund(agreement: Agreement, ground: Ground | str, last_day: date) -> int:
    """What was prepaid for the time after the end of the patent, in minor units (PL 47); repaying says part by part."""
    return sum(part.amount_minor for part in repaying.unearned(agreement, ground, lost_on(agreement, last_day)))


def lost_on(agreement: Agreement, last_day: date) -> date:
    """The last day for which was paid rightly: that on which the loss of the patent became known here.

    Payments are held from then on; a notice given later does not make the days between earned (CC 865).
    """
    hold = agreement.holds.filter(ended_at__isnull=True, what__in=ENDED).order_by("since").first()
    return min(last_day, terms.day_of(hold.since)) if hold is not None else last_day


def end_early(termination: Termination) -> None:
    """Let the license end. Requires the locks of offer and agreement; raises NotNow where it ended otherwise."""
    step = STEPS["terminate"]
    agreement = termination.agreement = moving.lock(termination.agreement)
    moving.require_state(agreement, step)
    last_day = termination.effective_on
    moved = Termination.objects.filter(pk=termination.pk, state=TerminationState.NOTICED).update(
        state=TerminationState.ENDED, closed_at=timezone.now(), owed=_settle_debts(agreement, termination)
    )
    if not moved:
        raise NotNow(f"{termination} is {termination.state}")
    _close_talks(agreement)
    outcome = {"trial": Trial.PATENT_LOST} if agreement.trial == Trial.RUNNING and termination.ground in LOST else {}
    if outcome:
        outcome |= {"trial_ended_on": terms.today()}  # type: ignore[dict-item]
    was = moving.move(
        agreement,
        step,
        State.ENDED,
        ends_on=last_day,
        closed_at=timezone.now(),
        state_reason=termination.reason[:500],
        **outcome,
    )
    _free_patent(agreement, last_day)
    Hold.objects.filter(agreement=agreement, ended_at__isnull=True).update(ended_at=timezone.now(), how=HoldEnd.EXIT)
    moving.record(agreement, step, by=None, was=was, ground=termination.ground, last_day=last_day)
    change_letters.ended(termination)


def _settle_debts(agreement: Agreement, termination: Termination) -> dict[str, Any]:
    """Debts by the rule of the ground; settled ones are untouched. Returns the codes of both kinds."""
    stays = list(stays_owed(agreement, termination.ground, termination.effective_on).select_for_update(of=("self",)))
    kept = [row.pk for row in stays]
    open_ = agreement.obligations.filter(state__in=[O.FUTURE, O.DUE, O.HELD])
    waived = list(open_.exclude(pk__in=kept).order_by("pk").values_list("pk", "code"))
    Obligation.objects.filter(pk__in=kept, state__in=[O.FUTURE, O.HELD]).update(state=O.DUE)
    Obligation.objects.filter(pk__in=[pk for pk, _code in waived], state__in=[O.FUTURE, O.DUE, O.HELD]).update(
        state=O.WAIVED
    )
    parts = repaying.unearned(agreement, termination.ground, lost_on(agreement, termination.effective_on))
    back = sum(row.amount_minor for row in repaying.owe_for_lost_patent(termination, parts))
    return {
        "stays": [str(row.code) for row in stays],
        "waived": [str(code) for _pk, code in waived],
        **({"refund_minor": back} if back else {}),
    }


def _close_talks(agreement: Agreement) -> None:
    for negotiation in Negotiation.objects.filter(agreement=agreement, state__in=TALKING).order_by("pk"):
        negotiating.close(negotiation, "lapse", NegotiationState.LAPSED, by=None)


def _free_patent(agreement: Agreement, last_day: date) -> None:
    at = terms.start_of(last_day + timedelta(days=1))
    for encumbrance in agreement.listing.patent.encumbrances.filter(reference=agreement.reference):
        try:
            listings_flow.end_encumbrance(encumbrance, at=min(at, timezone.now()), by=None)
        except EndedBefore:
            continue
