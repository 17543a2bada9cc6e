"""Starting and giving up online payments."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.lib.money import from_minor
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.outbox import outbox
from marketplace.payments import access, gateways, moving
from marketplace.payments.gateway import GatewayDown, Order
from marketplace.payments.models import UNFINISHED, Payment, PaymentState, Way
from marketplace.payments.slips import reference_of

if TYPE_CHECKING:
    from marketplace.accounts.models import User

EXPIRE_TOPIC = "payments.expire"
LIFE = timedelta(hours=23)  # gateways keep a key and a checkout for a day


def require_due(obligation: Obligation) -> None:
    """Raise Refused unless the obligation, read again, is due and has an amount."""
    obligation.refresh_from_db(fields=["state"])
    if obligation.state == ObligationState.SETTLED:
        raise refuse("PAY-3", gettext_lazy("This has been paid already."), gettext_lazy("Nothing more is to be done."))
    if obligation.state != ObligationState.DUE or obligation.amount_minor <= 0:
        raise refuse(
            "PAY-8",
            gettext_lazy("This cannot be paid now: it is not due, or no longer owed."),
            gettext_lazy("Look at the deal's page for what comes next."),
        )


def start(obligation: Obligation, *, by: User, way: Way) -> Payment:
    """Begin an online payment and open the gateway's page; the one that is open already is given again (PAY-7).

    Raises Refused, GatewayDown and GatewayRefused. The row is kept before the gateway is called, so that a call whose
    answer was lost is repeated with the same key (PAY-6).
    """
    access.require_pay(by, obligation.agreement.licensee)
    gateway = gateways.by_name(way)
    account = gateways.account_at(way, obligation)
    if gateway is None or account is None:
        raise refuse(
            "PAY-4",
            gettext_lazy("This way to pay is not open for this licensor."),
            gettext_lazy("Pay by bank transfer."),
        )
    payment = _unfinished(obligation, way) or _begin(obligation, by=by, way=way, account=account)
    if not payment.checkout_url:
        checkout = gateway.start_checkout(order_of(payment))
        Payment.objects.filter(pk=payment.pk, checkout_url="").update(
            gateway_id=checkout.id, checkout_url=checkout.url, expires_at=checkout.expires_at or payment.expires_at
        )
        payment.refresh_from_db()
    return payment


def _unfinished(obligation: Obligation, way: Way) -> Payment | None:
    """The open attempt by this way; one by another online way, or one that ran out, is given up first."""
    payment = Payment.objects.filter(obligation=obligation, state__in=UNFINISHED).first()
    if payment is None:
        return None
    if payment.gateway == Way.BANK_TRANSFER:
        raise refuse(
            "PAY-7",
            gettext_lazy("A bank transfer was declared for this and is being looked for."),
            gettext_lazy("Wait for the licensor's answer, or take the declaration back."),
        )
    usable = payment.gateway == way and (payment.expires_at is None or payment.expires_at > timezone.now())
    if usable or payment.state == PaymentState.PROCESSING:
        return payment
    abandon(payment)
    return None


def _begin(obligation: Obligation, *, by: User, way: Way, account: str) -> Payment:
    try:
        with transaction.atomic():
            require_due(obligation)
            payment = Payment.objects.create(
                obligation=obligation,
                gateway=way,
                account=account,
                amount_minor=obligation.amount_minor,
                currency=obligation.currency,
                expires_at=(timezone.now() + LIFE).replace(microsecond=0),
                started_by=by,
            )
            trail.record(
                Action.PAYMENT_START,
                payment,
                by=by,
                obligation=str(obligation.code),
                way=str(way),
                amount_minor=payment.amount_minor,
                currency=payment.currency,
            )
    except IntegrityError:
        # Somebody of the same firm pressed the button at the same moment: both get the one attempt (PAY-7).
        return Payment.objects.get(obligation=obligation, state__in=UNFINISHED)
    return payment


def order_of(payment: Payment) -> Order:
    """What the gateway is told. Made of stored facts only, so that a repetition says exactly the same (PAY-6)."""
    obligation = payment.obligation
    agreement = obligation.agreement
    language = payment.started_by.language
    with translation.override(language):
        title = _("License fee, %(reference)s") % {"reference": agreement.reference}
    return Order(
        code=payment.code,
        reference=reference_of(obligation),
        amount=from_minor(payment.amount_minor, payment.currency),
        title=title,
        payee=agreement.licensor.name,
        account=payment.account,
        return_url=settings.SITE_URL + reverse("payments:returned", args=[payment.code]),
        language=language,
        expires_at=payment.expires_at or payment.started_at + LIFE,
    )


def abandon(payment: Payment, *, by: User | None = None) -> bool:
    """Give an unfinished payment up and have its page closed. Money that comes all the same is not lost (PAY-8)."""
    with transaction.atomic():
        moved = Payment.objects.filter(pk=payment.pk, state__in=UNFINISHED).update(
            state=PaymentState.ABANDONED, changed_at=timezone.now()
        )
        if moved:
            trail.record(Action.PAYMENT_ABANDON, payment, by=by)
            if payment.gateway != Way.BANK_TRANSFER and payment.gateway_id:
                outbox.add(EXPIRE_TOPIC, key=f"expire:{payment.pk}", payment=payment.pk)
    payment.refresh_from_db()
    return bool(moved)


def abandon_online(obligation: Obligation, *, by: User | None = None) -> None:
    """Give up what is open online for an obligation, because its money comes otherwise."""
    unfinished = Payment.objects.filter(obligation=obligation, state__in=UNFINISHED)
    for payment in unfinished.exclude(gateway=Way.BANK_TRANSFER):
        abandon(payment, by=by)


def close_page(key: str, payload: dict[str, Any]) -> None:
    """Close an abandoned payment's page at the gateway; handler of `payments.expire`. Raises GatewayDown."""
    payment = Payment.objects.get(pk=payload["payment"])
    gateway = gateways.by_name(payment.gateway)
    if gateway is None:
        raise GatewayDown(f"{payment.gateway} is not switched on")
    if payment.state != PaymentState.SUCCEEDED:
        gateway.expire(payment.gateway_id, payment.account)


def run_out(payment: Payment) -> bool:
    """Mark an open payment whose time is over; the gateway had its chance to say otherwise."""
    return moving.move(payment, PaymentState.EXPIRED)
