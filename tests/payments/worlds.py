"""The two gateways' outer worlds: what they would send, signed as they sign, and a Stripe that keeps state."""

from __future__ import annotations

import copy
import itertools
import json
import time
import urllib.parse
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

import stripe

from marketplace.payments import practice, signing
from marketplace.payments.gateway import EventKind
from marketplace.payments.models import Payment, PracticeCheckout, Way

STRIPE_SECRET = "whsec_test_only"
ACCOUNT = "acct_1TestUniversity"
_numbers = itertools.count(1)


class World(Protocol):
    """A gateway seen from outside."""

    name: str

    def body(self, payment: Payment, kind: EventKind, **facts: Any) -> bytes: ...

    def sign(self, body: bytes, at: int | None = None, secret: str | None = None) -> str: ...


class PracticeWorld:
    """Speaks as the practice gateway does."""

    name = str(Way.PRACTICE)
    secret = "practice-test-secret"

    def body(self, payment: Payment, kind: EventKind, **facts: Any) -> bytes:
        checkout, _created = PracticeCheckout.objects.get_or_create(
            payment_code=payment.code,
            defaults={
                "reference": "KX",
                "payee": "示范理工大学",
                "title": "License fee",
                "amount_minor": payment.amount_minor,
                "currency": payment.currency,
                "return_url": "/",
            },
        )
        told: dict[str, Any] = {key: facts[key] for key in ("amount_minor", "currency") if key in facts}
        if kind in {EventKind.REFUND, EventKind.DISPUTE}:
            told |= {"refund": facts["refund"], "refund_state": facts["refund_state"]}
        identity = facts.get("identity") or f"pevt-{next(_numbers)}"
        return practice.body_of(checkout, kind, identity=identity, refund=told).encode()

    def sign(self, body: bytes, at: int | None = None, secret: str | None = None) -> str:
        return signing.sign(body, self.secret if secret is None else secret, at)


class StripeWorld:
    """Speaks as Stripe does; objects have the shapes of Stripe's published fixtures."""

    name = str(Way.STRIPE)

    def __init__(self, resources: dict[str, Any]) -> None:
        self.resources = resources

    def body(self, payment: Payment, kind: EventKind, **facts: Any) -> bytes:
        names = {
            EventKind.SUCCEEDED: "checkout.session.completed",
            EventKind.PROCESSING: "checkout.session.completed",
            EventKind.FAILED: "checkout.session.async_payment_failed",
            EventKind.EXPIRED: "checkout.session.expired",
            EventKind.REFUND: "refund.updated",
            EventKind.DISPUTE: "charge.dispute.closed",
            EventKind.IGNORED: "payment_intent.succeeded",
            EventKind.UNKNOWN: "moon.landed",
        }
        return self.event(names[kind], self._thing(payment, kind, facts), **facts)

    def _copy(self, name: str) -> dict[str, Any]:
        thing: dict[str, Any] = copy.deepcopy(self.resources[name])
        return thing

    def event(self, name: str, thing: dict[str, Any], **facts: Any) -> bytes:
        told = copy.deepcopy(self.resources["event"])
        told |= {
            "id": facts.get("identity") or f"evt_{next(_numbers)}",
            "type": name,
            "created": int(time.time()),
            "livemode": facts.get("livemode", False),
            "account": facts.get("account", ACCOUNT),
            "data": {"object": thing},
        }
        return json.dumps(told).encode()

    def _thing(self, payment: Payment, kind: EventKind, facts: dict[str, Any]) -> dict[str, Any]:
        amount = facts.get("amount_minor", payment.amount_minor)
        currency = facts.get("currency", payment.currency).lower()
        if kind in {EventKind.REFUND, EventKind.DISPUTE}:
            state = facts["refund_state"]
            words = {"succeeded": "lost", "failed": "won", "pending": "needs_response"}
            return self._copy("dispute" if kind is EventKind.DISPUTE else "refund") | {
                "id": facts["refund"],
                "amount": amount,
                "currency": currency,
                "payment_intent": f"pi_{payment.pk}",
                "status": words[state] if kind is EventKind.DISPUTE else state,
            }
        return self._copy("checkout.session") | {
            "id": payment.gateway_id or f"cs_test_{payment.pk}",
            "client_reference_id": str(payment.code),
            "amount_total": amount,
            "currency": currency,
            "payment_intent": f"pi_{payment.pk}",
            "payment_status": "paid" if kind is EventKind.SUCCEEDED else "unpaid",
        }

    def sign(self, body: bytes, at: int | None = None, secret: str | None = None) -> str:
        key = STRIPE_SECRET if secret is None else secret
        header: str = stripe.WebhookSignature.generate_signature_header(body.decode(), key, at or int(time.time()))
        return header


class FakeStripe(stripe.HTTPClient):
    """Stripe at the SDK's own seam: sessions, refunds, idempotency, lost answers. Keeps every request it got."""

    name = "fake"

    def __init__(self, resources: dict[str, Any]) -> None:
        super().__init__()
        self.resources = resources
        self.requests: list[dict[str, Any]] = []
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, tuple[str, str]] = {}
        self.lose = 0  # so many answers get lost on the way
        self.status = 200

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_more: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        path = urllib.parse.urlsplit(url).path
        known = dict(headers or {})
        kept = {key: value for key, value in known.items() if key != "Authorization"}
        self.requests.append({"method": method.upper(), "path": path, "headers": kept, "body": post_data})
        if self.status != 200:
            return json.dumps({"error": {"type": "api_error", "message": "down"}}), self.status, {}
        key = known.get("Idempotency-Key", "")
        if key and key in self.answers:
            body, answer = self.answers[key]
            if body != (post_data or ""):
                error = {"error": {"type": "idempotency_error", "message": "other parameters under this key"}}
                return json.dumps(error), 400, {}
        else:
            answer = json.dumps(self._answer(method.upper(), path, dict(urllib.parse.parse_qsl(post_data or ""))))
            if key:
                self.answers[key] = (post_data or "", answer)
        if self.lose:
            self.lose -= 1
            raise stripe.APIConnectionError("the answer was lost", should_retry=False)  # type: ignore[no-untyped-call]
        return answer, 200, {"Request-Id": f"req_{len(self.requests)}"}

    def _answer(self, method: str, path: str, told: dict[str, str]) -> dict[str, Any]:
        if path == "/v1/checkout/sessions":
            identity = f"cs_test_{uuid.uuid4().hex}"
            self.sessions[identity] = copy.deepcopy(self.resources["checkout.session"]) | {
                "id": identity,
                "url": f"https://checkout.stripe.com/c/pay/{identity}",
                "client_reference_id": told["client_reference_id"],
                "amount_total": int(told["line_items[0][price_data][unit_amount]"]),
                "currency": told["line_items[0][price_data][currency]"],
                "expires_at": int(told["expires_at"]),
                "payment_intent": None,
                "status": "open",
                "payment_status": "unpaid",
            }
            return self.sessions[identity]
        if path == "/v1/refunds":
            identity = f"re_{uuid.uuid4().hex}"
            self.refunds[identity] = copy.deepcopy(self.resources["refund"]) | {
                "id": identity,
                "amount": int(told["amount"]),
                "payment_intent": told["payment_intent"],
                "status": "pending",
            }
            return self.refunds[identity]
        session = self.sessions[path.split("/")[4]]
        if path.endswith("/expire"):
            session["status"] = "expired"
        return session

    def pay(self, identity: str, **facts: Any) -> None:
        """The payer pays on Stripe's page."""
        session = self.sessions[identity]
        intent = copy.deepcopy(self.resources["payment_intent"]) | {"id": f"pi_{identity[-8:]}", "status": "succeeded"}
        session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent}
        session.update(facts)
