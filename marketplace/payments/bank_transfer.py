"""Bank transfers: the payer declares, the university's finance finds the money on its own account, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, refuse
from marketplace.lib.money import from_minor
from marketplace.lib.terms import start_of, today
from marketplace.payments import access, attempts, moving, settling, slips, telling
from marketplace.payments.models import (
    UNFINISHED,
    BankTransfer,
    Payment,
    PaymentState,
    TransferState,
    Way,
    Why,
)

if TYPE_CHECKING:
    from marketplace.accounts.models import Organization, User
    from marketplace.licensing.models import Obligation
    from marketplace.vault.models import VaultFile


@dataclass(frozen=True, slots=True)
class Arrival:
    """One line of the university's bank statement: its serial, the day, and what came in minor units."""

    bank_reference: str
    received_on: date
    amount_minor: int


def declare(
    obligation: Obligation,
    *,
    by: User,
    payer: str,
    paid_on: date,
    serial: str = "",
    receipt: VaultFile | None = None,
) -> BankTransfer:
    """The payer says that the money is on its way. Raises Refused when nothing is due or one is declared already."""
    agreement = obligation.agreement
    access.require_pay(by, agreement.licensee)
    attempts.abandon_online(obligation, by=by)
    try:
        with transaction.atomic():
            attempts.require_due(obligation)
            payment = _payment(obligation, by=by)
            transfer = BankTransfer.objects.create(
                organization=agreement.licensor,
                payment=payment,
                reference=slips.reference_of(obligation),
                payer=payer,
                amount_minor=obligation.amount_minor,
                currency=obligation.currency,
                paid_on=paid_on,
                payer_serial=serial,
                receipt=receipt,
                declared_by=by,
            )
            trail.record(Action.PAYMENT_DECLARE, payment, by=by, transfer=str(transfer.code), paid_on=paid_on)
            telling.transfer_declared(transfer)
    except IntegrityError:
        raise refuse(
            "PAY-7",
            _("A transfer for this was declared already."),
            _("Wait for the licensor's answer, or take the declaration back."),
        ) from None
    return transfer


def _payment(obligation: Obligation, *, by: User) -> Payment:
    return Payment.objects.create(
        obligation=obligation,
        gateway=Way.BANK_TRANSFER,
        state=PaymentState.PROCESSING,
        amount_minor=obligation.amount_minor,
        currency=obligation.currency,
        started_by=by,
    )


def withdraw(transfer: BankTransfer, *, by: User) -> None:
    """The payer takes the declaration back, before anybody confirmed it. Raises Refused afterwards."""
    payment = transfer.payment
    if payment is None:
        raise _moved_on()
    access.require_pay(by, payment.obligation.agreement.licensee)
    with transaction.atomic():
        _move(transfer, {TransferState.DECLARED}, TransferState.WITHDRAWN)
        moving.move(payment, PaymentState.ABANDONED)
        trail.record(Action.PAYMENT_ABANDON, payment, by=by)


def confirm(transfer: BankTransfer, arrival: Arrival, *, by: User) -> BankTransfer:
    """Finance found the money. A large amount waits for a second person (PAY-13), any other is booked at once.

    Raises Refused for a line of the statement that was booked before (PAY-12) and for a transfer that moved on.
    """
    access.require_confirm(by, transfer.organization)
    try:
        with transaction.atomic():
            return _confirm(transfer, arrival, by=by)
    except IntegrityError:
        raise refuse(
            "PAY-12",
            _("This bank serial number was booked before."),
            _("Look at the list of arrivals: each line of the statement counts once."),
        ) from None


def _confirm(transfer: BankTransfer, arrival: Arrival, *, by: User) -> BankTransfer:
    """The part of confirm() inside its transaction."""
    large = slips.needs_second_person(arrival.amount_minor) and transfer.payment is not None
    _move(
        transfer,
        {TransferState.DECLARED, TransferState.NOT_FOUND},
        TransferState.SECOND if large else TransferState.RECEIVED,
        bank_reference=arrival.bank_reference,
        received_on=arrival.received_on,
        received_minor=arrival.amount_minor,
        needs_second=large,
        reason="",
        confirmed_by=by,
        confirmed_at=timezone.now(),
    )
    trail.record(
        Action.PAYMENT_CONFIRM,
        transfer.payment or transfer,
        by=by,
        transfer=str(transfer.code),
        bank_reference=arrival.bank_reference,
        received_on=arrival.received_on,
        amount_minor=arrival.amount_minor,
    )
    if large:
        telling.second_person(transfer, by)
    else:
        _book(transfer, by=by)
    return transfer


def approve(transfer: BankTransfer, *, by: User) -> BankTransfer:
    """The second person agrees. Raises Refused for the first person, whatever role he or she took since (PAY-13)."""
    access.require_confirm(by, transfer.organization)
    if transfer.confirmed_by_id == by.pk:
        raise refuse(
            "PAY-13",
            _("You confirmed this arrival yourself: the second person must be somebody else."),
            _("Ask another owner or finance of your organization."),
        )
    with transaction.atomic():
        _move(
            transfer,
            {TransferState.SECOND},
            TransferState.RECEIVED,
            approved_by=by,
            approved_at=timezone.now(),
        )
        trail.record(Action.PAYMENT_APPROVE, transfer.payment or transfer, by=by, transfer=str(transfer.code))
        _book(transfer, by=by)
    return transfer


def not_found(transfer: BankTransfer, *, by: User, reason: str) -> None:
    """Finance cannot find the money; the payer is told why and may declare again. Raises Refused when it moved on."""
    access.require_confirm(by, transfer.organization)
    with transaction.atomic():
        _move(
            transfer,
            {TransferState.DECLARED, TransferState.SECOND},
            TransferState.NOT_FOUND,
            reason=reason,
            bank_reference="",
            received_on=None,
            received_minor=None,
            needs_second=False,
            confirmed_by=None,
            confirmed_at=None,
        )
        if transfer.payment is not None:
            moving.move(transfer.payment, PaymentState.FAILED)
        trail.record(Action.PAYMENT_NOT_FOUND, transfer.payment or transfer, by=by, transfer=str(transfer.code))
        telling.not_found(transfer)


def record(
    organization: Organization, arrival: Arrival, *, by: User, reference: str, payer: str, currency: str = "CNY"
) -> BankTransfer:
    """Finance books a line of its statement that nobody declared. What names nothing that is owed goes to suspense.

    Raises Refused for a line that was booked before (PAY-12).
    """
    access.require_confirm(by, organization)
    obligation = slips.find(reference, organization)
    declared = BankTransfer.objects.filter(
        payment__obligation=obligation, state__in=[TransferState.DECLARED, TransferState.NOT_FOUND]
    ).last()
    if obligation is not None and declared is not None:
        return confirm(declared, arrival, by=by)
    if obligation is not None:
        attempts.abandon_online(obligation, by=by)
    try:
        with transaction.atomic():
            waiting = (
                obligation is not None and Payment.objects.filter(obligation=obligation, state__in=UNFINISHED).exists()
            )  # a second transfer while a large one waits for its second person: it names the same thing twice
            transfer = BankTransfer.objects.create(
                organization=organization,
                payment=_payment(obligation, by=by) if obligation is not None and not waiting else None,
                reference=reference[:60],
                payer=payer,
                amount_minor=arrival.amount_minor,
                currency=currency,
            )
            return _confirm(transfer, arrival, by=by)
    except IntegrityError:
        raise refuse(
            "PAY-12",
            _("This bank serial number was booked before."),
            _("Look at the list of arrivals: each line of the statement counts once."),
        ) from None


def _book(transfer: BankTransfer, *, by: User) -> None:
    """The money is there: book it on its payment, or into suspense where it names none."""
    minor = transfer.received_minor or 0
    if transfer.payment is None:
        settling.suspend(
            organization=transfer.organization,
            transfer=transfer,
            money=(minor, transfer.currency),
            why=Why.UNKNOWN_REFERENCE,
        )
        return
    day = transfer.received_on or today()
    moving.receive(transfer.payment, from_minor(minor, transfer.currency), at=start_of(day))
    settling.settle_payment(transfer.payment, by=by)


def _move(transfer: BankTransfer, source: set[TransferState], target: TransferState, **facts: Any) -> None:
    """Move only from `source`. Raises Refused when somebody moved the transfer first."""
    moved = BankTransfer.objects.filter(pk=transfer.pk, state__in=source).update(state=target, **facts)
    if not moved:
        raise _moved_on()
    transfer.refresh_from_db()


def _moved_on() -> Refused:
    return refuse(
        "PAY-1",
        _("Somebody has dealt with this transfer already."),
        _("Look at the list of arrivals for where it stands."),
    )


__all__ = ["Arrival", "approve", "confirm", "declare", "not_found", "record", "withdraw"]
