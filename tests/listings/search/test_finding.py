"""Answers of a real index."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from listings.models import Listing, ListingState, Track
from listings.search import Query, indexer, search
from listings.search.query import PER_PAGE
from marketplace.accounts.models import User
from tests.listings.making import offer, university

pytestmark = pytest.mark.django_db


def titles(query: Query, **reader: Any) -> list[str]:
    return [item.listing.patent.title for item in search(query, **reader).items]


def test_traditional_characters_find_simplified_text(catalog: dict[str, Listing]) -> None:
    assert search(Query(q="電瓶充不滿電")).ids[0] == catalog["电瓶"].pk


def test_an_english_question_finds_by_synonyms(catalog: dict[str, Listing]) -> None:
    assert catalog["电瓶"].pk in search(Query(q="battery")).ids[:3]


def test_an_english_question_finds_by_the_title_of_the_class(catalog: dict[str, Listing], alice: User) -> None:
    symbol = "D01H 1/00"
    listing = offer(university("河洛大学"), alice, "一种新机构", patent__ipc_main=symbol, patent__ipc=[symbol])
    indexer.refresh([listing.pk])

    assert search(Query(q="spinning")).ids == [listing.pk]


def test_a_two_character_word_inside_a_longer_one_is_found(catalog: dict[str, Listing]) -> None:
    assert catalog["粉尘"].pk in search(Query(q="离子")).ids


def test_a_word_cut_elsewhere_by_segmentation_is_found_by_its_characters(catalog: dict[str, Listing]) -> None:
    assert catalog["伤口"].pk in search(Query(q="褥疮的创")).ids[:3]


@pytest.mark.parametrize("form", ["{}", "ZL{}", "CN{}", "{} 的许可"])
def test_a_patent_number_finds_its_offer_alone(catalog: dict[str, Listing], form: str) -> None:
    listing = catalog["猪舍"]
    value = listing.patent.application_number
    spelled = form.format(f"{value[:4]} {value[4]} {value[5:12]}.{value[12]}")

    assert search(Query(q=spelled)).ids[0] == listing.pk


def test_an_announcement_number_finds_its_offer(catalog: dict[str, Listing], alice: User) -> None:
    listing = offer(university("河洛大学"), alice, "有公告号的", patent__publication_number="CN112345678B")
    indexer.refresh([listing.pk])

    assert search(Query(q="CN112345678B")).ids == [listing.pk]


def test_an_inventor_is_found(catalog: dict[str, Listing], alice: User) -> None:
    listing = offer(university("河洛大学"), alice, "发明人的", patent__inventors="欧阳示例;李某")
    indexer.refresh([listing.pk])

    assert search(Query(q="欧阳示例")).ids[0] == listing.pk


def test_the_problem_weighs_more_than_the_abstract(catalog: dict[str, Listing], alice: User) -> None:
    school = university("河洛大学")
    abstract = offer(school, alice, "甲", patent__abstract="换热面上结霜，需要除霜", problem="别的")
    problem = offer(school, alice, "乙", patent__abstract="别的", problem="换热面上结霜，需要除霜")
    indexer.refresh([abstract.pk, problem.pk])

    assert search(Query(q="结霜")).ids[:2] == [problem.pk, abstract.pk]


def test_filters_narrow_and_counts_tell_what_each_choice_gives(catalog: dict[str, Listing], alice: User) -> None:
    school = university("河洛大学", division="420100")
    listing = offer(school, alice, "开放的", track=Track.OPEN, industry="food", patent__ipc_main="A21D 8/04",
                    patent__ipc=["A21D 8/04"], terms__fee_mode="free", terms__fee_minor=0)  # fmt: skip
    indexer.refresh([listing.pk])

    for chosen in (
        Query(track=("open",)), Query(industry=("food",)), Query(ipc=("A",)), Query(ipc=("A21",)),
        Query(university=(str(school.code),)), Query(region=("420000",)), Query(region=("420100",)),
        Query(fee=("free",)), Query(band=("free",)),
    ):  # fmt: skip
        results = search(chosen)
        assert results.ids == [listing.pk]
        assert results.total == 1
        assert results.notes == []
    counts = search(Query(track=("open",))).counts
    assert counts["track"] == {"open": 1, "preset": 12}  # what the other choice would give
    assert counts["industry"] == {"food": 1}  # within the choice made
    assert counts["region"] == {"420000": 1, "420100": 1}


def test_values_of_one_filter_add_up_and_filters_narrow_each_other(catalog: dict[str, Listing]) -> None:
    assert search(Query(track=("open", "preset"))).total == 12
    assert search(Query(track=("preset",), fee=("fixed",))).total == 12


def test_price_bands_and_order_are_the_readers_own(catalog: dict[str, Listing], alice: User) -> None:
    listing = offer(university("河洛大学"), alice, "小微便宜", prices={"micro": 100_000, "startup": 50_000})
    indexer.refresh([listing.pk])

    assert search(Query(band=("to_10k",)), classes=["micro"]).ids == [listing.pk]
    assert search(Query(band=("to_10k",))).notes != []  # nobody else has a price so low
    assert search(Query(sort="price"), classes=["micro"]).ids[0] == listing.pk
    assert search(Query(), classes=["micro"]).counts["band"] == {"to_10k": 1, "to_100k": 12}
    assert search(Query()).counts["band"] == {"to_100k": 13}
    assert search(Query(sort="price"), classes=["micro", "startup"]).ids[0] == listing.pk


def test_orders(catalog: dict[str, Listing], alice: User) -> None:
    school = university("河洛大学")
    cheap = offer(school, alice, "便宜", terms__fee_minor=100, published_at=timezone.now() - timedelta(days=400))
    young = offer(school, alice, "年轻", patent__filed_on=timezone.now().date() - timedelta(days=200),
                  published_at=timezone.now() - timedelta(days=300))  # fmt: skip
    fresh = offer(school, alice, "新近", published_at=timezone.now() + timedelta(days=1))
    indexer.refresh([cheap.pk, young.pk, fresh.pk])

    assert search(Query(sort="price")).ids[0] == cheap.pk
    assert search(Query(sort="life")).ids[0] == young.pk
    assert search(Query(sort="newest")).ids[0] == fresh.pk
    assert search(Query(sort="newest", page=2)).ids[-1] == cheap.pk


def test_pages_hold_twelve_and_a_page_too_far_shows_the_last(catalog: dict[str, Listing], alice: User) -> None:
    school = university("河洛大学")
    made = [offer(school, alice, f"第{number}件") for number in range(3)]
    indexer.refresh([one.pk for one in made])

    first, second, beyond = (search(Query(page=page)) for page in (1, 2, 50))

    assert len(first.ids) == PER_PAGE
    assert len(second.ids) == 3
    assert not set(first.ids) & set(second.ids)
    assert beyond.ids == second.ids
    assert beyond.page == 2
    assert beyond.total == 15


def test_most_of_the_words_are_enough_and_little_is_filled_up(catalog: dict[str, Listing]) -> None:
    results = search(Query(q="烟气 余热 锅炉 馒头"))

    assert results.ids[0] == catalog["余热"].pk
    assert catalog["馒头"].pk in results.ids
    assert len(results.notes) == 1
    assert "1" in str(results.notes[0])


def test_filters_that_leave_nothing_are_set_aside_and_it_is_said(catalog: dict[str, Listing]) -> None:
    results = search(Query(q="馒头", track=("open",)))

    assert results.ids == [catalog["馒头"].pk]
    assert len(results.notes) == 1
    assert search(Query(q="馒头", track=("preset",))).notes == []


def test_words_that_nobody_knows_give_the_newest_offers_and_it_is_said(catalog: dict[str, Listing]) -> None:
    results = search(Query(q="魑魅魍魉"))

    assert results.total == 12
    assert len(results.notes) == 1


def test_an_unknown_patent_number_beside_words_is_said(catalog: dict[str, Listing]) -> None:
    results = search(Query(q="201921898050.0 馒头"))

    assert results.ids == [catalog["馒头"].pk]
    assert len(results.notes) == 1


def test_the_words_are_marked_and_the_problem_is_quoted_where_only_it_has_them(catalog: dict[str, Listing]) -> None:
    item = search(Query(q="发硬")).items[0]

    assert item.listing.pk == catalog["馒头"].pk
    assert "<mark>发硬</mark>" in item.excerpt
    assert search(Query(q="改良剂")).items[0].excerpt == ""


@pytest.mark.parametrize("state", [s for s in ListingState if s not in ("published", "withdrawal")])
def test_the_database_has_the_last_word_on_what_is_shown(catalog: dict[str, Listing], state: str) -> None:
    Listing.objects.filter(pk=catalog["馒头"].pk).update(state=state)  # the index has not heard of it

    results = search(Query(q="馒头"))

    assert results.ids == []
    assert results.total == 0


def test_the_price_shown_is_the_databases(catalog: dict[str, Listing]) -> None:
    catalog["馒头"].terms.fee_minor = 7
    catalog["馒头"].terms.save()

    assert search(Query(q="馒头")).items[0].listing.terms.fee_minor == 7


@pytest.mark.parametrize(
    "text",
    ["AND OR NOT", "title:余热", "*", "?", '"', "((((", "[1 TO 5]", "余热^99999", "a" * 5000, "\\", "~", "-", "+",
     "/.*/", "\ud83d", "余" * 300, "1 " * 300],
)  # fmt: skip
def test_nobody_reaches_a_query_language(catalog: dict[str, Listing], text: str) -> None:
    from django.http import QueryDict

    get = QueryDict(mutable=True)
    get["q"] = text.encode("utf-8", "replace").decode()

    assert search(Query.from_get(get)).total >= 1


@pytest.mark.one_database
def test_every_naughty_string_is_answered_quickly(catalog: dict[str, Listing], shared: Path) -> None:
    started = time.monotonic()
    strings = json.loads((shared / "data" / "hostile" / "blns.json").read_text(encoding="utf-8"))
    for text in strings:
        results = search(Query(q=text[:200]))
        assert results.total >= 1
    assert (time.monotonic() - started) / len(strings) < 0.5


@pytest.mark.usefixtures("_index_folder")
def test_no_offers_at_all_is_an_answer_too() -> None:
    indexer.rebuild()

    results = search(Query(q="余热"))

    assert results.total == 0
    assert results.items == []
