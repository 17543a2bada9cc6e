"""The lists of what is owed and what arrived: each says exactly what its heading says, with as many questions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import User
from marketplace.lib.terms import today
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments import bank_transfer
from marketplace.payments.bank_transfer import Arrival

LARGE = 10_000_000


def read(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize("path", ["/payments/", "/arrivals/?show=owed", "/arrivals/", "/arrivals/?show=done"])
def test_lists_ask_the_same_number_of_queries_for_2_and_12_rows(
    owe: Callable[..., Obligation], alice: User, bob: User, enter: Callable[[User], Client], path: str
) -> None:
    client = enter(bob if path.startswith("/payments") else alice)

    def queries(rows: int) -> int:
        for _row in range(rows):
            transfer = bank_transfer.declare(owe(), by=bob, payer="x", paid_on=today())
            if "done" in path:
                bank_transfer.not_found(transfer, by=alice, reason="x")
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page = read(client.get(path))
        assert page.count("<h2") >= rows
        return len(captured)

    assert queries(2) == queries(10)


def test_the_list_says_what_is_due_later_and_paid(
    owe: Callable[..., Obligation], alice: User, bob: User, enter: Callable[[User], Client]
) -> None:
    due, later, paid = owe(111), owe(222, state=ObligationState.FUTURE, due_on=None, trigger="首笔收入"), owe(333)
    bank_transfer.confirm(
        bank_transfer.declare(paid, by=bob, payer="x", paid_on=today()), Arrival("S", today(), 333), by=alice
    )
    client = enter(bob)

    pages = {show: read(client.get(f"/payments/?show={show}")) for show in ("due", "later", "paid")}

    for show, owed in (("due", due), ("later", later), ("paid", paid)):
        assert str(owed.code) in pages[show]
        assert sum(str(owed.code) in page for page in pages.values()) == 1


def test_where_nothing_is_due_the_list_of_what_is_due_is_empty(
    owe: Callable[..., Obligation], alice: User, bob: User, enter: Callable[[User], Client]
) -> None:
    paid = owe(333)
    bank_transfer.confirm(
        bank_transfer.declare(paid, by=bob, payer="x", paid_on=today()), Arrival("S", today(), 333), by=alice
    )
    client = enter(bob)

    pages = {show: read(client.get(f"/payments/?show={show}")) for show in ("due", "later", "paid")}

    assert {show: str(paid.code) in page for show, page in pages.items()} == {
        "due": False,
        "later": False,
        "paid": True,
    }
