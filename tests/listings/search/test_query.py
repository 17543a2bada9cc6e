"""A question as an address and as a value."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from listings.search import Query
from listings.search.query import LAST_PAGE, LONGEST, MOST_CHOICES

CODE = str(uuid4())


def read(address: str) -> Query:
    return Query.from_get(QueryDict(address.removeprefix("?"), mutable=False))


@pytest.mark.parametrize(
    "query",
    [
        Query(sort="newest"),
        Query(q="余热 回收"),
        Query(q="a&b=c?d#e%20+", track=("open",)),
        Query(q="热", track=("open", "preset"), band=("free", "to_10k"), fee=("royalty",), ipc=("F", "F27"), page=3),
        Query(industry=("food",), university=(CODE,), region=("410000", "419001"), sort="price"),
        Query(q="热", sort="life"),
    ],
)
def test_an_address_and_its_query_mean_the_same(query: Query) -> None:
    assert read(query.to_url()) == query


@given(st.text(max_size=300), st.lists(st.text(max_size=12), max_size=5), st.text(max_size=9))
def test_whatever_is_typed_gives_a_query_that_survives_its_own_address(q: str, values: list[str], page: str) -> None:
    get = QueryDict(mutable=True)
    get["q"], get["page"] = q, page
    for name in ("track", "band", "fee", "ipc", "industry", "university", "region", "sort", "unknown"):
        get.setlist(name, values)

    query = Query.from_get(get)
    again = read(query.to_url())

    assert (again.q, again.filters, again.page, again.sort) == (query.q, query.filters, query.page, query.sort)
    assert len(query.q) <= LONGEST


@pytest.mark.parametrize(
    "address",
    [
        "track=exclusive", "band=cheap", "fee=", "ipc=Z", "ipc=F27D", "ipc=../..", "industry=mafia", "university=1",
        "university=00000000-0000-0000-0000-00000000000G", "region=41", "region=４１００００", "sort=-pk", "page=0",
        "page=-3", "page=٣", "page=1e3", "organization__memberships=1", "_connector=OR",
    ],
)  # fmt: skip
def test_unknown_and_hostile_values_are_left_out(address: str) -> None:
    assert read(address) == Query(sort="newest")


def test_a_page_far_away_is_the_last_that_can_be_read() -> None:
    assert read("page=999999").page == LAST_PAGE


def test_a_question_that_is_too_long_is_cut_and_says_so() -> None:
    query = read(f"q={'a' * (LONGEST + 1)}")

    assert query.q == "a" * LONGEST
    assert query.cut
    assert not read(f"q={'a' * LONGEST}").cut


def test_control_characters_are_blanks() -> None:
    assert read("q=%00%E4%BD%99%1b%E7%83%AD%0a%0d").q == "余 热"


def test_a_filter_holds_no_more_than_so_many_values() -> None:
    address = "&".join(f"region={number:06d}" for number in range(100))

    assert len(read(address).region) == MOST_CHOICES


def test_a_filter_is_taken_away_alone() -> None:
    query = Query(q="热", track=("open", "preset"), ipc=("F",), page=2)

    assert query.without("track", "open") == Query(q="热", track=("preset",), ipc=("F",))
    assert query.unfiltered() == Query(q="热")


def test_every_naughty_string_is_a_question(shared: Path) -> None:
    for text in json.loads((shared / "data" / "hostile" / "blns.json").read_text(encoding="utf-8")):
        get = QueryDict(mutable=True)
        get["q"] = text
        assert len(Query.from_get(get).q) <= LONGEST
