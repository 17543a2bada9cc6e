"""Looking again at what was left over: messages nobody acted on, payments nobody heard of, pages left open (PAY-5)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from marketplace.lib.terms import today
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments import attempts, book_checks, settling, telling, webhooks
from marketplace.payments.gateway import GatewayDown, GatewayRefused
from marketplace.payments.models import UNFINISHED, Payment, PaymentState, Way, WebhookEvent

log = logging.getLogger(__name__)
REMIND_BEFORE = timedelta(days=3)


@dataclass
class Leftovers:
    """What one round found, in words, and what it could not finish."""

    done: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def reconcile() -> Leftovers:
    """One round: act again on stored messages, book what was received, ask the gateways about unfinished payments.

    One bad row does not keep the others: its error is noted and it stays for the next round.
    """
    found = Leftovers()
    for row in WebhookEvent.objects.filter(handled_at__isnull=True).order_by("made_at", "pk"):
        _note(found, f"event {row.gateway} {row.event_id} ({row.kind})", _act_on(row))
    for payment in Payment.objects.filter(state=PaymentState.SUCCEEDED, booked_at__isnull=True):
        _note(found, f"payment {payment.code}: received, not booked", _book(payment))
    unfinished = Payment.objects.filter(state__in=UNFINISHED).exclude(gateway=Way.BANK_TRANSFER)
    for payment in unfinished.select_related("obligation__agreement", "started_by"):
        _note(found, f"payment {payment.code}: {payment.state} at {payment.gateway}", _look(payment))
    return found


def _note(found: Leftovers, words: str, act: Callable[[], bool]) -> None:
    try:
        finished = act()
    except Exception as error:
        log.exception("reconcile could not finish a row")
        found.open.append(f"{words}: {type(error).__name__}: {error}")
        return
    (found.done if finished else found.open).append(words)


def _act_on(row: WebhookEvent) -> Callable[[], bool]:
    def act() -> bool:
        webhooks.act(row)
        row.refresh_from_db()
        return row.handled_at is not None

    return act


def _book(payment: Payment) -> Callable[[], bool]:
    return lambda: settling.settle_payment(payment).booked_at is not None


def _look(payment: Payment) -> Callable[[], bool]:
    """Ask the gateway; an open payment that it says nothing about ends when its time is over."""

    def act() -> bool:
        try:
            webhooks.look_again(payment)
        except (GatewayDown, GatewayRefused) as silence:
            log.warning("the gateway does not answer", extra={"payment": str(payment.code)}, exc_info=silence)
            return False
        if payment.state == PaymentState.OPEN and payment.expires_at and payment.expires_at < timezone.now():
            attempts.run_out(payment)
        return payment.state not in UNFINISHED

    return act


def remind() -> int:
    """Remind of what is due within three days, and of what is overdue; each obligation and day once."""
    near = today() + REMIND_BEFORE
    owed = Obligation.objects.filter(
        Q(due_on__lte=near), state=ObligationState.DUE, amount_minor__gt=0, due_on__isnull=False
    )
    count = 0
    for obligation in owed.select_related("agreement__licensee", "agreement__licensor"):
        if obligation.due_on is not None:
            with transaction.atomic():
                telling.remind(obligation, obligation.due_on)
            count += 1
    return count


def check_books() -> list[str]:
    """The ledger's self-check, said aloud in the log; what it found."""
    faults = book_checks.self_check()
    for fault in faults:
        log.critical("the books are wrong", extra={"fault": fault})
    return faults
