"""Typos, pinyin, English: what somebody meant."""

from __future__ import annotations

import pytest

from listings.models import Listing, Vocabulary
from listings.search import Query, analysis, indexer, reading, search, spelling, vocabulary
from listings.search.vocabulary import Vocabulary as Known
from marketplace.accounts.models import User
from marketplace.lib import pinyin
from tests.listings.making import offer, university

KNOWN = Known(
    {"余热": 9, "锅炉": 8, "换热器": 5, "蓄电池": 4, "电池": 7, "水垢": 3, "回收": 9, "nox": 2, "coating": 3, "coat": 3}
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("鱼热回收", "余热回收"),  # the sound is right
        ("换热气结垢", "换热器结垢"),
        ("蓄电驰", "蓄电池"),
        ("换执器", "换热器"),  # one character looks alike
        ("baterry", "battery"),  # two letters swapped
        ("vibrtion of pipes", "vibration of pipes"),
        ("dianchi", "电池"),
        ("yureguolu", "余热锅炉"),
    ],
)
def test_what_was_meant_is_offered(typed: str, meant: str) -> None:
    assert spelling.suggestion(typed, KNOWN) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "余热锅炉",
        "电池",
        "battery",
        "coating",
        "NOx",
        "stink",
        "怎么办",
        "ZL201921898050.0",
        "",
        "💡",
        "zzzzzzzzzzz",
        "的",
    ],
)
def test_what_is_known_or_beyond_help_is_left_alone(typed: str) -> None:
    assert spelling.suggestion(typed, KNOWN) == ""


def test_nothing_is_offered_while_nothing_is_known() -> None:
    assert spelling.suggestion("鱼热", Known({})) == ""


@pytest.mark.django_db
def test_the_words_on_offer_are_counted_and_a_typo_is_compared_with_them(catalog: dict[str, Listing]) -> None:
    assert reading.did_you_mean("山要挖断", reading.known("山要挖断")) == ""

    assert vocabulary.count() > 50

    assert search(Query(q="山要挖断")).suggestion == "山药挖断"
    assert search(Query(q="山药挖断")).suggestion == ""


@pytest.mark.django_db
def test_words_are_counted_again_only_after_a_change(catalog: dict[str, Listing], alice: User) -> None:
    assert vocabulary.count_if_changed() > 0
    assert vocabulary.count_if_changed() == 0

    offer(university("河洛大学"), alice, "石墨烯散热膜")

    assert vocabulary.count_if_changed() > 0
    assert "石墨烯" in vocabulary.current()
    assert Vocabulary.objects.count() == 1


@pytest.mark.django_db
def test_pinyin_finds_what_is_written_in_characters(catalog: dict[str, Listing]) -> None:
    vocabulary.count()

    assert search(Query(q="mantou")).ids == [catalog["馒头"].pk]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["hldx", "HLDX", "heluodaxue", "he luo da xue", "ouyangshili", "oysl"])
def test_a_name_is_found_by_its_pinyin_and_its_initials(catalog: dict[str, Listing], alice: User, typed: str) -> None:
    listing = offer(university("河洛大学"), alice, "发明人的", patent__inventors="欧阳示例;李某")
    indexer.refresh([listing.pk])

    assert search(Query(q=typed)).ids == [listing.pk]


def test_a_character_read_in_several_ways_is_found_by_each() -> None:
    assert {"zhongqingdaxue", "chongqingdaxue", "zqdx", "cqdx"} <= set(pinyin.names("重庆大学"))
    assert pinyin.names("A") == []


@pytest.mark.parametrize(("word", "chinese"), [("pump", "泵"), ("vibration", "振动"), ("sleeve", "套筒"), ("zzz", "")])
def test_an_english_word_is_known_from_the_titles_of_the_classification(word: str, chinese: str) -> None:
    assert chinese in (*analysis.in_chinese(analysis.stem(word)), "")
