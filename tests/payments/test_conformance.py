"""What every online gateway must do, asked of each in turn."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from moneyed import Money

from marketplace.licensing.models import Obligation
from marketplace.payments import gateways
from marketplace.payments.gateway import (
    BadEvent,
    EventKind,
    Gateway,
    GatewayDown,
    GatewayRefused,
    Order,
    Refunding,
)
from marketplace.payments.models import Payment, PracticeCheckout, RefundState
from tests.payments.worlds import ACCOUNT, FakeStripe, World


@pytest.fixture
def online(world: World, request: pytest.FixtureRequest) -> Gateway:
    """The gateway of this turn, with its server."""
    if world.name == "stripe":
        request.getfixturevalue("stripe_server")
    made = gateways.by_name(world.name)
    assert made is not None
    return made


@pytest.fixture
def order(world: World) -> Order:
    return Order(
        code=uuid.uuid4(),
        reference="KX-2026-00001-1",
        amount=Money("8000.01", "CNY"),
        title="License fee, KX-2026-00001",
        payee="示范理工大学",
        account=ACCOUNT if world.name == "stripe" else "",
        return_url="http://localhost:8000/pay/back/x/",
        language="zh-hans",
        expires_at=(timezone.now() + timedelta(hours=23)).replace(microsecond=0),
    )


def test_the_same_order_gives_the_same_checkout(online: Gateway, order: Order) -> None:
    first = online.start_checkout(order)
    second = online.start_checkout(order)

    assert first == second
    assert first.id
    assert first.url


def test_another_order_under_the_same_key_is_refused(online: Gateway, order: Order) -> None:
    online.start_checkout(order)

    with pytest.raises(GatewayRefused):
        online.start_checkout(replace(order, amount=Money(1, "CNY")))


def test_an_open_checkout_has_nothing_to_tell(online: Gateway, order: Order) -> None:
    checkout = online.start_checkout(order)

    assert online.look_up(checkout.id, order.account) is None


def test_a_checkout_can_be_closed_twice(online: Gateway, order: Order) -> None:
    checkout = online.start_checkout(order)

    online.expire(checkout.id, order.account)
    online.expire(checkout.id, order.account)

    row = PracticeCheckout.objects.filter(code=checkout.id).first() if online.name == "practice" else None
    event = online.look_up(checkout.id, order.account)
    assert (row.state == "expired") if row else (event is not None and event.kind is EventKind.EXPIRED)


@pytest.mark.parametrize("kind", [EventKind.SUCCEEDED, EventKind.PROCESSING, EventKind.FAILED, EventKind.EXPIRED])
def test_a_message_is_read_in_our_words(
    world: World, online: Gateway, attempt: Callable[..., Payment], owed: Obligation, kind: EventKind
) -> None:
    payment = attempt(owed)
    body = world.body(payment, kind)

    event = online.read_event(body, world.sign(body))

    assert event.kind is kind
    assert event.payment == payment.code
    assert event.amount == Money(8000, "CNY")
    assert event.account == payment.account
    assert event.charge_id


@pytest.mark.parametrize("state", list(RefundState))
@pytest.mark.parametrize("kind", [EventKind.REFUND, EventKind.DISPUTE])
def test_a_message_about_money_going_back_is_read(
    world: World,
    online: Gateway,
    attempt: Callable[..., Payment],
    owed: Obligation,
    kind: EventKind,
    state: RefundState,
) -> None:
    body = world.body(attempt(owed), kind, refund="re_1", refund_state=str(state), amount_minor=1)

    event = online.read_event(body, world.sign(body))

    assert (event.kind, event.refund_id, event.refund_state) == (kind, "re_1", state)
    assert event.amount == Money("0.01", "CNY")


def test_a_message_without_a_good_signature_is_no_message(
    world: World, online: Gateway, attempt: Callable[..., Payment], owed: Obligation
) -> None:
    body = world.body(attempt(owed), EventKind.SUCCEEDED)

    with pytest.raises(BadEvent):
        online.read_event(body, world.sign(body, secret="another"))


def test_a_refund_asked_for_twice_goes_back_once(world: World, online: Gateway, order: Order) -> None:
    charge = "pi_1"
    if online.name == "practice":
        charge = online.start_checkout(order).id
        PracticeCheckout.objects.update(state="paid")
    wish = Refunding(key="refund:1:amount", charge_id=charge, account=order.account, amount=order.amount)

    first, second = online.refund(wish), online.refund(wish)

    assert first == second
    assert first.state is RefundState.PENDING


# Stripe's own


def test_stripe_is_told_whose_account_amount_and_key(stripe_server: FakeStripe, order: Order) -> None:
    online = gateways.by_name("stripe")
    assert online is not None

    online.start_checkout(replace(order, account=ACCOUNT))

    (sent,) = stripe_server.requests
    assert sent["headers"]["Stripe-Account"] == ACCOUNT
    assert sent["headers"]["Idempotency-Key"] == f"pay:{order.code}"
    assert "line_items[0][price_data][unit_amount]=800001" in sent["body"]
    assert "line_items[0][price_data][currency]=cny" in sent["body"]
    assert "application_fee" not in sent["body"]  # the marketplace takes and holds nothing


def test_a_lost_answer_is_asked_again_with_the_same_key(stripe_server: FakeStripe, order: Order) -> None:  # PAY-6
    online = gateways.by_name("stripe")
    assert online is not None
    stripe_server.lose = 1

    with pytest.raises(GatewayDown):
        online.start_checkout(order)
    checkout = online.start_checkout(order)

    assert list(stripe_server.sessions) == [checkout.id]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_gateway_that_is_down_is_said_to_be_down(
    stripe_server: FakeStripe, order: Order, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import stripe

    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_args: 0)
    online = gateways.by_name("stripe")
    assert online is not None
    stripe_server.status = status

    with pytest.raises(GatewayDown):
        online.start_checkout(order)
    assert not stripe_server.sessions


def test_a_currency_with_other_minor_units_is_not_taken(stripe_server: FakeStripe, order: Order) -> None:
    online = gateways.by_name("stripe")
    assert online is not None

    with pytest.raises(GatewayRefused):
        online.start_checkout(replace(order, amount=Money("1.234", "KWD")))
    assert stripe_server.requests == []


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"status": "complete", "payment_status": "paid"}, EventKind.SUCCEEDED),
        ({"status": "complete", "payment_status": "unpaid"}, EventKind.PROCESSING),
        ({"status": "expired", "payment_status": "unpaid"}, EventKind.EXPIRED),
        (
            {
                "status": "complete",
                "payment_status": "unpaid",
                "payment_intent": {"id": "pi_1", "status": "requires_payment_method"},
            },
            EventKind.FAILED,
        ),
    ],
)
def test_a_session_is_looked_up(
    stripe_server: FakeStripe, order: Order, facts: dict[str, Any], kind: EventKind
) -> None:
    online = gateways.by_name("stripe")
    assert online is not None
    checkout = online.start_checkout(order)
    stripe_server.sessions[checkout.id].update(facts)

    event = online.look_up(checkout.id, order.account)

    assert event is not None
    assert (event.kind, event.payment, event.amount) == (kind, order.code, Money("8000.01", "CNY"))
