"""The payer declares, the university's finance finds the money, large sums take two people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from marketplace.accounts.models import Membership, Organization, Role, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.notices.models import Message
from marketplace.payments import bank_transfer, ledger, slips
from marketplace.payments.bank_transfer import Arrival
from marketplace.payments.models import (
    BankTransfer,
    LedgerEntry,
    Payment,
    PaymentState,
    Suspense,
    TransferState,
    Why,
)
from tests.payments.conftest import member

LARGE = 10_000_000  # ¥100,000


def line(serial: str = "ICBC-1", amount: int = 800_000, received_on: date | None = None) -> Arrival:
    return Arrival(serial, received_on or today(), amount)


def declare(owed: Obligation, bob: User) -> BankTransfer:
    return bank_transfer.declare(owed, by=bob, payer="示例冶炼有限公司", paid_on=today())


def test_a_declared_and_found_transfer_settles(owed: Obligation, alice: User, bob: User) -> None:
    transfer = declare(owed, bob)
    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE

    bank_transfer.confirm(transfer, line(received_on=today() - timedelta(days=1)), by=alice)

    owed.refresh_from_db()
    assert transfer.state == TransferState.RECEIVED
    assert owed.state == ObligationState.SETTLED
    assert owed.proof["kind"] == "bank_transfer"
    assert owed.proof["reference"] == "ICBC-1"
    assert owed.proof["received_on"] == (today() - timedelta(days=1)).isoformat()
    actions = list(Entry.objects.filter(action__startswith="payment.").values_list("action", flat=True))
    assert actions == ["payment.declare", "payment.confirm", "payment.receive"]


def test_finance_is_told_of_a_declared_transfer(owed: Obligation, alice: User, bob: User) -> None:
    declare(owed, bob)

    message = Message.objects.get(kind="payment.transfer_declared")
    assert message.user == alice
    assert "KX-2026-00001-1" in message.subject


def test_a_second_declaration_is_refused(owed: Obligation, bob: User) -> None:
    declare(owed, bob)

    with pytest.raises(Refused):
        declare(owed, bob)
    assert BankTransfer.objects.count() == 1


@pytest.mark.parametrize("who", ["bob", "mallory", "moderator", "viewer"])
def test_only_the_licensors_finance_confirms(
    owed: Obligation,
    university: Organization,
    rival: Organization,
    bob: User,
    request: pytest.FixtureRequest,
    who: str,
    person: Any,
) -> None:
    transfer = declare(owed, bob)
    if who == "viewer":
        user = person("Vera")
        member(user, university, Role.VIEWER, Role.SIGNATORY, Role.LISTER)
    else:
        user = request.getfixturevalue(who)

    for act in (
        lambda: bank_transfer.confirm(transfer, line(), by=user),
        lambda: bank_transfer.not_found(transfer, by=user, reason="no"),
        lambda: bank_transfer.record(university, line(), by=user, reference=transfer.reference, payer="x"),
    ):
        with pytest.raises(Refused):
            act()

    transfer.refresh_from_db()
    assert transfer.state == TransferState.DECLARED
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("amount", [799_999, 800_001, 1])
def test_another_amount_never_completes_a_contract(
    owed: Obligation, alice: User, bob: User, amount: int
) -> None:  # PAY-12
    bank_transfer.confirm(declare(owed, bob), line(amount=amount), by=alice)

    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE
    assert Suspense.objects.get().amount_minor == amount


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_and_less_are_refused_by_the_database(owed: Obligation, alice: User, bob: User, amount: int) -> None:
    transfer = declare(owed, bob)

    with pytest.raises((Refused, IntegrityError)), transaction.atomic():
        bank_transfer.confirm(transfer, line(amount=amount), by=alice)
    transfer.refresh_from_db()
    assert transfer.state == TransferState.DECLARED


def test_a_line_of_the_statement_is_booked_once(
    owe: Callable[..., Obligation], university: Organization, alice: User, bob: User
) -> None:  # PAY-12
    first, second = owe(), owe()
    bank_transfer.confirm(declare(first, bob), line("SAME"), by=alice)

    with pytest.raises(Refused):
        bank_transfer.confirm(declare(second, bob), line("SAME"), by=alice)
    with pytest.raises(Refused):
        bank_transfer.record(university, line("SAME"), by=alice, reference="whatever", payer="x")

    second.refresh_from_db()
    assert second.state == ObligationState.DUE
    assert ledger.balances()["arrived", "CNY"] == 800_000


def test_the_same_amount_twice_for_real_is_two_payments(owe: Callable[..., Obligation], alice: User, bob: User) -> None:
    for serial in ("A", "B"):
        bank_transfer.confirm(declare(owe(), bob), line(serial), by=alice)

    assert Obligation.objects.filter(state=ObligationState.SETTLED).count() == 2


def test_an_undeclared_arrival_with_the_right_reference_settles(
    owed: Obligation, university: Organization, alice: User
) -> None:
    bank_transfer.record(university, line(), by=alice, reference=" kx-2026-00001－1 货款", payer="示例冶炼")

    owed.refresh_from_db()
    assert owed.state == ObligationState.SETTLED


@pytest.mark.parametrize(
    "words", ["", "谢谢", "KX-2026-99999-1", "KX-2026-00001-2", "KX-2026-00001-0", "KX-2026-00001", "KX-2026-00001-11"]
)
def test_an_arrival_that_names_nothing_goes_to_suspense(
    owed: Obligation, university: Organization, alice: User, words: str
) -> None:
    bank_transfer.record(university, line(), by=alice, reference=words, payer="示例冶炼")

    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE
    assert Suspense.objects.get().why == Why.UNKNOWN_REFERENCE
    assert ledger.balances() == {("arrived", "CNY"): 800_000, ("suspense", "CNY"): -800_000}


def test_one_transfer_for_two_things_is_for_a_person(
    owe: Callable[..., Obligation], university: Organization, alice: User
) -> None:
    first, second = owe(), owe()
    words = f"{slips.reference_of(first)} {slips.reference_of(second)}"

    bank_transfer.record(university, line(amount=1_600_000), by=alice, reference=words, payer="示例冶炼")

    assert not Obligation.objects.filter(state=ObligationState.SETTLED).exists()
    assert Suspense.objects.get().amount_minor == 1_600_000


def test_a_reference_of_another_licensor_names_nothing_here(
    owed: Obligation, rival: Organization, mallory: User
) -> None:
    bank_transfer.record(rival, line(), by=mallory, reference="KX-2026-00001-1", payer="x")

    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE
    assert Suspense.objects.get().organization == rival


def test_an_arrival_for_what_was_paid_before_goes_to_suspense(
    owed: Obligation, university: Organization, alice: User, bob: User
) -> None:
    bank_transfer.confirm(declare(owed, bob), line("A"), by=alice)

    bank_transfer.record(university, line("B"), by=alice, reference="KX-2026-00001-1", payer="示例冶炼")

    assert Suspense.objects.get().why == Why.ALREADY_SETTLED


def test_a_large_arrival_waits_for_a_second_person(
    owe: Callable[..., Obligation], alice: User, bob: User, carol: User
) -> None:  # PAY-13
    owed = owe(LARGE)
    transfer = bank_transfer.confirm(declare(owed, bob), line(amount=LARGE), by=alice)

    owed.refresh_from_db()
    assert transfer.state == TransferState.SECOND
    assert owed.state == ObligationState.DUE
    assert not LedgerEntry.objects.exists()
    assert Message.objects.get(kind="payment.second_person").user == carol

    bank_transfer.approve(transfer, by=carol)

    owed.refresh_from_db()
    assert owed.state == ObligationState.SETTLED


def test_a_sum_just_below_the_limit_needs_one_person(owe: Callable[..., Obligation], alice: User, bob: User) -> None:
    transfer = bank_transfer.confirm(declare(owe(LARGE - 1), bob), line(amount=LARGE - 1), by=alice)

    assert transfer.state == TransferState.RECEIVED


def test_the_same_person_is_not_two_even_in_another_role(
    owe: Callable[..., Obligation], university: Organization, alice: User, bob: User
) -> None:  # PAY-13
    owed = owe(LARGE)
    transfer = bank_transfer.confirm(declare(owed, bob), line(amount=LARGE), by=alice)
    Membership.objects.filter(user=alice).delete()
    member(alice, university, Role.OWNER)

    with pytest.raises(Refused):
        bank_transfer.approve(transfer, by=alice)

    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE
    assert not LedgerEntry.objects.exists()


def test_the_database_refuses_one_person_twice_and_a_large_sum_with_one(
    owe: Callable[..., Obligation], alice: User, bob: User
) -> None:
    transfer = bank_transfer.confirm(declare(owe(LARGE), bob), line(amount=LARGE), by=alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        BankTransfer.objects.filter(pk=transfer.pk).update(approved_by=alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankTransfer.objects.filter(pk=transfer.pk).update(state=TransferState.RECEIVED)


def test_what_is_not_found_is_told_and_can_be_found_later(owed: Obligation, alice: User, bob: User) -> None:
    transfer = declare(owed, bob)

    bank_transfer.not_found(transfer, by=alice, reason="今天的流水里没有")

    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE
    assert "今天的流水里没有" in Message.objects.get(kind="payment.not_found", user=bob).body
    assert Payment.objects.get().state == PaymentState.FAILED

    bank_transfer.confirm(transfer, line(), by=alice)

    owed.refresh_from_db()
    assert owed.state == ObligationState.SETTLED


def test_a_declaration_can_be_taken_back_until_it_is_confirmed(owed: Obligation, alice: User, bob: User) -> None:
    transfer = declare(owed, bob)
    bank_transfer.withdraw(transfer, by=bob)
    assert Payment.objects.get().state == PaymentState.ABANDONED

    again = declare(owed, bob)
    bank_transfer.confirm(again, line(), by=alice)

    with pytest.raises(Refused):
        bank_transfer.withdraw(again, by=bob)
    owed.refresh_from_db()
    assert owed.state == ObligationState.SETTLED


def test_a_second_click_on_confirm_books_nothing_more(owed: Obligation, alice: User, bob: User) -> None:
    transfer = declare(owed, bob)
    bank_transfer.confirm(BankTransfer.objects.get(pk=transfer.pk), line("A"), by=alice)

    with pytest.raises(Refused):
        bank_transfer.confirm(transfer, line("B"), by=alice)
    assert ledger.balances()["arrived", "CNY"] == 800_000


def test_references_number_the_obligations_of_a_deal(owe: Callable[..., Obligation]) -> None:
    first = owe()
    second = owe(agreement=first.agreement, number=2)

    assert slips.reference_of(first) == "KX-2026-00001-1"
    assert slips.reference_of(second) == "KX-2026-00001-2"
    assert slips.find("KX-2026-00001-2", first.agreement.licensor) == second
