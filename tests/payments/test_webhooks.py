"""Gateways tell as often and in whatever order they like; the books do not care."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.licensing import flow as licensing_flow
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments import gateways, ledger, webhooks
from marketplace.payments.gateway import EventKind
from marketplace.payments.models import (
    EventOutcome,
    LedgerEntry,
    Outcome,
    Payment,
    PaymentState,
    Refund,
    Suspense,
    WebhookEvent,
)
from tests.payments.worlds import World

Attempt = Callable[..., Payment]


def tell(world: World, body: bytes) -> int:
    return webhooks.receive(world.name, body, world.sign(body))


def test_a_success_settles(world: World, attempt: Attempt, owed: Obligation) -> None:
    payment = attempt(owed)

    status = tell(world, world.body(payment, EventKind.SUCCEEDED))

    payment.refresh_from_db()
    owed.refresh_from_db()
    assert status == 200
    assert (payment.state, payment.outcome) == (PaymentState.SUCCEEDED, Outcome.APPLIED)
    assert owed.state == ObligationState.SETTLED
    assert WebhookEvent.objects.get().outcome == EventOutcome.ACTED


def test_the_door_takes_posts_with_the_gateways_header(
    world: World, attempt: Attempt, owed: Obligation, client: Client
) -> None:
    body = world.body(attempt(owed), EventKind.SUCCEEDED)
    known = gateways.by_name(world.name)
    assert known is not None

    answer = client.post(
        f"/webhooks/{world.name}/",
        body,
        content_type="application/json",
        headers={known.signature_header: world.sign(body)},
    )

    assert answer.status_code == 200
    assert Payment.objects.get().outcome == Outcome.APPLIED


@pytest.mark.parametrize("seed", range(12))
def test_every_event_one_to_five_times_in_any_order_books_once(
    practice_world: World, owe: Callable[..., Obligation], start: Callable[..., Payment], seed: int
) -> None:  # PAY-1
    dice = random.Random(seed)  # noqa: S311
    payments = [start(owe(amount)) for amount in (100, 800_000, 1)]
    kinds = (EventKind.PROCESSING, EventKind.SUCCEEDED, EventKind.FAILED)
    bodies = [practice_world.body(payment, kind) for payment in payments for kind in kinds]
    deliveries = [body for body in bodies for _time in range(dice.randint(1, 5))]
    dice.shuffle(deliveries)

    statuses = {tell(practice_world, body) for body in deliveries}

    assert statuses == {200}
    assert WebhookEvent.objects.count() == 9
    assert LedgerEntry.objects.count() == 6
    assert ledger.balances() == {("arrived", "CNY"): 800_101, ("applied", "CNY"): -800_101}


ORDERS = list(itertools.permutations(range(5)))


def _scenario(world: World, payment: Payment) -> list[bytes]:
    refund = {"refund": "re_1", "amount_minor": 300_000}
    return [
        world.body(payment, EventKind.PROCESSING),
        world.body(payment, EventKind.FAILED),
        world.body(payment, EventKind.SUCCEEDED),
        world.body(payment, EventKind.REFUND, refund_state="pending", **refund),
        world.body(payment, EventKind.REFUND, refund_state="succeeded", **refund),
    ]


@pytest.mark.parametrize("part", range(6))
def test_the_end_is_the_same_in_every_order(
    world: World, attempt: Attempt, owe: Callable[..., Obligation], part: int
) -> None:  # PAY-2
    for order in ORDERS[part::6]:
        obligation = owe()
        payment = attempt(obligation)
        bodies = _scenario(world, payment)

        statuses = [tell(world, bodies[index]) for index in order]

        payment.refresh_from_db()
        obligation.refresh_from_db()
        assert set(statuses) == {200}
        assert (payment.state, payment.outcome) == (PaymentState.SUCCEEDED, Outcome.APPLIED), order
        assert payment.refunds.get().state == "succeeded", order
        assert obligation.state == ObligationState.SETTLED
        assert not payment.events.filter(handled_at=None).exists()
    count = len(ORDERS[part::6])
    assert ledger.balances() == {
        ("arrived", "CNY"): 800_000 * count,
        ("applied", "CNY"): -500_000 * count,
        ("returned", "CNY"): -300_000 * count,
    }


def test_a_refund_that_fails_after_all_is_turned_round(
    practice_world: World, start: Attempt, owed: Obligation
) -> None:  # PAY-9
    payment = start(owed)
    tell(practice_world, practice_world.body(payment, EventKind.SUCCEEDED))
    for state in ("pending", "succeeded", "failed", "succeeded"):
        facts = {"refund": "re-1", "refund_state": state, "amount_minor": 5}
        tell(practice_world, practice_world.body(payment, EventKind.REFUND, **facts))

    owed.refresh_from_db()
    assert Refund.objects.get().state == "failed"
    assert ledger.balances() == {("arrived", "CNY"): 800_000, ("applied", "CNY"): -800_000, ("returned", "CNY"): 0}
    assert owed.state == ObligationState.SETTLED


def test_a_dispute_is_told_to_finance_and_moderators_and_revokes_nothing(
    world: World, attempt: Attempt, owed: Obligation, moderator: Any
) -> None:  # PAY-10
    from marketplace.notices.models import Message

    payment = attempt(owed)
    tell(world, world.body(payment, EventKind.SUCCEEDED))
    tell(world, world.body(payment, EventKind.DISPUTE, refund="dp_1", refund_state="succeeded"))

    told = Message.objects.filter(kind="payment.disputed").values_list("user__email", flat=True)
    owed.refresh_from_db()
    assert set(told) == {"alice@example.test", "mo@example.test"}
    assert owed.state == ObligationState.SETTLED
    assert ledger.balances()["returned", "CNY"] == -800_000


@pytest.mark.parametrize("pattern", ["webhook", "return", "webhook then return", "return then webhook", "both thrice"])
def test_whoever_brings_the_news_it_is_booked_once(
    stripe_world: World, stripe_server: Any, owed: Obligation, bob: Any, client: Client, pattern: str
) -> None:  # PAY-3
    from marketplace.payments import attempts
    from marketplace.payments.models import Way

    payment = attempts.start(owed, by=bob, way=Way.STRIPE)
    stripe_server.pay(payment.gateway_id)
    client.force_login(bob)
    body = stripe_world.body(payment, EventKind.SUCCEEDED)
    words = {"both thrice": "webhook return " * 3}.get(pattern, pattern)

    for who in words.replace("then", "").split():
        if who == "webhook":
            assert tell(stripe_world, body) == 200
        else:
            assert client.get(f"/pay/back/{payment.code}/").status_code == 200

    payment.refresh_from_db()
    assert payment.outcome == Outcome.APPLIED
    assert LedgerEntry.objects.count() == 2


def test_the_practice_return_page_claims_nothing_before_the_webhook(
    practice_world: World, start: Attempt, owed: Obligation, bob: Any, client: Client
) -> None:
    payment = start(owed)
    client.force_login(bob)
    client.cookies["django_language"] = "en"

    before = client.get(f"/pay/back/{payment.code}/").content.decode()
    tell(practice_world, practice_world.body(payment, EventKind.SUCCEEDED))
    after = client.get(f"/pay/back/{payment.code}/").content.decode()

    assert "We have not heard from the gateway yet" in before
    assert "We have not heard from the gateway yet" not in after
    assert "示范理工大学 has received ¥8,000" in after


def test_an_error_keeps_the_message_and_asks_the_gateway_to_come_again(
    world: World, attempt: Attempt, owed: Obligation, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = attempt(owed)
    body = world.body(payment, EventKind.SUCCEEDED)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(licensing_flow, "settle", broken)
        assert tell(world, body) == 503

    row = WebhookEvent.objects.get()
    payment.refresh_from_db()
    assert (row.handled_at, row.attempts) == (None, 1)
    assert "disk" in row.last_error
    assert payment.state == PaymentState.OPEN
    assert tell(world, body) == 200
    payment.refresh_from_db()
    assert payment.outcome == Outcome.APPLIED


def test_a_refund_of_an_unknown_charge_waits_and_after_three_days_is_foreign(stripe_world: World) -> None:
    stranger = Payment(pk=77, amount_minor=500, currency="CNY")
    body = stripe_world.body(stranger, EventKind.REFUND, refund="re_9", refund_state="succeeded")

    assert tell(stripe_world, body) == 200
    row = WebhookEvent.objects.get()
    assert (row.handled_at, row.outcome) == (None, EventOutcome.WAITING)

    WebhookEvent.objects.update(received_at=timezone.now() - timedelta(days=4))
    row.refresh_from_db()
    webhooks.act(row)

    row.refresh_from_db()
    assert row.outcome == EventOutcome.FOREIGN
    assert row.handled_at is not None


def test_a_kind_nobody_knows_is_kept_and_said_aloud(
    stripe_world: World, start: Attempt, owed: Obligation, caplog: pytest.LogCaptureFixture
) -> None:
    assert tell(stripe_world, stripe_world.body(start(owed), EventKind.UNKNOWN)) == 200

    assert WebhookEvent.objects.get().outcome == EventOutcome.UNKNOWN
    assert "nobody knows" in caplog.text


def test_a_success_told_by_another_account_touches_nothing(
    stripe_world: Any, rival: Any, start: Attempt, owed: Obligation
) -> None:
    from marketplace.payments.models import GatewayAccount, Way
    from tests.payments.worlds import ACCOUNT

    GatewayAccount.objects.create(organization=rival, gateway=Way.STRIPE, account="acct_rival")
    payment = start(owed, Way.STRIPE, account=ACCOUNT)

    assert tell(stripe_world, stripe_world.body(payment, EventKind.SUCCEEDED, account="acct_rival")) == 200

    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN
    assert WebhookEvent.objects.get().outcome == EventOutcome.FOREIGN
    assert not Suspense.objects.exists()
