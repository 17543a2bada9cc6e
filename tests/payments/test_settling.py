"""What arrived either settles what was owed or lies in suspense, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from moneyed import Money

from marketplace.audit.models import Entry
from marketplace.lib.money import from_minor
from marketplace.licensing import flow as licensing_flow
from marketplace.licensing.models import Agreement, Obligation, ObligationState, State
from marketplace.notices.models import Message
from marketplace.payments import ledger, moving, settling
from marketplace.payments.models import LedgerEntry, Outcome, Payment, PaymentState, Suspense, Why


def arrive(payment: Payment, money: Money | None = None) -> Payment:
    moving.receive(payment, money or from_minor(payment.amount_minor, payment.currency), at=timezone.now())
    return settling.settle_payment(payment)


def test_a_received_payment_settles_what_was_owed(owed: Obligation, start: Callable[..., Payment]) -> None:
    payment = arrive(start(owed))

    owed.refresh_from_db()
    assert owed.state == ObligationState.SETTLED
    assert owed.proof["payment"] == str(payment.code)
    assert payment.outcome == Outcome.APPLIED
    assert ledger.balances() == {("arrived", "CNY"): 800_000, ("applied", "CNY"): -800_000}
    assert Entry.objects.filter(action="payment.receive").count() == 1


def test_settling_twice_books_once(owed: Obligation, start: Callable[..., Payment]) -> None:
    payment = arrive(start(owed))

    settling.settle_payment(payment)
    settling.settle_payment(Payment.objects.get(pk=payment.pk))

    assert LedgerEntry.objects.count() == 2


def test_an_unfinished_payment_settles_nothing(owed: Obligation, start: Callable[..., Payment]) -> None:
    settling.settle_payment(start(owed))

    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize(
    ("money", "why"),
    [
        (Money("7999.99", "CNY"), Why.WRONG_AMOUNT),
        (Money("8000.01", "CNY"), Why.WRONG_AMOUNT),
        (Money("8000", "USD"), Why.WRONG_CURRENCY),
        (Money(800_000, "JPY"), Why.WRONG_CURRENCY),
    ],
)
def test_another_amount_or_currency_goes_to_suspense(
    owed: Obligation, start: Callable[..., Payment], moderator: Any, money: Money, why: Why
) -> None:
    payment = arrive(start(owed), money)

    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE
    assert payment.outcome == Outcome.SUSPENSE
    suspense = Suspense.objects.get()
    assert suspense.why == why
    assert (suspense.amount_minor, suspense.currency) == (payment.received_minor, payment.received_currency)
    told = set(Message.objects.filter(kind="payment.suspense").values_list("user__email", flat=True))
    assert told == {"alice@example.test", "bob@example.test", "mo@example.test"}


@pytest.mark.parametrize("state", [ObligationState.WAIVED, ObligationState.FUTURE])
def test_money_for_what_is_not_payable_goes_to_suspense(
    owed: Obligation, start: Callable[..., Payment], state: ObligationState
) -> None:
    payment = start(owed)
    Obligation.objects.filter(pk=owed.pk).update(state=state)

    arrive(payment)

    owed.refresh_from_db()
    assert owed.state == state
    assert Suspense.objects.get().why == Why.NOT_PAYABLE
    assert ledger.balances() == {("arrived", "CNY"): 800_000, ("suspense", "CNY"): -800_000}


@pytest.mark.parametrize("end", [State.CANCELLED, State.DECLINED, State.LAPSED])
def test_a_closed_agreement_takes_no_money(
    deal: Callable[..., Agreement], owe: Callable[..., Obligation], start: Callable[..., Payment], end: State
) -> None:
    owed = owe(agreement=deal(end))

    arrive(start(owed))

    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE
    assert Suspense.objects.get().why == Why.NOT_PAYABLE


def test_a_second_payment_for_the_same_thing_goes_to_suspense(owed: Obligation, start: Callable[..., Payment]) -> None:
    first = start(owed, state=PaymentState.ABANDONED)
    second = start(owed)

    arrive(second)
    arrive(first)

    assert Payment.objects.get(pk=second.pk).outcome == Outcome.APPLIED
    assert Suspense.objects.get().payment_id == first.pk
    assert Suspense.objects.get().why == Why.ALREADY_SETTLED
    owed.refresh_from_db()
    assert owed.proof["payment"] == str(second.code)


def test_an_unexpected_error_leaves_the_payment_unbooked(
    owed: Obligation, start: Callable[..., Payment], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("the disk is full")

    payment = start(owed)
    moving.receive(payment, Money(8000, "CNY"), at=timezone.now())
    with monkeypatch.context() as patch:
        patch.setattr(licensing_flow, "settle", broken)
        with pytest.raises(OSError, match="disk"):
            settling.settle_payment(payment)

    payment.refresh_from_db()
    assert payment.booked_at is None
    assert not LedgerEntry.objects.exists()
    settling.settle_payment(payment)
    assert payment.outcome == Outcome.APPLIED
