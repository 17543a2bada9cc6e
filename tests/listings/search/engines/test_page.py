"""What a page of results costs, on both engines: its size, and how often it asks the database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from listings.search import indexer
from listings.search.engine import backend
from marketplace.accounts.models import Role, User
from tests.listings.making import firm, member, offer, university

pytestmark = pytest.mark.django_db
LARGEST = 60 * 1024  # bytes
MOST_QUERIES = 12
LONG = "烟道里的余热白白跑掉，锅炉一会儿过热一会儿停机，工人整夜守着阀门，电费一个月比一个月高。" * 3
ADDRESSES: list[dict[str, str]] = [
    {}, {"q": "余热"}, {"q": "余热 锅炉 阀门"}, {"q": "余热", "track": "preset", "region": "410000"},
    {"q": "馒头 余热"}, {"sort": "price"}, {"q": "余热", "page": "2"},
]  # fmt: skip


@pytest.fixture
def many(site: str, alice: User) -> None:
    """Thirty long offers of five universities."""
    schools = [university(f"示范第{number}大学", division=f"41{number:02d}00") for number in range(1, 6)]
    for number in range(30):
        offer(
            schools[number % 5], alice, f"一种用于第{number}类炉窑烟气余热分级回收的成套装置及其控制方法", problem=LONG,
            headline="把烟道里的余热变成蒸汽，一年回本", patent__abstract=LONG * 2, prices={"micro": 100 * number},
        )  # fmt: skip
    indexer.rebuild()
    backend().settle()


def cost(client: Client, address: dict[str, str]) -> tuple[int, int]:
    """Bytes of the page and queries, once everything that is kept between pages has been read."""
    client.get("/find/", address)
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/find/", address)
    assert response.status_code == 200
    return len(response.content), len(asked)


def test_a_strangers_page_is_small_and_asks_little(many: None, client: Client) -> None:
    for address in ADDRESSES:
        size, queries = cost(client, address)

        assert size <= LARGEST, address
        assert queries <= MOST_QUERIES, address


def test_twelve_results_ask_as_often_as_one(many: None, client: Client, alice: User) -> None:
    single = offer(university("示范独家大学"), alice, "独一无二的榫卯", problem="榫卯")
    indexer.refresh([single.pk])
    backend().settle()

    assert cost(client, {"q": "榫卯"})[1] == cost(client, {"q": "余热"})[1]


def test_a_members_page_is_small_too(many: None, client: Client, bob: User) -> None:
    member(bob, firm(), Role.OWNER)
    client.force_login(bob)

    size, queries = cost(client, {"q": "余热"})

    assert size <= LARGEST
    assert queries <= MOST_QUERIES + 6  # who he is, for whom he acts, what waits for him
