"""Who is told what about money, in which words."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.models import Role
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.states import PAYS
from marketplace.notices import kinds, notices
from marketplace.payments.models import Resolution, ReturnKind, Why

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.models import Organization, User
    from marketplace.licensing.models import Obligation
    from marketplace.payments.models import BankTransfer, Payment, Refund, Suspense

CONFIRMS = (Role.OWNER, Role.FINANCE)  # who may say for a licensor that money arrived

# "To pay" and "paid" are licensing's own letters, written by the step itself.
_LETTERS: dict[str, tuple[Words, Words, Words]] = {
    "payment.reminder": (
        _("Reminder: %(amount)s for %(reference)s, due %(due)s"),
        _("%(amount)s to %(payee)s for license %(reference)s must be paid by %(due)s and has not been booked yet."),
        _("See how to pay"),
    ),
    "payment.transfer_declared": (
        _("Transfer declared: %(amount)s, %(reference)s"),
        _(
            "%(payer)s says that %(amount)s were sent to your account with the reference %(reference)s. Please look at "
            "your bank statement and confirm, or say that you cannot find it."
        ),
        _("Confirm the arrival"),
    ),
    "payment.second_person": (
        _("A second person must confirm: %(amount)s, %(reference)s"),
        _(
            "%(person)s confirmed that %(amount)s arrived for %(reference)s. At this amount the arrival counts only "
            "when a second person of your organization has looked at the statement too."
        ),
        _("Look at the arrival"),
    ),
    "payment.not_found": (
        _("Transfer not found: %(amount)s, %(reference)s"),
        _(
            "%(payee)s could not find your transfer of %(amount)s with the reference %(reference)s. What they say: "
            "%(reason)s"
        ),
        _("Check and declare it again"),
    ),
    "payment.failed": (
        _("Payment did not go through: %(amount)s for %(reference)s"),
        _("The online payment of %(amount)s for %(reference)s did not go through. The amount is still due."),
        _("Try again or pay by transfer"),
    ),
    "payment.suspense": (
        _("Money that fits nothing: %(amount)s"),
        _(
            "%(amount)s arrived at %(payee)s (%(reference)s) and could not be applied: %(why)s. Nothing is lost: the "
            "moderators of the platform look at it and tell you how it ends."
        ),
        _("See the payment"),
    ),
    "payment.resolved": (
        _("Settled: %(amount)s that fitted nothing"),
        _("%(amount)s at %(payee)s (%(reference)s): %(how)s. Reason: %(reason)s"),
        _("See the payment"),
    ),
    "payment.disputed": (
        _("Payment disputed: %(amount)s for %(reference)s"),
        _(
            "The payer's bank disputes the payment of %(amount)s for %(reference)s. Answer at the gateway in time. The "
            "license stays as it is until somebody decides otherwise."
        ),
        "",
    ),
    "payment.returned": (
        _("Paid back: %(amount)s for %(reference)s"),
        _("%(amount)s of the payment for %(reference)s went back to the payer. The license stays as it is."),
        "",
    ),
}


def register() -> None:
    """Give every kind its words; called when the app is ready."""
    kinds.register_all(_LETTERS)


def payers(licensee: Organization) -> Iterable[User]:
    """Who may pay for a licensee."""
    return people.members(licensee, *PAYS)


def cashiers(licensor: Organization) -> Iterable[User]:
    """Who looks at the licensor's account."""
    return people.members(licensor, *CONFIRMS)


def _amount(minor: int | None, currency: str) -> str:
    return money_text(from_minor(minor or 0, currency))


def remind(obligation: Obligation, due_on: date) -> None:
    """Something is to be paid and its day is near; told once per obligation and day."""
    agreement = obligation.agreement
    notices.tell(
        payers(agreement.licensee),
        "payment.reminder",
        key=f"payment.reminder:{obligation.pk}:{due_on.isoformat()}",
        path=reverse("payments:pay", args=[obligation.code]),
        amount=_amount(obligation.amount_minor, obligation.currency),
        payee=agreement.licensor.name,
        reference=agreement.reference,
        due=due_on.isoformat(),
    )


def transfer_declared(transfer: BankTransfer) -> None:
    """The payer says the money is on its way."""
    notices.tell(
        cashiers(transfer.organization),
        "payment.transfer_declared",
        key=f"payment.transfer_declared:{transfer.pk}",
        path=reverse("payments:confirm", args=[transfer.code]),
        payer=transfer.payer,
        amount=_amount(transfer.amount_minor, transfer.currency),
        reference=transfer.reference,
    )


def second_person(transfer: BankTransfer, first: User) -> None:
    """A large arrival waits for another pair of eyes (PAY-13)."""
    others = [user for user in cashiers(transfer.organization) if user.pk != first.pk]
    notices.tell(
        others,
        "payment.second_person",
        key=f"payment.second_person:{transfer.pk}:{transfer.bank_reference}",
        path=reverse("payments:confirm", args=[transfer.code]),
        person=first.name,
        amount=_amount(transfer.received_minor, transfer.currency),
        reference=transfer.reference,
    )


def not_found(transfer: BankTransfer) -> None:
    """The licensor cannot find a declared transfer."""
    payment = transfer.payment
    if payment is None:
        return
    notices.tell(
        payers(payment.obligation.agreement.licensee),
        "payment.not_found",
        key=f"payment.not_found:{transfer.pk}",
        path=reverse("payments:pay", args=[payment.obligation.code]),
        payee=transfer.organization.name,
        amount=_amount(transfer.amount_minor, transfer.currency),
        reference=transfer.reference,
        reason=transfer.reason,
    )


def failed(payment: Payment) -> None:
    """An online payment did not go through."""
    agreement = payment.obligation.agreement
    notices.tell(
        payers(agreement.licensee),
        "payment.failed",
        key=f"payment.failed:{payment.pk}",
        path=reverse("payments:pay", args=[payment.obligation.code]),
        amount=_amount(payment.amount_minor, payment.currency),
        reference=agreement.reference,
    )


def _suspense_facts(suspense: Suspense) -> dict[str, object]:
    reference = suspense.transfer.reference if suspense.transfer else ""
    if suspense.payment is not None:
        reference = suspense.payment.obligation.agreement.reference
    return {
        "amount": _amount(suspense.amount_minor, suspense.currency),
        "payee": suspense.organization.name,
        "reference": reference or "—",
    }


def _concerned(suspense: Suspense) -> Iterable[User]:
    licensee = suspense.payment.obligation.agreement.licensee if suspense.payment else None
    return chain(payers(licensee) if licensee else (), cashiers(suspense.organization), people.moderators())


def suspended(suspense: Suspense) -> None:
    """Money fits nothing: both sides and the moderators are told (PAY-8)."""
    code = suspense.payment.obligation.code if suspense.payment else None
    notices.tell(
        _concerned(suspense),
        "payment.suspense",
        key=f"payment.suspense:{suspense.pk}",
        path=reverse("payments:pay", args=[code]) if code else reverse("payments:arrivals"),
        why=Why(suspense.why).label,
        **_suspense_facts(suspense),
    )


def resolved(suspense: Suspense) -> None:
    """Suspense ended; the same people hear how."""
    notices.tell(
        _concerned(suspense),
        "payment.resolved",
        key=f"payment.resolved:{suspense.pk}:{suspense.resolution}",
        path=reverse("payments:pay", args=[suspense.payment.obligation.code]) if suspense.payment else "",
        how=Resolution(suspense.resolution).label,
        reason=suspense.reason,
        **_suspense_facts(suspense),
    )


def returned(refund: Refund) -> None:
    """Money went back, or is disputed: the licensor's finance and the moderators are told (PAY-10)."""
    payment = refund.payment
    agreement = payment.obligation.agreement
    disputed = refund.kind == ReturnKind.DISPUTE
    notices.tell(
        chain(cashiers(agreement.licensor), people.moderators() if disputed else payers(agreement.licensee)),
        "payment.disputed" if disputed else "payment.returned",
        key=f"payment.{refund.kind}:{refund.pk}",
        amount=_amount(refund.amount_minor, refund.currency),
        reference=agreement.reference,
    )
