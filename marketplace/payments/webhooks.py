"""The door for gateways: check, store, act once."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from marketplace.lib.money import from_minor, to_minor
from marketplace.payments import gateways, moving, returns, settling, telling
from marketplace.payments.gateway import BODY_LIMIT, BadEvent, Event, EventKind
from marketplace.payments.models import EventOutcome, Payment, PaymentState, RefundState, WebhookEvent

log = logging.getLogger(__name__)
KEEP_WAITING = timedelta(days=3)  # as long as gateways repeat their messages
DOWNWARD = {
    EventKind.PROCESSING: PaymentState.PROCESSING,
    EventKind.FAILED: PaymentState.FAILED,
    EventKind.EXPIRED: PaymentState.EXPIRED,
    EventKind.ABANDONED: PaymentState.ABANDONED,
}


@csrf_exempt  # the gateway signs the body instead; read_event() checks the signature
@require_POST
def webhook(request: HttpRequest, gateway: str) -> HttpResponse:
    """POST /webhooks/<gateway>/: 200 stored and acted on (or known before), 4xx not for us, 503 come again."""
    known = gateways.by_name(gateway)
    if known is None:
        return HttpResponse(status=404)
    body = request.read(BODY_LIMIT + 1)  # one byte more than allowed is enough to know
    return HttpResponse(status=receive(gateway, body, request.headers.get(known.signature_header, "")))


def receive(name: str, body: bytes, signature: str) -> int:
    """Take one message in; the HTTP status that answers it. Nothing is stored of a message that is refused (PAY-4)."""
    gateway = gateways.by_name(name)
    if gateway is None:
        return 404
    if len(body) > BODY_LIMIT:
        return 413
    try:
        event = gateway.read_event(body, signature)
    except BadEvent as reason:
        log.warning("webhook refused", extra={"gateway": name, "reason": str(reason)})
        return 400
    row = store(name, event, hashlib.sha256(body).hexdigest())
    return 200 if row.handled_at or act(row) else 503


def store(name: str, event: Event, sha256: str) -> WebhookEvent:
    """Keep a message before anything is done with it; the row of the first delivery for a repeated one (PAY-1)."""
    row, _created = WebhookEvent.objects.get_or_create(
        gateway=name,
        event_id=event.id,
        defaults={
            "kind": event.kind,
            "name": event.name,
            "facts": facts_of(event),
            "body_sha256": sha256,
            "charge_id": event.charge_id,
            "made_at": event.made_at,
        },
    )
    return row


def facts_of(event: Event) -> dict[str, Any]:
    """An event as plain JSON."""
    return {
        "account": event.account,
        "payment": str(event.payment) if event.payment else "",
        "checkout_id": event.checkout_id,
        "charge_id": event.charge_id,
        "amount_minor": None if event.amount is None else to_minor(event.amount),
        "currency": "" if event.amount is None else event.amount.currency.code,
        "refund_id": event.refund_id,
        "refund_state": event.refund_state or "",
    }


def event_of(row: WebhookEvent) -> Event:
    """The event that a row keeps."""
    told = row.facts
    return Event(
        id=row.event_id,
        kind=EventKind(row.kind),
        name=row.name,
        made_at=row.made_at,
        account=told["account"],
        payment=UUID(told["payment"]) if told["payment"] else None,
        checkout_id=told["checkout_id"],
        charge_id=told["charge_id"],
        amount=None if told["amount_minor"] is None else from_minor(told["amount_minor"], told["currency"]),
        refund_id=told["refund_id"],
        refund_state=RefundState(told["refund_state"]) if told["refund_state"] else None,
    )


def act(row: WebhookEvent) -> bool:
    """Do what a stored message calls for, once; whether that is done. An error is noted, the row stays unhandled."""
    try:
        with transaction.atomic():
            # Taking the row by an UPDATE makes a second worker wait here, on SQLite and on PostgreSQL alike.
            if not WebhookEvent.objects.filter(pk=row.pk, handled_at__isnull=True).update(handled_at=timezone.now()):
                return True
            row.refresh_from_db()
            row.outcome, row.payment = apply(row.gateway, event_of(row))
            if row.outcome == EventOutcome.WAITING and timezone.now() - row.received_at < KEEP_WAITING:
                row.handled_at = None
            elif row.outcome == EventOutcome.WAITING:
                row.outcome = EventOutcome.FOREIGN
            row.last_error = ""
            row.save(update_fields=["handled_at", "outcome", "payment", "last_error"])
    except Exception as error:
        log.warning("webhook not handled", extra={"event": row.event_id}, exc_info=error)
        words = f"{type(error).__name__}: {error}"[:300].replace("\x00", "")
        WebhookEvent.objects.filter(pk=row.pk, handled_at__isnull=True).update(
            attempts=row.attempts + 1, last_error=words
        )
        return False
    if row.kind == EventKind.SUCCEEDED and row.payment is not None:
        act_on_waiting(row.payment)
    return True


def act_on_waiting(payment: Payment) -> None:
    """Refunds and disputes name a charge; those that came before it was known are acted on now (PAY-2)."""
    payment.refresh_from_db()
    if payment.charge_id:
        waiting = WebhookEvent.objects.filter(
            gateway=payment.gateway, charge_id=payment.charge_id, handled_at__isnull=True
        )
        for row in waiting.order_by("made_at", "pk"):
            act(row)


def find(name: str, event: Event) -> Payment | None:
    """The payment that a message speaks of, at this gateway and account."""
    payments = Payment.objects.filter(gateway=name, account=event.account).select_related("obligation__agreement")
    if event.payment is not None:
        return payments.filter(code=event.payment).first()
    if event.checkout_id:
        return payments.filter(gateway_id=event.checkout_id).first()
    return payments.filter(charge_id=event.charge_id).first() if event.charge_id else None


def apply(name: str, event: Event) -> tuple[EventOutcome, Payment | None]:
    """Carry a message out, in the surrounding transaction: what was done, and on which payment."""
    if event.kind is EventKind.IGNORED:
        return EventOutcome.NOTHING, None
    if event.kind is EventKind.UNKNOWN:
        log.error("a gateway says something nobody knows", extra={"gateway": name, "name_there": event.name})
        return EventOutcome.UNKNOWN, None
    payment = find(name, event)
    if payment is None:
        late = event.kind in {EventKind.REFUND, EventKind.DISPUTE} and event.charge_id
        return (EventOutcome.WAITING if late else EventOutcome.FOREIGN), None
    return (EventOutcome.ACTED if _act_on(payment, event) else EventOutcome.NOTHING), payment


def _act_on(payment: Payment, event: Event) -> bool:
    """Whether a message changed anything about its payment, or confirmed a success."""
    match event.kind:
        case EventKind.SUCCEEDED:
            if event.amount is None:
                raise ValueError("a success without an amount")
            moving.receive(payment, event.amount, at=event.made_at, charge_id=event.charge_id)
            settling.settle_payment(payment)
            returns.book_pending(payment)
            return True
        case EventKind.REFUND | EventKind.DISPUTE:
            return returns.note(payment, event)
        case _:
            moved = moving.move(payment, DOWNWARD[event.kind])
            if moved and payment.state == PaymentState.FAILED:
                telling.failed(payment)
            return moved


def look_again(payment: Payment) -> Payment:
    """Ask the gateway what became of an unfinished payment and act on the answer as on a message (PAY-3, PAY-5).

    Raises GatewayDown and GatewayRefused. A payment that was received and not booked is booked.
    """
    gateway = gateways.by_name(payment.gateway)
    if gateway is not None and payment.gateway_id and payment.state != PaymentState.SUCCEEDED:
        event = gateway.look_up(payment.gateway_id, payment.account)
        if event is not None:
            with transaction.atomic():
                apply(payment.gateway, event)
            act_on_waiting(payment)
    payment.refresh_from_db()
    return settling.settle_payment(payment)
