"""Booking a payment: what arrived either settles what was owed or goes to suspense, once, whoever brings the news."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused
from marketplace.lib.terms import day_of
from marketplace.licensing import flow as licensing_flow
from marketplace.licensing.errors import AlreadySettled, NotNow, NotPayable
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.outbox import outbox
from marketplace.payments import attempts, ledger, telling
from marketplace.payments.models import (
    BankTransfer,
    Outcome,
    Payment,
    PaymentState,
    Suspense,
    Way,
    Why,
)

if TYPE_CHECKING:
    from marketplace.accounts.models import User

REFUND_TOPIC = "payments.refund"


def settle_payment(payment: Payment, *, by: User | None = None) -> Payment:
    """Book a received payment, once; does nothing for one that has not been received or is booked (PAY-3).

    Called alike by the webhook, the return page, the university's confirmation and `reconcile`. Money that fits
    nothing goes to suspense (PAY-8). Any other error rolls everything back and comes out; the payment stays unbooked
    and `reconcile` tries again.
    """
    with transaction.atomic():
        # The row lock of this UPDATE is the gate: a second caller waits here and then finds it booked.
        claimed = Payment.objects.filter(pk=payment.pk, state=PaymentState.SUCCEEDED, booked_at__isnull=True).update(
            booked_at=timezone.now(), outcome=Outcome.SUSPENSE
        )
        payment.refresh_from_db()
        if not claimed:
            return payment
        obligation = Obligation.objects.select_related("agreement__licensor", "agreement__licensee").get(
            pk=payment.obligation_id
        )
        misfit = _misfit(payment, obligation) or _apply(payment, obligation, by=by)
        if misfit:
            suspend(
                organization=obligation.agreement.licensor,
                payment=payment,
                money=(payment.received_minor or 0, payment.received_currency),
                why=misfit[0],
                detail=misfit[1],
            )
    return payment


def _misfit(payment: Payment, obligation: Obligation) -> tuple[Why, str] | None:
    """Why the money cannot settle the obligation, as far as this room can see."""
    if payment.received_currency != obligation.currency:
        return Why.WRONG_CURRENCY, f"{payment.received_currency} instead of {obligation.currency}"
    if payment.received_minor != obligation.amount_minor:
        return Why.WRONG_AMOUNT, f"{payment.received_minor} instead of {obligation.amount_minor}"
    if obligation.state == ObligationState.SETTLED:
        return Why.ALREADY_SETTLED, ""
    if obligation.state != ObligationState.DUE:
        return Why.NOT_PAYABLE, f"the obligation is {obligation.state}"
    return None


def _apply(payment: Payment, obligation: Obligation, *, by: User | None) -> tuple[Why, str] | None:
    """Let licensing settle the obligation; why not, if it refuses."""
    refusal = settle_obligation(obligation, proof_of(payment), by=by)
    if refusal:
        return refusal
    Payment.objects.filter(pk=payment.pk).update(outcome=Outcome.APPLIED)
    payment.refresh_from_db()
    ledger.post_applied(payment, obligation)
    trail.record(
        Action.PAYMENT_RECEIVE,
        payment,
        by=by,
        obligation=str(obligation.code),
        amount_minor=payment.received_minor,
        currency=payment.received_currency,
        way=payment.gateway,
    )
    attempts.abandon_online(obligation)
    return None


def settle_obligation(obligation: Obligation, proof: dict[str, Any], *, by: User | None) -> tuple[Why, str] | None:
    """Call licensing in a savepoint of its own; None when the obligation is settled by this proof."""
    try:
        with transaction.atomic():
            licensing_flow.settle(obligation, proof=proof, by=by)
    except AlreadySettled:
        return Why.ALREADY_SETTLED, ""
    except (NotPayable, NotNow, Refused) as refusal:
        return Why.NOT_PAYABLE, str(refusal)[:500]
    obligation.refresh_from_db()
    return None


def proof_of(payment: Payment) -> dict[str, Any]:
    """What licensing keeps as proof of payment (LIC-A): way, reference, day, amount, and which payment."""
    transfer = BankTransfer.objects.filter(payment=payment).first()
    arrived = payment.received_at or timezone.now()
    received_on = transfer.received_on if transfer and transfer.received_on else day_of(arrived)
    return {
        "kind": payment.gateway,
        "reference": transfer.bank_reference if transfer else payment.charge_id or payment.gateway_id,
        "received_on": received_on.isoformat(),
        "received_at": arrived.isoformat(),
        "amount_minor": payment.received_minor,
        "currency": payment.received_currency,
        "payment": str(payment.code),
    }


def suspend(
    *,
    organization: Any,
    money: tuple[int, str],
    why: Why,
    detail: str = "",
    payment: Payment | None = None,
    transfer: BankTransfer | None = None,
) -> Suspense:
    """Put money into suspense, in the surrounding transaction; an online payment starts on its way back (PAY-8)."""
    suspense = Suspense.objects.create(
        organization=organization,
        payment=payment,
        transfer=transfer,
        amount_minor=money[0],
        currency=money[1],
        why=why,
        detail=detail,
    )
    ledger.post_suspense(suspense)
    trail.record(
        Action.PAYMENT_SUSPEND,
        payment or transfer or suspense,
        by=None,
        suspense=str(suspense.code),
        why=str(why),
        amount_minor=money[0],
        currency=money[1],
    )
    telling.suspended(suspense)
    if payment is not None and payment.gateway != Way.BANK_TRANSFER:
        outbox.add(REFUND_TOPIC, key=f"refund:{payment.pk}:{why}", suspense=suspense.pk)
    return suspense
