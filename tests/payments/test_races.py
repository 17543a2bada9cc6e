"""Real connections at once, on PostgreSQL: one attempt, one booking."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from marketplace.accounts.models import User
from marketplace.lib.terms import today
from marketplace.licensing.models import Obligation, Repayment
from marketplace.payments import attempts, repaying, webhooks
from marketplace.payments.gateway import EventKind
from marketplace.payments.models import LedgerEntry, Payment, PracticeCheckout, Way, WebhookEvent
from tests.payments.test_repaying import paid_by_bank_and_owed_back
from tests.payments.worlds import PracticeWorld

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4
ROUNDS = 25


def at_once(act: Callable[[], Any]) -> list[Any]:
    """Run `act` in four threads that start together; what each returned or raised."""
    barrier = threading.Barrier(THREADS)
    results: list[Any] = []

    def run() -> None:
        try:
            barrier.wait()
            results.append(act())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture(autouse=True)
def _on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's writers are serial")


def _start(pk: int, by: User) -> Payment:
    return attempts.start(Obligation.objects.get(pk=pk), by=by, way=Way.PRACTICE)


def test_starts_at_once_make_one_attempt(owe: Callable[..., Obligation], bob: User) -> None:  # PAY-7
    for number in range(ROUNDS):
        owed = owe()
        results = at_once(partial(_start, owed.pk, bob))

        assert {result.pk for result in results} == {Payment.objects.get(obligation=owed).pk}
        assert PracticeCheckout.objects.count() == number + 1


def test_deliveries_at_once_book_once(
    practice_world: PracticeWorld, owe: Callable[..., Obligation], start: Callable[..., Payment]
) -> None:  # PAY-1
    for number in range(ROUNDS):
        body = practice_world.body(start(owe()), EventKind.SUCCEEDED)
        signature = practice_world.sign(body)

        results = at_once(partial(webhooks.receive, "practice", body, signature))

        assert results == [200] * THREADS
        assert WebhookEvent.objects.count() == number + 1
        assert LedgerEntry.objects.count() == 2 * (number + 1)


def _record(pk: int, by: User, number: int) -> str:
    row = Repayment.objects.select_related("agreement__licensor").get(pk=pk)
    repaying.by_bank(row, by=by, paid_on=today(), bank_reference=f"退 {number}")
    return "paid"


def test_recordings_at_once_pay_back_once(owe: Callable[..., Obligation], alice: User, bob: User) -> None:  # PAY-9
    for number in range(ROUNDS):
        row = paid_by_bank_and_owed_back(owe(), f"来 {number}", alice, bob)

        results = at_once(partial(_record, row.pk, alice, number))

        assert results.count("paid") == 1
        assert LedgerEntry.objects.filter(source_type="repayment", source_id=row.pk).count() == 2
