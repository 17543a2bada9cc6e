"""From the notice to the license in force, with licensing's own flow: payment is what the license waits for (LIC-A)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from listings.models import Track
from marketplace.accounts.models import User
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, Obligation, ObligationState, State
from marketplace.outbox import worker
from marketplace.payments import attempts, bank_transfer, practice, webhooks
from marketplace.payments.bank_transfer import Arrival
from marketplace.payments.gateway import EventKind
from marketplace.payments.models import Outcome, Payment, PracticeCheckout, Suspense, Way
from tests.licensing.conftest import any_code, ask, make_firm, make_listing, make_university, send_notice
from tests.payments.worlds import PracticeWorld

__all__ = ["any_code"]


@pytest.fixture
def noticed(alice: User, bob: User, any_code: list[str]) -> Agreement:
    """An open license of which the licensee has served notice: ¥30,000 to pay."""
    listing = make_listing(make_university(alice), alice, track=Track.OPEN)
    return send_notice(ask(listing, make_firm(bob), bob), bob)


def owed_under(agreement: Agreement) -> Obligation:
    return Obligation.objects.get(agreement=agreement, state=ObligationState.DUE)


def test_an_online_payment_brings_the_license_into_force(noticed: Agreement, bob: User) -> None:
    payment = attempts.start(owed_under(noticed), by=bob, way=Way.PRACTICE)
    assert noticed.state == State.NOTICED

    practice.press(PracticeCheckout.objects.get(), "repeat")
    worker.run_pending()

    noticed.refresh_from_db()
    payment.refresh_from_db()
    assert (noticed.state, payment.outcome) == (State.ACTIVE, Outcome.APPLIED)
    assert noticed.effective_at == payment.received_at or noticed.effective_at == noticed.noticed_at


def test_a_bank_transfer_brings_the_license_into_force(noticed: Agreement, alice: User, bob: User) -> None:
    transfer = bank_transfer.declare(owed_under(noticed), by=bob, payer="示范环保", paid_on=today())
    noticed.refresh_from_db()
    assert noticed.state == State.NOTICED

    bank_transfer.confirm(transfer, Arrival("A", today(), 3_000_000), by=alice)

    noticed.refresh_from_db()
    assert noticed.state == State.ACTIVE


def test_money_after_the_deal_was_cancelled_goes_back(
    practice_world: PracticeWorld, noticed: Agreement, bob: User
) -> None:  # PAY-8
    payment = attempts.start(owed_under(noticed), by=bob, way=Way.PRACTICE)
    flow.cancel(noticed, by=bob)
    PracticeCheckout.objects.update(state="paid")
    body = practice_world.body(payment, EventKind.SUCCEEDED)
    webhooks.receive("practice", body, practice_world.sign(body))
    worker.run_pending()

    noticed.refresh_from_db()
    assert noticed.state == State.CANCELLED
    assert Suspense.objects.get().resolution == "refunded"
    assert Payment.objects.get().refunds.get().state == "succeeded"


def test_money_after_the_time_ran_out_brings_nothing_into_force(
    practice_world: PracticeWorld, noticed: Agreement, bob: User
) -> None:
    payment = attempts.start(owed_under(noticed), by=bob, way=Way.PRACTICE)
    with time_machine.travel(timezone.now() + timedelta(days=400), tick=False):
        body = practice_world.body(payment, EventKind.SUCCEEDED)
        assert webhooks.receive("practice", body, practice_world.sign(body)) == 200

    noticed.refresh_from_db()
    assert noticed.state == State.NOTICED
    assert Suspense.objects.get().payment == payment


def test_a_cancelled_deal_closes_its_open_page(noticed: Agreement, bob: User) -> None:  # LIC-10
    attempts.start(owed_under(noticed), by=bob, way=Way.PRACTICE)

    flow.cancel(noticed, by=bob)
    worker.run_pending()

    assert PracticeCheckout.objects.get().state == "expired"
    assert not Payment.objects.filter(state__in=["open", "processing"]).exists()
