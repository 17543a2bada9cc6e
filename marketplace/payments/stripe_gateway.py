"""Stripe behind our protocol; no other module may import the vendor.

Checkout Sessions as direct charges on the university's own account, so that the university is the merchant and the
marketplace never holds money.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import stripe
from django.conf import settings
from moneyed import Money

from marketplace.lib.money import from_minor, to_minor
from marketplace.payments import signing
from marketplace.payments.gateway import (
    AGE_LIMIT,
    BadEvent,
    Checkout,
    Event,
    EventKind,
    GatewayDown,
    GatewayRefused,
    Order,
    RefundAnswer,
    Refunding,
)
from marketplace.payments.models import GatewayAccount, RefundState, Way

TIMEOUT = 10  # seconds for one call
RETRIES = 2  # of the SDK, with the same idempotency key
# Currencies whose minor unit is the same at Stripe and here; others (ISK, UGX, three decimals) need thought first.
CURRENCIES = frozenset({"CNY", "USD", "EUR", "JPY", "KRW"})
LOCALES: dict[str, Any] = {"zh-hans": "zh", "en": "en"}
SESSIONS = {
    "checkout.session.async_payment_succeeded": EventKind.SUCCEEDED,
    "checkout.session.async_payment_failed": EventKind.FAILED,
    "checkout.session.expired": EventKind.EXPIRED,
}
REFUNDS = {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
# Known, and said again by the ones above.
IGNORED = re.compile(
    r"payment_intent\..*|charge\.(succeeded|failed|pending|updated|captured|expired|refunded)|"
    r"charge\.dispute\.(updated|funds_withdrawn|funds_reinstated)|balance\..*|payout\..*|customer\..*|"
    r"payment_method\..*|account\..*|capability\.updated|application_fee\..*|transfer\..*"
)
REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
DISPUTE_STATES = {"lost": RefundState.SUCCEEDED, "won": RefundState.FAILED, "warning_closed": RefundState.FAILED}
_MOMENT = re.compile(r"(?:^|,)t=(\d{1,12})(?:,|$)")
_T = TypeVar("_T")


def transport() -> stripe.HTTPClient:
    """What carries the SDK's calls; tests put a client of their own here."""
    return stripe.RequestsClient(timeout=TIMEOUT)


class StripeGateway:
    """Cards and wallets through Stripe Checkout."""

    name = str(Way.STRIPE)
    signature_header = "Stripe-Signature"

    def _client(self) -> stripe.StripeClient:
        address = getattr(settings, "STRIPE_API_BASE", "")
        return stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            http_client=transport(),
            max_network_retries=RETRIES,
            base_addresses={"api": address} if address else None,
        )

    def start_checkout(self, order: Order) -> Checkout:
        """Make a Checkout Session on the payee's account; the payment's code is the idempotency key."""
        currency = order.amount.currency.code
        if currency not in CURRENCIES:
            raise GatewayRefused(f"{currency} is not taken here")
        reference = {"payment": str(order.code), "reference": order.reference}
        session = _call(
            lambda: self._client().v1.checkout.sessions.create(
                {
                    "mode": "payment",
                    "client_reference_id": str(order.code),
                    "metadata": reference,
                    "payment_intent_data": {"metadata": reference, "description": order.reference},
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": currency.lower(),
                                "unit_amount": to_minor(order.amount),
                                "product_data": {"name": order.title, "description": order.payee},
                            },
                        }
                    ],
                    "adaptive_pricing": {"enabled": False},  # charged is what is owed, in its own currency (PAY-11)
                    "submit_type": "pay",
                    "success_url": order.return_url,
                    "cancel_url": order.return_url,
                    "expires_at": int(order.expires_at.timestamp()),
                    "locale": LOCALES.get(order.language, "auto"),
                },
                _options(order.account, key=f"pay:{order.code}"),
            )
        )
        return Checkout(session.id, session.url or "", datetime.fromtimestamp(session.expires_at, UTC))

    def look_up(self, checkout_id: str, account: str) -> Event | None:
        """Ask Stripe for the session and its intent."""
        session = _call(
            lambda: self._client().v1.checkout.sessions.retrieve(
                checkout_id, {"expand": ["payment_intent"]}, _options(account)
            )
        )
        facts = _plain(session)
        intent = facts.get("payment_intent")
        kind: EventKind | None = None
        if facts.get("payment_status") == "paid":
            kind = EventKind.SUCCEEDED
        elif facts.get("status") == "expired":
            kind = EventKind.EXPIRED
        elif facts.get("status") == "complete":
            stopped = isinstance(intent, dict) and intent.get("status") in {"canceled", "requires_payment_method"}
            kind = EventKind.FAILED if stopped else EventKind.PROCESSING
        if kind is None:
            return None
        return _session_event(f"look:{checkout_id}", kind, "look_up", datetime.now(UTC), account, facts)

    def expire(self, checkout_id: str, account: str) -> None:
        """Close the session; one that is complete or expired already answers an error that harms nobody."""
        try:
            _call(lambda: self._client().v1.checkout.sessions.expire(checkout_id, None, _options(account)))
        except GatewayRefused:
            return

    def refund(self, wish: Refunding) -> RefundAnswer:
        """Pay back from the payee's account."""
        refund = _call(
            lambda: self._client().v1.refunds.create(
                {
                    "payment_intent": wish.charge_id,
                    "amount": to_minor(wish.amount),
                    "metadata": wish.metadata,
                },
                _options(wish.account, key=wish.key),
            )
        )
        return RefundAnswer(refund.id, REFUND_STATES.get(refund.status or "", RefundState.PENDING))

    def read_event(self, body: bytes, signature: str) -> Event:
        """Check secret, age, mode and account, then say the event in our words."""
        try:
            self._client().construct_event(body, signature, settings.STRIPE_WEBHOOK_SECRET, AGE_LIMIT)
            told = json.loads(body)
            moment = _MOMENT.search(signature)
            signing.check_age(int(moment[1]) if moment else 0)
            if told["livemode"] is not bool(settings.STRIPE_LIVE):
                raise BadEvent("of the other mode")
            account = told.get("account") or ""
            if not GatewayAccount.objects.filter(gateway=Way.STRIPE, account=account).exists():
                raise BadEvent("of an account that belongs to nobody here")
            return _event(told, account)
        except (stripe.SignatureVerificationError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise BadEvent(str(error)[:200]) from error
        except RecursionError as error:
            raise BadEvent("nested too deeply") from error


def _options(account: str, key: str = "") -> Any:
    """Request options: on whose account, and under which key a repetition counts as the same call."""
    options: dict[str, str] = {}
    if account:
        options["stripe_account"] = account
    if key:
        options["idempotency_key"] = key
    return options


def _call(call: Callable[[], _T]) -> _T:
    """One call; the vendor's errors in our words."""
    try:
        return call()
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise GatewayDown(str(error)) from error
    except stripe.StripeError as error:
        if error.http_status is None or error.http_status >= 500:
            raise GatewayDown(str(error)) from error
        raise GatewayRefused(error.user_message or str(error)) from error


def _plain(thing: Any) -> dict[str, Any]:
    """A Stripe object as plain dictionaries."""
    plain: dict[str, Any] = json.loads(str(thing))
    return plain


def _money(amount: Any, currency: Any) -> Money | None:
    """Stripe's amount; None for a currency not taken here, which a person must look at."""
    code = str(currency or "").upper()
    return from_minor(amount, code) if type(amount) is int and amount > 0 and code in CURRENCIES else None


def _event(told: dict[str, Any], account: str) -> Event:
    name = str(told["type"])[:80]
    made_at = datetime.fromtimestamp(told["created"], UTC)
    identity = str(told["id"])
    facts = told["data"]["object"]
    if name == "checkout.session.completed":
        kind = EventKind.SUCCEEDED if facts["payment_status"] == "paid" else EventKind.PROCESSING
        return _session_event(identity, kind, name, made_at, account, facts)
    if name in SESSIONS:
        return _session_event(identity, SESSIONS[name], name, made_at, account, facts)
    if name in REFUNDS:
        return _return_event(identity, EventKind.REFUND, name, made_at, account, facts)
    if name in {"charge.dispute.created", "charge.dispute.closed"}:
        return _return_event(identity, EventKind.DISPUTE, name, made_at, account, facts)
    kind = EventKind.IGNORED if IGNORED.fullmatch(name) else EventKind.UNKNOWN
    return Event(id=identity, kind=kind, name=name, made_at=made_at, account=account)


def _session_event(
    identity: str, kind: EventKind, name: str, made_at: datetime, account: str, facts: dict[str, Any]
) -> Event:
    intent = facts.get("payment_intent") or ""
    named = facts.get("client_reference_id") or ""
    return Event(
        id=identity,
        kind=kind,
        name=name,
        made_at=made_at,
        account=account,
        payment=UUID(named) if re.fullmatch(r"[0-9a-f-]{36}", named) else None,
        checkout_id=str(facts["id"]),
        charge_id=intent["id"] if isinstance(intent, dict) else intent,
        amount=_money(facts.get("amount_total"), facts.get("currency")),
    )


def _return_event(
    identity: str, kind: EventKind, name: str, made_at: datetime, account: str, facts: dict[str, Any]
) -> Event:
    states = DISPUTE_STATES if kind is EventKind.DISPUTE else REFUND_STATES
    return Event(
        id=identity,
        kind=kind,
        name=name,
        made_at=made_at,
        account=account,
        charge_id=facts.get("payment_intent") or "",
        amount=_money(facts.get("amount"), facts.get("currency")),
        refund_id=str(facts["id"]),
        refund_state=states.get(facts.get("status") or "", RefundState.PENDING),
    )
