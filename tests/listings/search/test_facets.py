"""Filters made from what an offer says: what is kept, asked for and counted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict

from listings.models import Listing
from listings.search import Query, facets, indexer, search
from marketplace.accounts.models import User
from tests.listings.making import offer, university

ON = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("told", "products"),
    [
        ("铅锭、粗铅，电池", ("铅锭", "粗铅", "电池")),
        ("铅锭; 铅锭;x", ("铅锭",)),
        ("frozen noodles, steamed bread", ("frozen noodles", "steamed bread")),
        ("", ()),
        ("这是一整句话而不是一个产品的名字所以它太长了不应该成为一个筛选项", ()),
    ],
)
def test_products_are_told_one_by_one(told: str, products: tuple[str, ...]) -> None:
    assert facets.products_of(told) == products


def test_years_left_are_reckoned_from_the_month_of_the_question() -> None:
    assert facets.asked("left", ("to_5",), "", ON)[:2] == ("2026-11", "2026-12")
    assert facets.asked("left", ("to_5",), "", ON)[-1] == "2031-10"
    assert facets.asked("left", ("to_10",), "", ON)[0] == "2031-11"
    counts = {"2031-10": 2, "2031-11": 3, "2046-01": 5, "2020-01": 9}

    assert facets.counted("left", counts, "", ON) == {"to_5": 2, "to_10": 3, "over_15": 5}


def test_a_band_is_the_readers_own() -> None:
    assert facets.asked("band", ("free",), "micro") == ("micro:free",)
    assert facets.counted("band", {"micro:free": 2, ":free": 7}, "micro") == {"free": 2}


def test_other_filters_stand_for_themselves() -> None:
    assert facets.asked("ipc", ("F27",), "micro") == ("F27",)
    assert facets.counted("ipc", {"F27": 2}, "micro") == {"F27": 2}


@pytest.fixture
def two(_index_folder: None, alice: User) -> dict[str, Listing]:
    """Two offers that differ in everything that is filtered by."""
    school = university()
    early: dict[str, Any] = {
        "products": "铅锭、粗铅", "maturity": 3, "patent__kind": "utility_model", "terms__territory": "410000",
        "terms__field_of_use": "只限铅冶炼", "patent__last_day": date(2029, 1, 5), "patent__filed_on": date(2019, 1, 6),
    }  # fmt: skip
    late: dict[str, Any] = {
        "products": "电池", "maturity": 8, "terms__months": None, "terms__guidance_none": False,
        "terms__guidance_hours": 12, "terms__fee_mode": "free_then_paid", "terms__free_months": 12,
        "terms__trigger": "date", "terms__later_mode": "deferred",
    }  # fmt: skip
    made = {"early": offer(school, alice, "早的", **early), "late": offer(school, alice, "晚的", **late)}
    indexer.rebuild()
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("product=铅锭", "early"),
        ("product=电池", "late"),
        ("maturity=early", "early"),
        ("maturity=proven", "late"),
        ("kind=utility_model", "early"),
        ("support=included", "late"),
        ("support=none", "early"),
        ("scope=nationwide", "late"),
        ("scope=any_field", "late"),
        ("scope=to_end", "late"),
        ("free=to_12", "late"),
        ("left=to_5", "early"),
        ("left=to_15&left=over_15", "late"),
    ],
)
def test_each_filter_finds_the_one_it_fits(two: dict[str, Listing], address: str, found: str) -> None:
    results = search(Query.from_get(QueryDict(address)))

    assert results.ids == [two[found].pk]
    assert not results.notes


@pytest.mark.django_db
def test_each_filter_counts_what_a_choice_would_give(two: dict[str, Listing]) -> None:
    counts = search(Query()).counts

    assert counts["product"] == {"铅锭": 1, "粗铅": 1, "电池": 1}
    assert counts["maturity"] == {"early": 1, "proven": 1}
    assert counts["support"] == {"none": 1, "included": 1}
    assert counts["scope"] == {"nationwide": 1, "any_field": 1, "to_end": 1}
    assert counts["free"] == {"to_12": 1}
    assert counts["kind"] == {"utility_model": 1, "invention": 1}
    assert sum(counts["left"].values()) == 2


@pytest.mark.parametrize(
    "address",
    ["product=" + "长" * 25, "product=%20铅", "maturity=9", "support=evil", "left=2031-10", "kind=x", "free=0"],
)
def test_values_that_no_offer_can_have_are_left_out(address: str) -> None:
    assert Query.from_get(QueryDict(address)).filters == []


def test_every_filter_survives_its_address() -> None:
    address = "product=铅锭&maturity=early&support=none&scope=to_end&kind=design&left=to_5&free=event"
    query = Query.from_get(QueryDict(address))

    assert len(query.filters) == 7
    assert Query.from_get(QueryDict(query.to_url().removeprefix("?"))) == query
