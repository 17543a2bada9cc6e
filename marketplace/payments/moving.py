"""Moving a payment up its ranks, whatever order the news comes in (PAY-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from marketplace.lib.money import to_minor
from marketplace.payments.models import RANKS, Payment, PaymentState

if TYPE_CHECKING:
    from datetime import datetime

    from moneyed import Money


def move(payment: Payment, state: PaymentState, **facts: Any) -> bool:
    """Move a payment up to a later rank; False when it is there already or further (PAY-2). Sets `facts` with it."""
    lower = [name for name, rank in RANKS.items() if rank < RANKS[state]]
    moved = Payment.objects.filter(pk=payment.pk, state__in=lower).update(
        state=state, changed_at=timezone.now(), **facts
    )
    payment.refresh_from_db()
    return bool(moved)


def receive(payment: Payment, money: Money, *, at: datetime, charge_id: str = "") -> bool:
    """Note that money arrived for a payment; False when that was known."""
    return move(
        payment,
        PaymentState.SUCCEEDED,
        received_minor=to_minor(money),
        received_currency=money.currency.code,
        received_at=at,
        charge_id=charge_id or payment.charge_id,
    )
