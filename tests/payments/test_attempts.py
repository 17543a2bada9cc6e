"""One intent to pay is one attempt, and its amount is what is owed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from moneyed import Money

from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.findings import Refused
from marketplace.lib.money import from_minor, to_minor
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.outbox import worker
from marketplace.outbox.models import Effect
from marketplace.payments import attempts, bank_transfer, closing, gateways, webhooks
from marketplace.payments.gateway import EventKind, GatewayDown
from marketplace.payments.models import Outcome, Payment, PaymentState, PracticeCheckout, Suspense, Way
from tests.payments.conftest import member
from tests.payments.worlds import FakeStripe, PracticeWorld, StripeWorld


def test_a_second_start_gives_the_first_attempt(owed: Obligation, bob: User) -> None:  # PAY-7
    first = attempts.start(owed, by=bob, way=Way.PRACTICE)
    second = attempts.start(owed, by=bob, way=Way.PRACTICE)

    assert first == second
    assert first.checkout_url == f"/practice/checkout/{first.gateway_id}/"
    assert PracticeCheckout.objects.count() == 1


def test_the_database_refuses_a_second_unfinished_attempt(owed: Obligation, start: Callable[..., Payment]) -> None:
    start(owed)

    with pytest.raises(IntegrityError), transaction.atomic():
        start(owed, Way.STRIPE)
    assert Payment.objects.count() == 1


def test_a_rival_that_was_faster_wins_for_both(
    owed: Obligation, bob: User, start: Callable[..., Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people of the firm press at once: the other's attempt appears between our look and our insert (PAY-7)."""
    real = attempts._unfinished
    made: list[Payment] = []

    def looked_too_early(obligation: Obligation, way: Way) -> Payment | None:
        found = real(obligation, way)
        made.append(start(owed))
        return found

    monkeypatch.setattr(attempts, "_unfinished", looked_too_early)

    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)

    assert payment == made[0]
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("role", [Role.LISTER, Role.VIEWER])
def test_a_member_without_the_role_starts_nothing(
    owed: Obligation, firm: Organization, person: Any, role: Role
) -> None:
    dora = person("Dora")
    member(dora, firm, role)

    with pytest.raises(Refused):
        attempts.start(owed, by=dora, way=Way.PRACTICE)
    assert not Payment.objects.exists()


def test_neither_the_licensor_nor_a_stranger_starts_a_payment(
    owed: Obligation, alice: User, rival: Organization, mallory: User
) -> None:
    for other in (alice, mallory):
        with pytest.raises(Refused):
            attempts.start(owed, by=other, way=Way.PRACTICE)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("state", [ObligationState.SETTLED, ObligationState.WAIVED, ObligationState.FUTURE])
def test_what_is_not_due_is_not_begun(owe: Callable[..., Obligation], bob: User, state: ObligationState) -> None:
    owed = owe()
    Obligation.objects.filter(pk=owed.pk).update(state=state, settled_at="2026-01-01T00:00:00Z", amount_minor=800_000)

    with pytest.raises(Refused):
        attempts.start(owed, by=bob, way=Way.PRACTICE)
    assert not Payment.objects.exists()
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.WAIVED)


def test_a_declared_transfer_keeps_the_online_way_closed(owed: Obligation, bob: User) -> None:
    from marketplace.lib.terms import today

    bank_transfer.declare(owed, by=bob, payer="示例冶炼有限公司", paid_on=today())

    with pytest.raises(Refused):
        attempts.start(owed, by=bob, way=Way.PRACTICE)
    assert Payment.objects.count() == 1


def test_declaring_a_transfer_closes_the_online_page(owed: Obligation, bob: User) -> None:
    from marketplace.lib.terms import today

    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)

    bank_transfer.declare(owed, by=bob, payer="示例冶炼有限公司", paid_on=today())
    worker.run_pending()

    payment.refresh_from_db()
    assert payment.state in {PaymentState.ABANDONED, PaymentState.EXPIRED}
    assert PracticeCheckout.objects.get().state == "expired"


def test_an_agreement_that_ends_closes_its_pages(owed: Obligation, bob: User) -> None:  # LIC-10
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.WAIVED)

    closing.agreement_moved("1:cancel:1", {"agreement": owed.agreement_id, "step": "cancel"})

    payment.refresh_from_db()
    assert payment.state == PaymentState.ABANDONED
    assert Effect.objects.filter(topic=attempts.EXPIRE_TOPIC).count() == 1


def test_money_on_an_abandoned_page_of_a_closed_deal_goes_back(
    practice_world: PracticeWorld, owed: Obligation, bob: User
) -> None:  # PAY-8: in = applied + suspense + refunded, at every point
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    attempts.abandon(payment)
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.WAIVED)
    PracticeCheckout.objects.update(state="paid")
    body = practice_world.body(payment, EventKind.SUCCEEDED)

    webhooks.receive("practice", body, practice_world.sign(body))
    payment.refresh_from_db()
    assert payment.outcome == Outcome.SUSPENSE
    worker.run_pending()

    suspense = Suspense.objects.get()
    assert suspense.resolution == "refunded"
    assert payment.refunds.get().amount_minor == 800_000
    from marketplace.payments import ledger

    assert ledger.balances() == {("arrived", "CNY"): 800_000, ("suspense", "CNY"): 0, ("returned", "CNY"): -800_000}


def test_a_checkout_whose_answer_was_lost_is_the_same_checkout(
    stripe_server: FakeStripe, owed: Obligation, bob: User
) -> None:  # PAY-6
    stripe_server.lose = 1
    with pytest.raises(GatewayDown):
        attempts.start(owed, by=bob, way=Way.STRIPE)

    payment = attempts.start(owed, by=bob, way=Way.STRIPE)

    assert Payment.objects.count() == 1
    assert list(stripe_server.sessions) == [payment.gateway_id]


def test_without_an_account_of_the_licensor_stripe_is_not_offered(settings: Any, owed: Obligation, bob: User) -> None:

    settings.GATEWAYS = ["stripe", "bank_transfer"]

    assert gateways.online_ways(owed) == []
    with pytest.raises(Refused):
        attempts.start(owed, by=bob, way=Way.STRIPE)
    assert not Payment.objects.exists()


CURRENCIES = ["CNY", "USD", "EUR", "JPY", "KRW"]


@given(currency=st.sampled_from(CURRENCIES), minor=st.integers(1, 99_999_999))
@hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
def test_what_is_charged_and_read_back_is_what_is_owed(
    stripe_world: StripeWorld, stripe_server: FakeStripe, currency: str, minor: int
) -> None:  # PAY-11: to the minor unit, through the SDK and back
    from datetime import timedelta
    from uuid import uuid4

    from django.utils import timezone

    from marketplace.payments import gateway
    from tests.payments.worlds import ACCOUNT

    online = gateways.by_name("stripe")
    assert online is not None
    order = gateway.Order(
        code=uuid4(),
        reference="KX-2026-00001-1",
        amount=from_minor(minor, currency),
        title="License fee",
        payee="示范理工大学",
        account=ACCOUNT,
        return_url="http://localhost/",
        language="en",
        expires_at=timezone.now() + timedelta(hours=1),
    )
    checkout = online.start_checkout(order)
    stripe_server.pay(checkout.id)

    event = online.look_up(checkout.id, ACCOUNT)

    assert f"unit_amount]={minor}&" in stripe_server.requests[-2]["body"].replace("%5B", "[").replace("%5D", "]")
    assert event is not None
    assert event.amount == order.amount
    assert isinstance(event.amount, Money)
    assert to_minor(event.amount) == minor


@pytest.mark.parametrize("currency", CURRENCIES)
def test_each_currency_settles_with_exactly_its_amount(
    practice_world: PracticeWorld, owe: Callable[..., Obligation], start: Callable[..., Payment], currency: str
) -> None:
    for told, outcome in ((800_000, Outcome.APPLIED), (800_001, Outcome.SUSPENSE), (799_999, Outcome.SUSPENSE)):
        payment = start(owe(800_000, currency))
        body = practice_world.body(payment, EventKind.SUCCEEDED, amount_minor=told)

        webhooks.receive("practice", body, practice_world.sign(body))

        payment.refresh_from_db()
        assert payment.outcome == outcome
