"""The practice gateway: a checkout without money, which changes nothing here except by its signed webhook."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.lib.money import from_minor, to_minor
from marketplace.outbox import outbox
from marketplace.payments import signing
from marketplace.payments.gateway import (
    BadEvent,
    Checkout,
    Event,
    EventKind,
    GatewayRefused,
    Order,
    RefundAnswer,
    Refunding,
)
from marketplace.payments.models import PracticeCheckout, PracticeEvent, RefundState, Way

TOPIC = "practice.deliver"
DELAY = timedelta(seconds=60)  # how much later a delayed payment is told
_ID = re.compile(r"[a-z0-9_-]{1,100}")
# button → the state its press leaves, the messages it sends (kind, after how long, how many times)
BUTTONS: dict[str, tuple[str, tuple[tuple[EventKind, timedelta, int], ...]]] = {
    "approve": ("paid", ((EventKind.SUCCEEDED, timedelta(0), 1),)),
    "decline": ("declined", ((EventKind.FAILED, timedelta(0), 1),)),
    "abandon": ("abandoned", ((EventKind.ABANDONED, timedelta(0), 1),)),
    "delay": ("paid", ((EventKind.PROCESSING, timedelta(0), 1), (EventKind.SUCCEEDED, DELAY, 1))),
    "repeat": ("paid", ((EventKind.SUCCEEDED, timedelta(0), 2),)),
}


class PracticeGateway:
    """Stands in for a real gateway in development and in tests. Production refuses it (payments.E001)."""

    name = str(Way.PRACTICE)
    signature_header = "Practice-Signature"

    def start_checkout(self, order: Order) -> Checkout:
        """Make the practice page. The same order again gives the same page; another one under its key is refused."""
        told = {
            "reference": order.reference,
            "payee": order.payee,
            "title": order.title[:300],
            "amount_minor": to_minor(order.amount),
            "currency": order.amount.currency.code,
            "return_url": urlsplit(order.return_url).path,  # its page stands on this very site
        }
        checkout, created = PracticeCheckout.objects.get_or_create(payment_code=order.code, defaults=told)
        if not created and (checkout.amount_minor, checkout.currency) != (told["amount_minor"], told["currency"]):
            raise GatewayRefused("this key was used for another order")
        return Checkout(str(checkout.code), reverse("payments:practice", args=[checkout.code]), order.expires_at)

    def look_up(self, checkout_id: str, account: str) -> Event | None:
        """Nothing: this gateway speaks only by its webhook."""
        return None

    def expire(self, checkout_id: str, account: str) -> None:
        """Close the page."""
        with transaction.atomic():
            closed = PracticeCheckout.objects.filter(code=checkout_id, state="open").update(state="expired")
            if closed:
                send(PracticeCheckout.objects.get(code=checkout_id), EventKind.EXPIRED)

    def refund(self, wish: Refunding) -> RefundAnswer:
        """Pay back what was never paid; told by webhook like everything."""
        checkout = PracticeCheckout.objects.filter(code=wish.charge_id, state="paid").first()
        if checkout is None:
            raise GatewayRefused("no payment was made on this checkout")
        identity = f"prf-{hashlib.sha256(wish.key.encode()).hexdigest()[:32]}"
        with transaction.atomic():
            send(
                checkout,
                EventKind.REFUND,
                identity=f"{identity}-told",
                refund={
                    "refund": identity,
                    "refund_state": str(RefundState.SUCCEEDED),
                    "amount_minor": to_minor(wish.amount),
                },
            )
        return RefundAnswer(identity, RefundState.PENDING)

    def read_event(self, body: bytes, signature: str) -> Event:
        """Check the signature, then the shape."""
        signing.check(body, signature, settings.PRACTICE_WEBHOOK_SECRET)
        try:
            return _event(json.loads(body))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadEvent("not a message of the practice gateway") from error


def _event(told: dict[str, Any]) -> Event:
    if told["live"] is not False or not _ID.fullmatch(told["id"]):
        raise ValueError("live or unnamed")
    facts = told["data"]
    amount = facts.get("amount_minor")
    kind = EventKind(told["type"]) if told["type"] in EventKind._value2member_map_ else EventKind.UNKNOWN
    if amount is not None and (type(amount) is not int or amount <= 0):
        raise ValueError("no amount of money")
    return Event(
        id=told["id"],
        kind=kind,
        name=str(told["type"])[:80],
        made_at=datetime.fromtimestamp(told["made_at"], UTC),
        payment=uuid.UUID(facts["payment"]),
        checkout_id=str(uuid.UUID(facts["checkout"])),
        charge_id=str(uuid.UUID(facts["checkout"])),
        amount=None if amount is None else from_minor(amount, facts["currency"]),
        refund_id=facts.get("refund", ""),
        refund_state=RefundState(facts["refund_state"]) if "refund_state" in facts else None,
    )


def body_of(checkout: PracticeCheckout, kind: EventKind, *, identity: str, refund: dict[str, Any] | None = None) -> str:
    """The text of a message, as it is signed."""
    told = {
        "id": identity,
        "type": str(kind),
        "made_at": int(timezone.now().timestamp()),
        "live": False,
        "data": {
            "checkout": str(checkout.code),
            "payment": str(checkout.payment_code),
            "amount_minor": checkout.amount_minor,
            "currency": checkout.currency,
        }
        | (refund or {}),
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def send(
    checkout: PracticeCheckout,
    kind: EventKind,
    *,
    after: timedelta = timedelta(0),
    times: int = 1,
    identity: str = "",
    refund: dict[str, Any] | None = None,
) -> None:
    """Leave a message in the outbox, in the surrounding transaction; `times` deliveries of the one message."""
    identity = identity or f"pevt-{uuid.uuid4().hex}"
    body = body_of(checkout, kind, identity=identity, refund=refund)
    event, _created = PracticeEvent.objects.get_or_create(
        event_id=identity, defaults={"checkout": checkout, "body": body}
    )
    for number in range(times):
        for effect in outbox.add(TOPIC, key=f"{identity}:{number}", event=event.event_id):
            if after:
                effect.next_at = timezone.now() + after
                effect.save(update_fields=["next_at"])


def press(checkout: PracticeCheckout, button: str) -> bool:
    """Press one of BUTTONS on an open checkout; False when it was pressed before. KeyError for another button."""
    state, messages = BUTTONS[button]
    with transaction.atomic():
        moved = PracticeCheckout.objects.filter(pk=checkout.pk, state="open").update(state=state)
        if moved:
            for kind, after, times in messages:
                send(checkout, kind, after=after, times=times)
    return bool(moved)
