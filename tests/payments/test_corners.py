"""The less trodden ways: gateways switched off, pages that came too late, commands, checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import flow as licensing_flow
from marketplace.licensing.errors import AlreadySettled
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.outbox import worker
from marketplace.outbox.models import Effect
from marketplace.payments import (
    attempts,
    ledger,
    practice,
    reconciling,
    returns,
    suspending,
    webhooks,
)
from marketplace.payments.gateway import EventKind, GatewayDown
from marketplace.payments.models import (
    Payment,
    PaymentState,
    PracticeCheckout,
    Suspense,
    Way,
    Why,
)
from tests.payments.worlds import FakeStripe, PracticeWorld, StripeWorld

Enter = Callable[[User], Client]


def line(serial: str, amount: str = "8000") -> dict[str, str]:
    return {"amount": amount, "received_on": today().isoformat(), "bank_reference": serial}


# ways that change


def test_another_online_way_gives_the_first_one_up(stripe_server: FakeStripe, owed: Obligation, bob: User) -> None:
    first = attempts.start(owed, by=bob, way=Way.PRACTICE)

    second = attempts.start(owed, by=bob, way=Way.STRIPE)

    first.refresh_from_db()
    assert first.state == PaymentState.ABANDONED
    assert second.state == PaymentState.OPEN
    assert not attempts.abandon(first)


def test_effects_for_a_gateway_that_is_off_wait(
    practice_world: PracticeWorld, owe: Callable[..., Obligation], bob: User, settings: Any
) -> None:
    closed, lost = (attempts.start(owe(), by=bob, way=Way.PRACTICE) for _payment in range(2))
    attempts.abandon(closed)
    body = practice_world.body(lost, EventKind.SUCCEEDED, amount_minor=5)
    webhooks.receive("practice", body, practice_world.sign(body))
    settings.GATEWAYS = ["bank_transfer"]

    with pytest.raises(GatewayDown):
        attempts.close_page("k", {"payment": closed.pk})
    with pytest.raises(GatewayDown):
        returns.pay_back("k", {"suspense": Suspense.objects.get().pk})
    worker.run_pending()

    for topic in (attempts.EXPIRE_TOPIC, "payments.refund"):
        assert Effect.objects.get(topic=topic).state == "pending"


def test_what_a_moderator_resolved_is_not_paid_back_again(
    practice_world: PracticeWorld, owed: Obligation, bob: User, moderator: User
) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    practice.press(PracticeCheckout.objects.get(), "approve")
    body = practice_world.body(payment, EventKind.SUCCEEDED, amount_minor=5)
    webhooks.receive("practice", body, practice_world.sign(body))
    suspending.refunded_outside(Suspense.objects.get(), by=moderator, reason="学校已退")

    worker.run_pending()

    assert not payment.refunds.exists()
    assert ledger.balances()["returned", "CNY"] == -5


def test_a_refund_that_fails_opens_the_suspense_again(
    practice_world: PracticeWorld, owed: Obligation, bob: User
) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.WAIVED)
    practice.press(PracticeCheckout.objects.get(), "approve")
    worker.run_pending()
    refund = payment.refunds.get()
    assert Suspense.objects.get().resolution == "refunded"

    body = practice_world.body(
        payment, EventKind.REFUND, refund=refund.gateway_id, refund_state="failed", amount_minor=refund.amount_minor
    )
    webhooks.receive("practice", body, practice_world.sign(body))

    assert Suspense.objects.get().resolution == ""
    assert ledger.balances()["suspense", "CNY"] == -800_000


def test_after_a_part_went_back_only_the_rest_is_resolved(
    practice_world: PracticeWorld, owed: Obligation, start: Callable[..., Payment], moderator: User
) -> None:
    payment = start(owed)
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.WAIVED)
    for kind, facts in (
        (EventKind.SUCCEEDED, {}),
        (EventKind.REFUND, {"refund": "re-1", "refund_state": "succeeded", "amount_minor": 300_000}),
    ):
        body = practice_world.body(payment, kind, **facts)
        webhooks.receive("practice", body, practice_world.sign(body))
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.DUE)

    with pytest.raises(Refused):
        suspending.apply_to(Suspense.objects.get(), owed, by=moderator, reason="x")
    suspending.refunded_outside(Suspense.objects.get(), by=moderator, reason="余款已退")

    assert ledger.balances() == {("arrived", "CNY"): 800_000, ("suspense", "CNY"): 0, ("returned", "CNY"): -800_000}


def test_a_message_that_lacks_its_amount_waits_for_a_person(
    stripe_world: StripeWorld, start: Callable[..., Payment], owed: Obligation
) -> None:
    from tests.payments.worlds import ACCOUNT

    payment = start(owed, Way.STRIPE, account=ACCOUNT)
    for body in (
        stripe_world.body(payment, EventKind.SUCCEEDED, currency="XAU"),
        stripe_world.body(payment, EventKind.REFUND, refund="re_1", refund_state="succeeded", currency="XAU"),
    ):
        webhooks.receive("stripe", body, stripe_world.sign(body))

    found = reconciling.reconcile()

    assert sum("event stripe" in words for words in found.open) == 2
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN


def test_the_practice_gateway_tries_again_when_our_door_is_shut(
    owed: Obligation, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    practice.press(PracticeCheckout.objects.get(), "approve")
    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "receive", lambda *_args: 503)
        worker.run_pending()
    assert Effect.objects.get(topic=practice.TOPIC).state == "pending"
    Effect.objects.update(next_at=timezone.now())

    worker.run_pending()

    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED


def test_licensing_saying_settled_before_sends_the_money_to_suspense(
    owed: Obligation, start: Callable[..., Payment], practice_world: PracticeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(*args: Any, **kwargs: Any) -> None:
        raise AlreadySettled("x")

    monkeypatch.setattr(licensing_flow, "settle", before)
    body = practice_world.body(start(owed), EventKind.SUCCEEDED)

    webhooks.receive("practice", body, practice_world.sign(body))

    assert Suspense.objects.get().why == Why.ALREADY_SETTLED
