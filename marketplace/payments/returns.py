"""Money on its way back: refunds and disputes, as the gateway tells them (PAY-9, PAY-10)."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.money import from_minor, to_minor
from marketplace.outbox import outbox
from marketplace.payments import gateways, ledger, telling
from marketplace.payments.gateway import Event, EventKind, GatewayDown, GatewayRefused, RefundAnswer, Refunding
from marketplace.payments.models import (
    REFUND_RANKS,
    Account,
    LedgerEntry,
    Outcome,
    Payment,
    Refund,
    RefundState,
    Resolution,
    ReturnKind,
    Suspense,
)

MOVED_TOPIC = "payments.refund_moved"
log = logging.getLogger(__name__)


def note(payment: Payment, event: Event) -> bool:
    """Keep what a message says about a refund or a dispute, and book it once the payment itself is booked."""
    if event.amount is None or event.refund_state is None or not event.refund_id:
        raise ValueError("a refund without amount, state or name")
    kind = ReturnKind.DISPUTE if event.kind is EventKind.DISPUTE else ReturnKind.REFUND
    refund, created = Refund.objects.get_or_create(
        payment=payment,
        gateway_id=event.refund_id,
        defaults={
            "kind": kind,
            "amount_minor": to_minor(event.amount),
            "currency": event.amount.currency.code,
            "state": event.refund_state,
        },
    )
    lower = [name for name, rank in REFUND_RANKS.items() if rank < REFUND_RANKS[event.refund_state]]
    moved = Refund.objects.filter(pk=refund.pk, state__in=lower).update(
        state=event.refund_state, changed_at=timezone.now()
    )
    refund.refresh_from_db()
    if created:
        trail.record(
            Action.PAYMENT_DISPUTE if kind is ReturnKind.DISPUTE else Action.PAYMENT_REFUND,
            payment,
            by=None,
            refund=refund.gateway_id,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
        )
    if (created and kind is ReturnKind.DISPUTE) or (refund.state == RefundState.SUCCEEDED and (created or moved)):
        telling.returned(refund)
    book_pending(payment)
    if created or moved:
        outbox.add(MOVED_TOPIC, key=f"refund_moved:{refund.pk}:{refund.state}", refund=refund.pk)
    return created or bool(moved)


def book_pending(payment: Payment) -> None:
    """Bring the ledger to what the refunds of a booked payment say, whichever message came first (PAY-2)."""
    payment.refresh_from_db()
    if payment.booked_at is None:
        return
    origin = Account.APPLIED if payment.outcome == Outcome.APPLIED else Account.SUSPENSE
    licensor = payment.obligation.agreement.licensor
    for refund in payment.refunds.select_related("payment__obligation").order_by("pk"):
        kinds = set(
            LedgerEntry.objects.filter(source_type="refund", source_id=refund.pk).values_list("kind", flat=True)
        )
        if refund.state == RefundState.SUCCEEDED and not kinds:
            ledger.post_returned(refund, origin, licensor)
        elif refund.state == RefundState.FAILED and kinds == {"return"}:
            ledger.undo_returned(refund)
    _close_or_reopen(payment)


def _close_or_reopen(payment: Payment) -> None:
    """Suspense of a payment ends when all of it went back, and opens again if that failed after all."""
    suspense = Suspense.objects.filter(payment=payment).first()
    if suspense is None:
        return
    total = payment.refunds.filter(state=RefundState.SUCCEEDED).aggregate(total=Sum("amount_minor"))["total"] or 0
    if total == suspense.amount_minor and suspense.resolution == Resolution.NONE:
        Suspense.objects.filter(pk=suspense.pk, resolution=Resolution.NONE).update(
            resolution=Resolution.REFUNDED, reason="refunded by the gateway", resolved_at=timezone.now()
        )
        suspense.refresh_from_db()
        trail.record(Action.SUSPENSE_RESOLVE, suspense, by=None, resolution=suspense.resolution)
        telling.resolved(suspense)
    elif total < suspense.amount_minor and suspense.resolution == Resolution.REFUNDED:
        Suspense.objects.filter(pk=suspense.pk).update(
            resolution=Resolution.NONE, reason="", resolved_at=None, returning_at=None
        )


def pay_back(key: str, payload: dict[str, Any]) -> None:
    """Ask the gateway to pay back money that lies in suspense; handler of `payments.refund`.

    The key goes to the gateway, so that a repetition pays back once. Raises GatewayDown: the outbox tries again. A
    gateway that refuses leaves the money in suspense for a moderator to resolve.
    """
    suspense = Suspense.objects.select_related("payment__obligation__agreement").get(pk=payload["suspense"])
    payment = suspense.payment
    if payment is None or payment.refunds.exists():
        return
    gateway = gateways.by_name(payment.gateway)
    if gateway is None:
        raise GatewayDown(f"{payment.gateway} is not switched on")
    # From here on nobody else may dispose of this money until the gateway has answered.
    mine = Suspense.objects.filter(pk=suspense.pk, resolution=Resolution.NONE).update(returning_at=timezone.now())
    if not mine:
        return
    wish = Refunding(
        key=key,
        charge_id=payment.charge_id,
        account=payment.account,
        amount=from_minor(suspense.amount_minor, suspense.currency),
        metadata={"payment": str(payment.code)},
    )
    try:
        answer = gateway.refund(wish)
    except GatewayRefused as refusal:
        Suspense.objects.filter(pk=suspense.pk).update(returning_at=None, detail=f"refund refused: {refusal}"[:500])
        log.exception("a refund was refused; a moderator must resolve it", extra={"suspense": suspense.pk})
        return
    with transaction.atomic():
        note_asked(payment, wish, answer)


def note_asked(payment: Payment, wish: Refunding, answer: RefundAnswer) -> None:
    """Write down what a gateway answered to a wish to pay back. Needs a transaction."""
    told = Event(
        id=answer.id,
        kind=EventKind.REFUND,
        name="refund asked for",
        made_at=timezone.now(),
        amount=wish.amount,
        refund_id=answer.id,
        refund_state=answer.state,
    )
    note(payment, told)
