"""Paying back what a licensor owes back: by the way it came, or by bank; booked once, never twice (PAY-9).

What is owed back, and why, licensing says; the money is the licensor's own and never touches the marketplace.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, refuse
from marketplace.lib.money import from_minor
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import repaying as owed_back
from marketplace.licensing.models import Repayment, RepayState
from marketplace.outbox import outbox
from marketplace.payments import access, gateways, ledger, returns
from marketplace.payments.gateway import GatewayDown, GatewayRefused, Refunding
from marketplace.payments.models import Outcome, Payment, Refund, RefundState, Way

if TYPE_CHECKING:
    from marketplace.accounts.models import User

TOPIC = "payments.repay"
log = logging.getLogger(__name__)


def way_back(repayment: Repayment) -> Payment | None:
    """The online payment it came by, whose gateway can pay it back; None where only a bank can."""
    came = Payment.objects.filter(obligation=repayment.obligation_id, outcome=Outcome.APPLIED).first()
    if came is None or came.gateway == Way.BANK_TRANSFER or not came.charge_id:
        return None
    return came if gateways.by_name(came.gateway) is not None else None


def by_bank(repayment: Repayment, *, by: User, paid_on: date, bank_reference: str) -> None:
    """The licensor's finance says that its bank has paid it back; booked in the same transaction.

    Raises Refused where it was paid back before, is on its way, or the bank's serial number was booked before.
    """
    access.require_confirm(by, repayment.agreement.licensor)
    proof = {
        "kind": str(Way.BANK_TRANSFER),
        "reference": bank_reference,
        "paid_on": paid_on.isoformat(),
        "amount_minor": repayment.amount_minor,
        "currency": repayment.currency,
    }
    try:
        with transaction.atomic():
            _require_not_gone(repayment)
            _require_new_line(repayment, bank_reference)
            owed_back.came_back(repayment, proof=proof, by=by)
            ledger.post_repaid(repayment)
            _trail(repayment, by=by, way=Way.BANK_TRANSFER)
    except (IntegrityError, NotNow):
        raise _moved_on() from None


def _require_not_gone(repayment: Repayment) -> None:
    """What the gateway was told elsewhere to pay back, or a lost dispute took, is not paid back again (PAY-9)."""
    gone = Refund.objects.filter(payment__obligation=repayment.obligation_id).exclude(state=RefundState.FAILED)
    ours = repayment.obligation.repayments.exclude(state=RepayState.OWED).exclude(pk=repayment.pk)
    ours_by_gateway = [row.proof["refund"] for row in ours if "refund" in row.proof]
    by_gateway = sum(gone.exclude(gateway_id__in=ours_by_gateway).values_list("amount_minor", flat=True))
    others = sum(row.amount_minor for row in ours)
    if by_gateway + others + repayment.amount_minor > repayment.obligation.amount_minor:
        raise refuse(
            "PAY-9",
            _("So much of this payment went back already that no more than this may follow."),
            _("Look at the payment provider's list of refunds, and write to the moderators."),
        )


def _require_new_line(repayment: Repayment, bank_reference: str) -> None:
    """One line of the statement pays one thing back (PAY-12)."""
    used = Repayment.objects.filter(
        agreement__licensor=repayment.agreement.licensor_id,
        proof__kind=str(Way.BANK_TRANSFER),
        proof__reference=bank_reference,
    )
    if used.exists():
        raise refuse(
            "PAY-12",
            _("This bank serial number was booked before."),
            _("Look at the statement again: each line pays one thing back."),
            field="bank_reference",
        )


def by_gateway(repayment: Repayment, *, by: User) -> None:
    """Send it back by the online payment it came by; the gateway is asked by the outbox. Raises Refused."""
    access.require_confirm(by, repayment.agreement.licensor)
    if way_back(repayment) is None:
        raise refuse("PAY-9", _("This was not paid online here."), _("Pay it back by bank and record it."))
    try:
        with transaction.atomic():
            _require_not_gone(repayment)
            owed_back.set_out(repayment, by=by)
            outbox.add(TOPIC, key=f"repay:{repayment.code}:{_tries(repayment)}", repayment=repayment.pk)
    except NotNow:
        raise _moved_on() from None


def _tries(repayment: Repayment) -> int:
    """How many refunds of its payment the gateway has told of: a new try after a failure is another wish."""
    return Refund.objects.filter(payment__obligation=repayment.obligation_id).count()


def _moved_on() -> Refused:
    return refuse("PAY-9", _("This was paid back, or is on its way."), _("The page shows where it stands."))


def send(key: str, payload: dict[str, Any]) -> None:
    """Ask the gateway to pay it back; handler of `payments.repay`. The key goes along: a repetition pays back once.

    Raises GatewayDown: the outbox tries again. What a gateway refuses is owed again, and finance is told.
    """
    repayment = Repayment.objects.select_related("obligation", "agreement__licensor").get(pk=payload["repayment"])
    if repayment.state != RepayState.ASKED or repayment.proof:
        return
    payment = way_back(repayment)
    gateway = gateways.by_name(payment.gateway) if payment else None
    if payment is None or gateway is None:
        raise GatewayDown("the gateway is not switched on")
    wish = Refunding(
        key=key,
        charge_id=payment.charge_id,
        account=payment.account,
        amount=from_minor(repayment.amount_minor, repayment.currency),
        metadata={"payment": str(payment.code), "repayment": str(repayment.code)},
    )
    try:
        answer = gateway.refund(wish)
    except GatewayRefused:
        log.exception("a gateway refused to pay back", extra={"repayment": repayment.pk})
        with transaction.atomic(), suppress(NotNow):
            owed_back.did_not_go(repayment)
        return
    with transaction.atomic():
        told = {"kind": payment.gateway, "refund": answer.id, "payment": str(payment.code)}
        Repayment.objects.filter(pk=repayment.pk, state=RepayState.ASKED).update(proof=told)
        returns.note_asked(payment, wish, answer)


def follow(key: str, payload: dict[str, Any]) -> None:
    """What became of a refund decides about what was owed back; handler of `payments.refund_moved`, idempotent."""
    refund = Refund.objects.select_related("payment__obligation").get(pk=payload["refund"])
    rows = Repayment.objects.filter(obligation=refund.payment.obligation_id, proof__refund=refund.gateway_id)
    repayment = rows.select_related("agreement", "obligation").first()
    if repayment is None:
        return
    with transaction.atomic(), suppress(NotNow):
        if refund.state == RefundState.SUCCEEDED and repayment.state == RepayState.ASKED:
            proof = repayment.proof | {
                "paid_on": refund.changed_at.date().isoformat(),
                "amount_minor": refund.amount_minor,
                "currency": refund.currency,
            }
            owed_back.came_back(repayment, proof=proof, by=None)
        elif refund.state == RefundState.FAILED:
            owed_back.did_not_go(repayment, undone=True)


def _trail(repayment: Repayment, *, by: User, way: str) -> None:
    facts = {"amount_minor": repayment.amount_minor, "currency": repayment.currency, "way": str(way)}
    trail.record(Action.PAYMENT_REFUND, repayment.obligation, by=by, repayment=str(repayment.code), **facts)
