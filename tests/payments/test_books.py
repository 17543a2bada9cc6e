"""The self-check finds every kind of wrong book (PAY-14), and the database refuses what it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplace.accounts.models import Organization, User
from marketplace.lib.terms import today
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments import bank_transfer, book_checks, ledger, webhooks
from marketplace.payments.bank_transfer import Arrival
from marketplace.payments.gateway import EventKind
from marketplace.payments.models import (
    Account,
    BankTransfer,
    EventOutcome,
    LedgerEntry,
    Payment,
    Refund,
    Suspense,
    WebhookEvent,
)
from tests.payments.worlds import PracticeWorld


@contextmanager
def unguarded() -> Iterator[None]:
    """The ledger's triggers are off inside: what somebody with the database's own rights could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'payments_ledgerentry'"
        )
        kept = cursor.fetchall()
        for name, _sql in kept:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _name, sql in kept:
            cursor.execute(sql)


@pytest.fixture
def books(
    practice_world: PracticeWorld,
    owe: Callable[..., Obligation],
    start: Callable[..., Payment],
    university: Organization,
    alice: User,
    bob: User,
) -> None:
    """One of each: paid online with part refunded, paid by transfer, two kinds of suspense."""

    def tell(payment: Payment, kind: EventKind, **facts: Any) -> None:
        body = practice_world.body(payment, kind, **facts)
        assert webhooks.receive("practice", body, practice_world.sign(body)) == 200

    paid = start(owe())
    tell(paid, EventKind.SUCCEEDED)
    tell(paid, EventKind.REFUND, refund="re-1", refund_state="succeeded", amount_minor=100)
    wrong = start(owe())
    tell(wrong, EventKind.SUCCEEDED, amount_minor=5)
    transfer = bank_transfer.declare(owe(), by=bob, payer="示例", paid_on=today())
    bank_transfer.confirm(transfer, Arrival("A", today(), 800_000), by=alice)
    bank_transfer.record(university, Arrival("B", today(), 70), by=alice, reference="?", payer="示例")
    assert book_checks.self_check() == []


def applied() -> Payment:
    return Payment.objects.filter(outcome="applied", gateway="practice").get()


def _lose_one_posting() -> None:
    LedgerEntry.objects.filter(account=Account.APPLIED).first().delete()  # type: ignore[union-attr]


def _lose_both_postings() -> None:
    LedgerEntry.objects.filter(source_type="payment", source_id=applied().pk).delete()


def _change_an_amount() -> None:
    LedgerEntry.objects.filter(account=Account.ARRIVED, source_id=applied().pk, source_type="payment").update(
        amount_minor=7
    )


def _change_both_amounts() -> None:
    rows = LedgerEntry.objects.filter(source_type="payment", source_id=applied().pk)
    rows.filter(account=Account.ARRIVED).update(amount_minor=7)
    rows.filter(account=Account.APPLIED).update(amount_minor=-7)


def _change_a_currency() -> None:
    LedgerEntry.objects.filter(source_type="payment", account=Account.APPLIED).update(currency="USD")


def _invent_a_source() -> None:
    LedgerEntry.objects.filter(source_type="payment", source_id=applied().pk).update(source_id=9_999)


def _invent_a_kind_of_source() -> None:
    LedgerEntry.objects.filter(source_type="payment", source_id=applied().pk).update(source_type="gift")


def _apply_to_another() -> None:
    other = Obligation.objects.filter(state=ObligationState.DUE).first()
    LedgerEntry.objects.filter(account=Account.APPLIED, source_id=applied().pk).update(obligation=other)


def _unbook_a_payment() -> None:
    Payment.objects.filter(pk=applied().pk).update(booked_at=None, outcome="")


def _say_suspense_was_applied() -> None:
    # only what the table's own constraints let pass
    Payment.objects.filter(outcome="suspense").update(received_minor=800_000, outcome="applied")


def _say_it_failed() -> None:
    Payment.objects.filter(pk=applied().pk).update(booked_at=None, outcome="", state="failed")


def _settle_without_money() -> None:
    Obligation.objects.filter(state=ObligationState.DUE).update(
        state=ObligationState.SETTLED, settled_at=timezone.now(), proof={"kind": "practice"}
    )


def _unsettle() -> None:
    Obligation.objects.filter(pk=applied().obligation_id).update(state=ObligationState.DUE)


def _change_what_was_owed() -> None:
    Obligation.objects.filter(pk=applied().obligation_id).update(amount_minor=799_999)


def _change_the_proof() -> None:
    Obligation.objects.filter(pk=applied().obligation_id).update(proof={"payment": "another"})


def _lose_a_suspense_row() -> None:
    Suspense.objects.filter(transfer__isnull=False).delete()


def _resolve_without_posting() -> None:
    Suspense.objects.update(resolution="outside", reason="x", resolved_at=timezone.now())


def _change_a_suspense_amount() -> None:
    Suspense.objects.filter(payment__isnull=False).update(amount_minor=6)


def _fail_a_booked_refund() -> None:
    Refund.objects.update(state="failed")


def _invent_a_refund() -> None:
    Refund.objects.create(payment=applied(), gateway_id="re-2", amount_minor=900_000, currency="CNY", state="succeeded")


def _change_a_transfer() -> None:
    BankTransfer.objects.filter(payment__isnull=False).update(received_minor=1)


def _unconfirm_a_transfer() -> None:
    BankTransfer.objects.filter(payment__isnull=False).update(state="declared")


def _forget_a_transfers_payment() -> None:
    BankTransfer.objects.filter(payment__isnull=False).update(payment=None)


def _mark_an_event_done() -> None:
    WebhookEvent.objects.filter(kind="succeeded").update(outcome="")


def _point_an_event_elsewhere() -> None:
    WebhookEvent.objects.filter(kind="succeeded").update(payment=None, outcome=EventOutcome.ACTED)


def _pay_one_twice() -> None:
    rows = LedgerEntry.objects.filter(source_type="transfer", account=Account.SUSPENSE)
    rows.update(account=Account.APPLIED, obligation=applied().obligation_id)


def _lead_a_transfer_nowhere() -> None:
    Suspense.objects.filter(transfer__isnull=False).delete()
    LedgerEntry.objects.filter(source_type="transfer").delete()


def _say_it_was_applied() -> None:
    Suspense.objects.filter(transfer__isnull=False).update(
        resolution="applied", applied_to=applied().obligation_id, reason="x", resolved_at=timezone.now()
    )


CORRUPTIONS: list[Callable[[], None]] = [
    _lose_one_posting,
    _lose_both_postings,
    _change_an_amount,
    _change_both_amounts,
    _change_a_currency,
    _invent_a_source,
    _invent_a_kind_of_source,
    _apply_to_another,
    _unbook_a_payment,
    _say_suspense_was_applied,
    _say_it_failed,
    _settle_without_money,
    _unsettle,
    _change_what_was_owed,
    _change_the_proof,
    _lose_a_suspense_row,
    _resolve_without_posting,
    _change_a_suspense_amount,
    _fail_a_booked_refund,
    _invent_a_refund,
    _change_a_transfer,
    _unconfirm_a_transfer,
    _forget_a_transfers_payment,
    _mark_an_event_done,
    _point_an_event_elsewhere,
    _pay_one_twice,
    _lead_a_transfer_nowhere,
    _say_it_was_applied,
]


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda one: one.__name__.strip("_"))
def test_the_self_check_finds_it(books: None, books_are_right: list[str], corrupt: Callable[[], None]) -> None:
    books_are_right.clear()
    with unguarded():
        corrupt()

        faults = book_checks.self_check()

    assert faults


ACTS: dict[str, Callable[[QuerySet[LedgerEntry]], object]] = {
    "update": lambda rows: rows.update(amount_minor=1),
    "delete": lambda rows: rows.delete(),
}


@pytest.mark.parametrize("act", ACTS)
def test_ledger_entries_are_never_changed_or_deleted(books: None, act: str) -> None:
    rows = LedgerEntry.objects.order_by("pk")
    before = list(rows.values())

    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        ACTS[act](rows.filter(account=Account.ARRIVED))

    assert list(rows.all().values()) == before


@pytest.mark.parametrize(
    "postings",
    [
        {Account.ARRIVED: 5, Account.APPLIED: -4},
        {Account.ARRIVED: 5},
        {Account.ARRIVED: 0, Account.APPLIED: 0},
        {},
    ],
)
def test_postings_that_do_not_balance_are_refused(
    owed: Obligation, start: Callable[..., Payment], postings: dict[Account, int]
) -> None:
    with pytest.raises(ledger.Unbalanced):
        ledger.post(start(owed), "arrive", postings, currency="CNY", organization=owed.agreement.licensor)
    assert not LedgerEntry.objects.exists()


def test_postgresql_refuses_the_commit_of_postings_that_do_not_balance(
    owed: Obligation, start: Callable[..., Payment]
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no deferred triggers; ledger.post refuses there")
    payment = start(owed)
    licensor = owed.agreement.licensor

    with pytest.raises(DatabaseError, match="do not sum to zero"), transaction.atomic():
        _post_one_side(payment, licensor)
    assert not LedgerEntry.objects.exists()


def _post_one_side(payment: Payment, licensor: Organization) -> None:
    LedgerEntry.objects.create(
        source_type="payment",
        source_id=payment.pk,
        kind="arrive",
        account=Account.ARRIVED,
        amount_minor=5,
        currency="CNY",
        organization=licensor,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what COMMIT does


def test_one_fact_is_posted_once(books: None) -> None:
    from django.db import IntegrityError

    payment = applied()
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.post_applied(payment, payment.obligation)
    assert LedgerEntry.objects.filter(source_type="payment", source_id=payment.pk).count() == 2
