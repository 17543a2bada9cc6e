"""The page of results."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from listings.models import Listing, ListingState
from listings.search import indexer
from marketplace.accounts.models import Organization, Role, User
from tests.listings.making import firm, member, offer
from tests.listings.public.conftest import sound

pytestmark = pytest.mark.django_db
FIND = reverse("listings:find")


def page(client: Client, **asked: str | int) -> str:
    """The page in English."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = client.get(FIND, asked)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def offers(school: Organization, alice: User) -> list[Listing]:
    made = [sound(school, alice, f"第{number}件装置", prices={"micro": 1_000_000}) for number in range(2)]
    indexer.rebuild()
    return made


def test_a_stranger_finds_an_offer_with_its_words_marked(client: Client, offers: list[Listing]) -> None:
    text = page(client, q="热量白白跑掉")

    assert offers[0].get_absolute_url() in text
    assert "<mark>热量</mark><mark>白白</mark><mark>跑掉</mark>" in text
    assert "¥30,000" in text


def test_a_firm_of_a_class_reads_its_own_price_and_band(client: Client, offers: list[Listing], bob: User) -> None:
    member(bob, firm(size="micro"), Role.OWNER)
    client.force_login(bob)

    text = page(client, band="to_10k")

    assert text.count("¥10,000 ") >= 1
    assert '<span class="amount">¥10,000</span>' in text
    assert '<span class="amount">¥30,000</span>' not in text


def test_the_status_says_when_it_was_checked(client: Client, offers: list[Listing]) -> None:
    assert "checked on <time" in page(client)


def test_an_active_filter_is_a_chip_that_takes_it_away(client: Client, offers: list[Listing]) -> None:
    text = page(client, q="装置", track="preset")

    assert re.search(r'<a class="chip" href="\?q=%E8%A3%85%E7%BD%AE" rel="nofollow">', text)


def test_filters_show_their_counts(client: Client, offers: list[Listing]) -> None:
    text = page(client)

    assert re.search(r'name="track" value="preset"> Preset license <span>.*?2</span>', text)


def test_what_is_not_on_offer_is_not_shown(client: Client, offers: list[Listing]) -> None:
    Listing.objects.filter(pk=offers[0].pk).update(state=ListingState.SUSPENDED)

    text = page(client)

    assert offers[0].get_absolute_url() not in text
    assert offers[1].get_absolute_url() in text


def test_a_relaxed_answer_says_so(client: Client, offers: list[Listing]) -> None:
    assert "Nothing here matches yet. These are the newest offers." in page(client, q="魑魅魍魉")


def test_an_empty_market_says_so(client: Client) -> None:
    indexer.rebuild()

    assert "Nothing is on offer at the moment" in page(client, q="余热")


def test_the_question_stays_in_the_box_and_is_escaped(client: Client, offers: list[Listing]) -> None:
    text = page(client, q='"><script>alert(1)</script>')

    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_a_page_asks_the_same_number_of_queries_for_two_and_twelve_offers(
    client: Client, offers: list[Listing], school: Organization, alice: User
) -> None:
    page(client, q="装置")
    with CaptureQueriesContext(connection) as two:
        text = page(client, q="装置")
    assert text.count('<li class="preset">') == 2
    for number in range(10):
        offer(school, alice, f"另外第{number}件装置", prices={"micro": 5})
    indexer.rebuild()
    with CaptureQueriesContext(connection) as twelve:
        text = page(client, q="装置")

    assert text.count('<li class="preset">') == 12
    assert len(twelve) == len(two)


def test_more_than_a_page_has_a_next_page_that_keeps_the_question(
    client: Client, offers: list[Listing], school: Organization, alice: User
) -> None:
    for number in range(12):
        offer(school, alice, f"另外第{number}件装置")
    indexer.rebuild()

    text = page(client, q="装置", sort="newest")

    assert re.search(r'rel="next" href="\?q=%E8%A3%85%E7%BD%AE&amp;sort=newest&amp;page=2"', text)
    assert page(client, q="装置", page=2).count('<li class="preset">') == 2


def test_a_question_that_was_cut_says_so(client: Client, offers: list[Listing]) -> None:
    assert "We read the first 200 characters" in page(client, q="余热" * 200)


@pytest.mark.one_database
def test_no_naughty_string_breaks_the_page(client: Client, offers: list[Listing], shared: Path) -> None:
    strings = json.loads((shared / "data" / "hostile" / "blns.json").read_text(encoding="utf-8"))
    for text in strings:
        for name in ("q", "track"):
            assert client.get(FIND, {name: text}).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["?page=99999999999999999999", "?page=-1", "?q=%ff%fe", "?sort=evil", "?university=x", "?q", "?=&=&"],
)
def test_a_hostile_address_is_answered(client: Client, offers: list[Listing], address: str) -> None:
    assert client.get(FIND + address).status_code == 200


def test_a_question_with_a_nul_is_no_question(client: Client, offers: list[Listing]) -> None:
    assert client.get(f"{FIND}?q=%00").status_code == 400


def test_without_an_index_the_page_still_answers_and_says_so(client: Client, school: Organization, alice: User) -> None:
    listing = sound(school, alice, "余热装置")

    text = page(client, q="余热")

    assert listing.get_absolute_url() in text
    assert "The search index cannot be reached now" in text


@pytest.mark.parametrize("proxies", [0, 1])
@override_settings(RATE_LIMITS={"search": "3/minute"})
def test_a_forged_header_gives_nobody_another_share(
    client: Client, offers: list[Listing], settings: Any, proxies: int
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    true = ", 192.0.2.9" if proxies else ""  # what the proxy in front of the site adds

    answers = [
        client.get(FIND, headers={"X-Forwarded-For": f"198.51.{number}.7{true}"}).status_code for number in range(6)
    ]

    assert answers == [200, 200, 200, 429, 429, 429]


@override_settings(RATE_LIMITS={"search": "2/minute"})
def test_too_many_searches_wait(client: Client, offers: list[Listing]) -> None:
    assert [client.get(FIND).status_code for _ in range(3)] == [200, 200, 429]


def test_one_action_is_the_main_one(client: Client, offers: list[Listing]) -> None:
    assert page(client).count("button primary") == 1


def test_nothing_is_styled_or_run_inline(client: Client, offers: list[Listing]) -> None:
    text = page(client)

    assert " style=" not in text
    assert " onclick=" not in text


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post(FIND).status_code == 405
