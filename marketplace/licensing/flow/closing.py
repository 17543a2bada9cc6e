"""How an agreement ends: cancelled, declined, lapsed, left within the free period, or run out."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings import flow as listings_flow
from listings.models import Encumbrance
from marketplace.accounts.models import User
from marketplace.lib import terms
from marketplace.lib.findings import refuse
from marketplace.licensing import contracts, papers
from marketplace.licensing.contracts.days import SELL_OFF_MONTHS
from marketplace.licensing.contracts.further import Ground, TerminationFacts
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import holding, moving
from marketplace.licensing.letters import step_letters
from marketplace.licensing.models import (
    OPEN_STATES,
    Agreement,
    ObligationKind,
    ObligationState,
    PaperKind,
    Party,
    State,
)
from marketplace.licensing.states import STEPS, Who
from marketplace.licensing.terms import effective, trials

UNPAID = (ObligationState.FUTURE, ObligationState.DUE)


def cancel(agreement: Agreement, *, by: User, reason: str = "") -> Agreement:
    """The licensee gives up before a license exists. Raises NotYours, NotNow."""
    step = STEPS["cancel"]
    moving.require_side(by, agreement, step)
    return _close(agreement, "cancel", State.CANCELLED, by=by, reason=reason)


def decline(agreement: Agreement, *, by: User, reason: str) -> Agreement:
    """The licensor, or a moderator before the contract is made, says no, with the reason.

    Only while something is left to negotiate: a standing offer (LIC-K) or an own signature binds the licensor. Raises
    NotYours, NotNow, Refused.
    """
    step = STEPS["decline"]
    side = moving.require_side(by, agreement, step)
    if not reason.strip():
        raise refuse("LIC-G", _("Say why."), _("One sentence is enough; the licensee reads it."), field="reason")
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        if agreement.state == State.OFFERED:
            _require_negotiable(agreement, side)
        return _close(agreement, "decline", State.DECLINED, by=by, reason=reason, side=str(side))


def may_decline(agreement: Agreement, side: Who) -> bool:
    """Whether `side` may still say no: a moderator before the contract is made, a licensor not bound by a signature."""
    if not STEPS["decline"].allows(side, agreement.track, agreement.state):
        return False
    if agreement.state != State.OFFERED:
        return True
    return side is Who.LICENSOR and not agreement.own_signatures.filter(party=Party.LICENSOR).exists()


def _require_negotiable(agreement: Agreement, side: Who) -> None:
    if not may_decline(agreement, side):
        raise refuse(
            "LIC-K",
            _("The licensor has signed these terms and is bound by them; the request cannot be declined."),
            _("To stop further requests, revoke the term sheet or withdraw the listing."),
            citation="《民法典》第472、476条",
        )


def _close(agreement: Agreement, name: str, to: State, *, by: User | None, reason: str = "", **facts: str) -> Agreement:
    """Move to a final state and drop what was still to be paid."""
    step = STEPS[name]
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        was = moving.move(
            agreement, step, to, closed_at=timezone.now(), acts_until=None, state_reason=reason.strip()[:500]
        )
        agreement.obligations.filter(state__in=UNPAID).update(state=ObligationState.WAIVED)
        moving.record(agreement, step, by=by, was=was, **facts)
        step_letters.closed(agreement, step, was=was)
    return agreement


def lapse_due() -> int:
    """Let agreements lapse whose time to act has run out; returns how many. Called every few minutes."""
    due = Agreement.objects.filter(state__in=OPEN_STATES, acts_until__lte=timezone.now())
    return sum(_lapse(agreement) for agreement in due.order_by("acts_until", "pk"))


def _lapse(agreement: Agreement) -> bool:
    with transaction.atomic():
        agreement = moving.lock(agreement)
        if agreement.acts_until is None or agreement.acts_until > timezone.now():
            return False  # somebody acted between the look and the lock
        try:
            _close(agreement, "lapse", State.LAPSED, by=None)
        except NotNow:
            return False
    return True


def leave(agreement: Agreement, *, by: User) -> Agreement:
    """The licensee leaves within the free period, without cost (PRESET-2). Raises NotYours, NotNow, Refused."""
    step = STEPS["leave"]
    moving.require_side(by, agreement, step)
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        if not may_leave(agreement):
            raise refuse(
                "PRESET-2",
                _("The free period is over; the license can no longer be left without cost."),
                _("The contract says how it can be ended now."),
            )
        holding.end_with(agreement)
        agreement = _close(agreement, "leave", State.ENDED, by=by)
        _free_patent(agreement, by=by)
        _exit_paper(agreement, by=by)
    return agreement


def _exit_paper(agreement: Agreement, *, by: User) -> None:
    """The written notice by which the licensee left; whole as it is, the platform seals it (PRESET-2)."""
    number, day = papers.next_number(agreement, PaperKind.TERMINATION), terms.today()
    facts = TerminationFacts(
        snapshot=effective.snapshot_of(agreement),
        deal=contracts.facts_of(agreement),
        ground=Ground.TRIAL_EXIT,
        by=Party.LICENSEE,
        number=number,
        ends_on=day,
        told_on=day,
        sell_until=terms.add_months(day, SELL_OFF_MONTHS),
        made_on=day,
    )
    papers.make_further(agreement, PaperKind.TERMINATION, facts, by=by)
    agreement.papers.filter(kind=PaperKind.TERMINATION, number=number).update(completed_at=timezone.now())
    papers.leave_for_sealing(agreement)


def may_leave(agreement: Agreement) -> bool:
    """Whether a license is within its free period: nothing has been paid or fallen due, and its months are not over."""
    if agreement.state != State.ACTIVE:
        return False
    period = trials.free_period(agreement)
    fell_due = (ObligationState.DUE, ObligationState.HELD, ObligationState.SETTLED)
    return period is not None and not period.over and not agreement.obligations.filter(state__in=fell_due).exists()


def _free_patent(agreement: Agreement, *, by: User | None) -> None:
    for encumbrance in Encumbrance.objects.filter(patent=agreement.listing.patent, reference=agreement.reference):
        listings_flow.end_encumbrance(encumbrance, at=timezone.now(), by=by)


def end(agreement: Agreement) -> Agreement:
    """The term is over. What fell due before stays owed; what would come later is dropped. Raises NotNow."""
    step = STEPS["end"]
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        if agreement.ends_on is None or agreement.ends_on >= terms.today():
            raise NotNow(f"{agreement.reference} runs through {agreement.ends_on}")
        holding.end_with(agreement)
        was = moving.move(agreement, step, State.ENDED, closed_at=terms.start_of(agreement.ends_on + timedelta(days=1)))
        coming = agreement.obligations.filter(state=ObligationState.FUTURE)
        if (first := trials.royalty_from(agreement)) and first <= agreement.ends_on:
            coming = coming.exclude(kind=ObligationKind.ROYALTY)  # the last report of use is still to come
        coming.update(state=ObligationState.WAIVED)
        moving.record(agreement, step, by=None, was=was)
        step_letters.closed(agreement, step, was=was)
    return agreement


def end_due() -> int:
    """End the licenses whose last day has passed; returns how many. Called every day."""
    over = Agreement.objects.filter(state=State.ACTIVE, ends_on__lt=terms.today())
    count = 0
    for agreement in over.order_by("pk"):
        try:
            end(agreement)
        except NotNow:
            continue
        count += 1
    return count
