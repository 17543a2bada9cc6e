"""Online gateways in our own words: what we ask of them and what they tell us. No vendor is named here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from moneyed import Money

from marketplace.payments.models import RefundState

BODY_LIMIT = 256 * 1024  # bytes of a webhook's body (PAY-4)
AGE_LIMIT = 300  # seconds a signature stays good
CLOCK_AHEAD = 60  # seconds a gateway's clock may run before ours


class BadEvent(Exception):
    """A message that this gateway did not send to this site, or not now; nothing may be stored of it (PAY-4)."""


class GatewayDown(Exception):
    """The gateway could not be reached or did not answer in time; the same call may be made again."""


class GatewayRefused(Exception):
    """The gateway answered no; the message says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid, to whom, and where the payer comes back to.

    `code` is the payment's and the idempotency key: the same order again gives the same checkout (PAY-6).
    """

    code: UUID
    reference: str
    amount: Money
    title: str
    payee: str
    account: str
    return_url: str
    language: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Checkout:
    """The gateway's page on which the payer pays."""

    id: str
    url: str
    expires_at: datetime | None = None


class EventKind(StrEnum):
    """What a gateway can tell us."""

    SUCCEEDED = "succeeded"
    PROCESSING = "processing"
    FAILED = "failed"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    REFUND = "refund"
    DISPUTE = "dispute"
    IGNORED = "ignored"  # known, and nothing follows from it
    UNKNOWN = "unknown"  # not known: stored, and said aloud


@dataclass(frozen=True, slots=True)
class Event:
    """One message of a gateway, checked and in our own words.

    `amount` is what arrived (succeeded), or what goes back (refund, dispute). At least one of `payment`, `checkout_id`
    and `charge_id` says which payment is meant, unless the kind is ignored or unknown.
    """

    id: str
    kind: EventKind
    name: str
    made_at: datetime
    account: str = ""
    payment: UUID | None = None
    checkout_id: str = ""
    charge_id: str = ""
    amount: Money | None = None
    refund_id: str = ""
    refund_state: RefundState | None = None


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """What the gateway says to a wish to pay back."""

    id: str
    state: RefundState


@dataclass(frozen=True, slots=True)
class Refunding:
    """What is to be paid back, of which charge. `key` is the idempotency key."""

    key: str
    charge_id: str
    account: str
    amount: Money
    metadata: dict[str, str] = field(default_factory=dict)


class Gateway(Protocol):
    """An online way to pay. Both implementations pass one suite, tests/payments/test_conformance.py."""

    name: str
    signature_header: str

    def start_checkout(self, order: Order) -> Checkout:
        """Make the page on which the payer pays. Raises GatewayDown, GatewayRefused."""

    def look_up(self, checkout_id: str, account: str) -> Event | None:
        """What became of a checkout, asked of the gateway itself; None while there is nothing to tell.

        Raises GatewayDown, GatewayRefused.
        """

    def expire(self, checkout_id: str, account: str) -> None:
        """Close a checkout so that nobody pays on it. Harmless for one that is closed. Raises GatewayDown."""

    def refund(self, wish: Refunding) -> RefundAnswer:
        """Pay back. The same key again pays back once. Raises GatewayDown, GatewayRefused."""

    def read_event(self, body: bytes, signature: str) -> Event:
        """Check a message and say it in our words. Raises BadEvent for anything not signed for this site, now."""
