"""What happens to a negotiation without a click: it goes on, is reminded of, lapses, or follows its contract."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from listings.flow.moving import lock as lock_offer
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import negotiating, talks
from marketplace.licensing.letters import change_letters
from marketplace.licensing.models import Agreement, Negotiation, NegotiationState, State
from marketplace.licensing.states import TALKS

REMIND = timedelta(days=2)
S = NegotiationState
SIGNED = (State.SIGNED, State.ACTIVE, State.ENDED)
FALLEN = {State.CANCELLED: "withdraw", State.DECLINED: "withdraw", State.LAPSED: "lapse"}


def talks_due() -> int:
    """Everything whose day has come; returns how many negotiations moved. Called every few minutes."""
    now = timezone.now()
    over = Negotiation.objects.filter(due_at__lte=now, state__in=[S.ASKED, S.OPEN, S.AGREED]).order_by("due_at", "pk")
    moved = sum(_over(negotiation) for negotiation in over)
    soon = Negotiation.objects.filter(state=S.OPEN, reminded_at__isnull=True, due_at__gt=now, due_at__lte=now + REMIND)
    for negotiation in soon.order_by("pk"):
        _remind(negotiation)
    return moved


def _over(negotiation: Negotiation) -> bool:
    """Not taken in time: it goes on by itself. Not answered or not signed in time: it lapses."""
    with transaction.atomic():
        lock_offer(negotiation.listing)
        if negotiation.agreement_id:
            Agreement.objects.select_for_update(of=("self",)).get(pk=negotiation.agreement_id)
        negotiation = talks.lock(negotiation)
        if negotiation.due_at is None or negotiation.due_at > timezone.now():
            return False  # somebody acted between the look and the lock
        try:
            if negotiation.state == S.ASKED:
                _pass_on(negotiation)
            else:
                negotiating.close(negotiation, "lapse", S.LAPSED, by=None)
                change_letters.over(negotiation)
        except NotNow:  # both have signed meanwhile: it concludes
            return False
    return True


def _pass_on(negotiation: Negotiation) -> None:
    talk = TALKS["pass"]
    was = talks.move(negotiation, talk, S.OPEN, passed_at=timezone.now(), due_at=talks.until(talk), reminded_at=None)
    talks.record(negotiation, talk, by=None, was=was)
    change_letters.your_turn(negotiation)


def _remind(negotiation: Negotiation) -> None:
    with transaction.atomic():
        due = Negotiation.objects.filter(pk=negotiation.pk, reminded_at__isnull=True, state=S.OPEN)
        if due.update(reminded_at=timezone.now()):
            change_letters.due_soon(negotiation)


def on_agreement_moved(key: str, payload: dict[str, Any]) -> None:
    """Handler of `agreement.moved`: a negotiation follows the contract that was made of its version; idempotent."""
    agreement = Agreement.objects.filter(pk=payload["agreement"]).select_related("proposal__negotiation").first()
    proposal = getattr(agreement, "proposal", None) if agreement is not None else None
    if agreement is None or proposal is None or not proposal.live:
        return
    with transaction.atomic():
        lock_offer(agreement.listing)
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
        negotiation = talks.lock(proposal.negotiation)
        if negotiation.state != S.AGREED:
            return
        if agreement.state in SIGNED:
            talk = TALKS["conclude"]
            was = talks.move(negotiation, talk, S.DONE, due_at=None, closed_at=timezone.now())
            talks.record(negotiation, talk, by=None, was=was)
        elif agreement.state in FALLEN:
            name = FALLEN[State(agreement.state)]
            to = S.LAPSED if name == "lapse" else S.WITHDRAWN
            negotiating.close(negotiation, name, to, by=None, reason=agreement.state_reason)
