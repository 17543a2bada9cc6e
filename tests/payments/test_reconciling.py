"""What was left over is looked at again, and the books are checked (PAY-5)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.lib.terms import today
from marketplace.licensing import flow as licensing_flow
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.notices.models import Message
from marketplace.outbox import worker
from marketplace.payments import attempts, practice, reconciling, webhooks
from marketplace.payments.gateway import EventKind
from marketplace.payments.models import (
    LedgerEntry,
    Outcome,
    Payment,
    PaymentState,
    PracticeCheckout,
    Way,
    WebhookEvent,
)
from tests.payments.worlds import FakeStripe, PracticeWorld


def _broken(*args: Any, **kwargs: Any) -> None:
    raise OSError("the disk is full")


def test_an_unhandled_message_is_acted_on_again(
    practice_world: PracticeWorld, owed: Obligation, start: Callable[..., Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = practice_world.body(start(owed), EventKind.SUCCEEDED)
    with monkeypatch.context() as patch:
        patch.setattr(licensing_flow, "settle", _broken)
        webhooks.receive("practice", body, practice_world.sign(body))
        still_broken = reconciling.reconcile()

    found = reconciling.reconcile()

    assert len(still_broken.open) == 2
    assert len(found.done) == 1
    assert found.open == []
    assert Payment.objects.get().outcome == Outcome.APPLIED


@pytest.mark.parametrize("dropped", [0, 10, 50, 100])
def test_after_one_round_the_books_agree_with_stripe(
    stripe_server: FakeStripe,
    stripe_world: Any,
    owe: Callable[..., Obligation],
    bob: User,
    dropped: int,
) -> None:
    payments = [attempts.start(owe(1_000 + number), by=bob, way=Way.STRIPE) for number in range(10)]
    for number, payment in enumerate(payments):
        stripe_server.pay(payment.gateway_id)
        if number * 10 >= dropped:
            body = stripe_world.body(payment, EventKind.SUCCEEDED)
            webhooks.receive("stripe", body, stripe_world.sign(body))

    reconciling.reconcile()

    assert Payment.objects.filter(outcome=Outcome.APPLIED).count() == 10
    assert LedgerEntry.objects.count() == 20


def test_a_page_left_open_runs_out(owed: Obligation, bob: User) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    Payment.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    reconciling.reconcile()

    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED
    again = attempts.start(owed, by=bob, way=Way.PRACTICE)
    assert again.pk != payment.pk


def test_a_gateway_that_is_down_stops_nobody_else(
    stripe_server: FakeStripe, owe: Callable[..., Obligation], bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    import stripe

    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_args: 0)
    attempts.start(owe(), by=bob, way=Way.STRIPE)
    late = attempts.start(owe(), by=bob, way=Way.PRACTICE)
    Payment.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    stripe_server.status = 503

    found = reconciling.reconcile()

    assert len(found.open) == 1
    assert len(found.done) == 1


def test_the_command_says_what_it_did(owed: Obligation, start: Callable[..., Payment]) -> None:
    start(owed)
    out = io.StringIO()

    call_command("reconcile", stdout=out)

    assert "0 done, 1 open, the books are right" in out.getvalue()


def test_the_command_fails_when_the_books_are_wrong(owed: Obligation, books_are_right: list[str]) -> None:
    books_are_right.clear()
    Obligation.objects.update(state=ObligationState.SETTLED, settled_at=timezone.now())

    with pytest.raises(CommandError, match="settled and nothing was applied"):
        call_command("reconcile", stdout=io.StringIO())
    assert reconciling.check_books() != []


@pytest.mark.parametrize(("days", "count"), [(10, 0), (3, 1), (0, 1), (-5, 1)])
def test_what_is_nearly_due_is_said_once(owe: Callable[..., Obligation], bob: User, days: int, count: int) -> None:
    owe(due_on=today() + timedelta(days=days))

    reconciling.remind()
    reconciling.remind()

    assert Message.objects.filter(kind="payment.reminder", user=bob).count() == count


# the practice gateway's buttons


@pytest.mark.parametrize(
    ("button", "state", "outcome"),
    [
        ("approve", PaymentState.SUCCEEDED, Outcome.APPLIED),
        ("repeat", PaymentState.SUCCEEDED, Outcome.APPLIED),
        ("decline", PaymentState.FAILED, Outcome.NONE),
        ("abandon", PaymentState.ABANDONED, Outcome.NONE),
        ("delay", PaymentState.PROCESSING, Outcome.NONE),
    ],
)
def test_a_button_changes_the_payment_only_by_its_webhook(
    owed: Obligation, bob: User, button: str, state: PaymentState, outcome: Outcome
) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)

    assert practice.press(PracticeCheckout.objects.get(), button)
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN

    worker.run_pending()

    payment.refresh_from_db()
    assert (payment.state, payment.outcome) == (state, outcome)
    assert WebhookEvent.objects.count() == 1


def test_a_delayed_payment_is_told_a_minute_later(owed: Obligation, bob: User) -> None:
    import time_machine

    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    practice.press(PracticeCheckout.objects.get(), "delay")
    worker.run_pending()

    with time_machine.travel(timezone.now() + timedelta(seconds=70)):
        worker.run_pending()

    payment.refresh_from_db()
    assert payment.outcome == Outcome.APPLIED


def test_a_second_press_sends_nothing(owed: Obligation, bob: User) -> None:
    attempts.start(owed, by=bob, way=Way.PRACTICE)
    checkout = PracticeCheckout.objects.get()
    practice.press(checkout, "decline")

    assert not practice.press(checkout, "approve")

    worker.run_pending()
    assert Payment.objects.get().state == PaymentState.FAILED
