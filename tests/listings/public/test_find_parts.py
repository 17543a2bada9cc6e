"""Results that follow the typing, and how heavy a page may be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listings.models import AskedWords, Listing, ListingState
from listings.search import asked, indexer, vocabulary
from marketplace.accounts import legal
from marketplace.accounts.flow import accept_texts
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.terms import today
from marketplace.settings import base
from tests.listings.making import firm, member
from tests.listings.public.conftest import sound

pytestmark = pytest.mark.django_db
FIND = reverse("listings:find")
PART = {"HX-Request": "true", "HX-Target": "found"}


def squeezed(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def many(school: Organization, alice: User) -> list[Listing]:
    """Fourteen offers in different classes, industries and places of use."""
    sections = "ABCDEFGH"
    made = [
        sound(
            school, alice, f"第{n}件余热装置", prices={"micro": 1_000_000}, products=f"产品{n}甲、产品{n}乙",
            maturity=n % 9 + 1, patent__ipc_main=f"{sections[n % 8]}0{n % 7 + 1}B 1/00",
        )
        for n in range(14)
    ]  # fmt: skip
    indexer.rebuild()
    return made


def test_htmx_gets_the_results_alone_and_the_address_that_means_the_same(client: Client, many: list[Listing]) -> None:
    response = client.get(FIND, {"q": "余热", "track": "preset", "sort": ""}, headers=PART)
    text = squeezed(response)

    assert response["HX-Push-Url"] == "/find/?q=%E4%BD%99%E7%83%AD&track=preset"
    assert "HX-Request" in response["Vary"]
    assert "<html" not in text
    assert text.count('<li class="preset">') == 12
    assert '<p id="told" data-hx-swap-oob="innerHTML">' in text


def test_while_somebody_types_history_does_not_grow(client: Client, many: list[Listing]) -> None:
    response = client.get(FIND, {"q": "余热"}, headers=PART | {"HX-Typing": "1"})

    assert response["HX-Replace-Url"] == "/find/?q=%E4%BD%99%E7%83%AD"
    assert "HX-Push-Url" not in response


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HX-Request": "true", "HX-Target": "tray"},
        PART | {"HX-History-Restore-Request": "true"},
    ],
)
def test_whoever_does_not_ask_for_the_results_alone_gets_the_whole_page(
    client: Client, many: list[Listing], headers: dict[str, str]
) -> None:
    text = squeezed(client.get(FIND, {"q": "余热"}, headers=headers))

    assert text.startswith("<!doctype html>")
    assert 'id="found"' in text


def test_the_page_says_the_same_with_and_without_htmx(client: Client, many: list[Listing]) -> None:
    whole = squeezed(client.get(FIND, {"q": "余热", "maturity": "proven"}))
    part = squeezed(client.get(FIND, {"q": "余热", "maturity": "proven"}, headers=PART))
    inside = whole[whole.index('<div class="with-aside start">') : whole.index('<aside class="tray"')]
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')

    assert token.sub("", inside).strip().removesuffix("</div>").strip() in token.sub("", part)


def test_the_scripts_policy_is_told_to_htmx_and_nothing_comes_from_elsewhere(
    client: Client, many: list[Listing]
) -> None:
    text = squeezed(client.get(FIND))

    assert '"allowEval":false' in text
    assert '"includeIndicatorStyles":false' in text
    assert re.findall(r'<script src="([^"]*)"', text) == [
        f"{settings.STATIC_URL}kaixu/kaixu.js",
        f"{settings.STATIC_URL}vendor/htmx.min.js",
        f"{settings.STATIC_URL}kaixu/find.js",
    ]
    assert "hx-on" not in text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_of_results_is_light(client: Client, many: list[Listing], language: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    response = client.get(FIND, {"q": "余热", "ipc": "A"})

    assert len(response.content) < 60_000
    assert len(client.get(FIND).content) < 60_000


@pytest.fixture
def counted(settings: Any) -> None:
    """Limits are on and counted in the database, as on a site."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "test_cache"}}
    settings.RATE_LIMITS = base.RATE_LIMITS
    settings.TEXTS_ENFORCED = True
    call_command("createcachetable", verbosity=0)
    vocabulary.count()


QUESTIONS = [{}, {"q": "余热"}, {"q": "余热", "track": "preset"}, {"industry": "equipment", "sort": "price"}]


@pytest.mark.parametrize("asked", QUESTIONS)
@pytest.mark.parametrize("who", ["stranger", "firm"])
def test_a_page_of_results_asks_twelve_questions_of_the_database_at_most(
    client: Client, many: list[Listing], bob: User, counted: None, who: str, asked: dict[str, str]
) -> None:
    if who == "firm":
        member(bob, firm(size="micro"), Role.OWNER)
        accept_texts(bob, legal.current())
        client.force_login(bob)
    client.get(FIND, asked)

    with CaptureQueriesContext(connection) as asked_of_it:
        answer = client.get(FIND, asked)

    assert answer.status_code == 200
    assert len(asked_of_it) <= 12, "\n".join(query["sql"][:90] for query in asked_of_it)


def test_a_page_says_that_words_alone_are_compared_where_no_model_is_installed(
    client: Client, many: list[Listing], settings: Any
) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    said = "This site compares words only"

    assert said in squeezed(client.get(FIND, {"q": "余热"}))
    assert said not in squeezed(client.get(FIND))
    settings.SEARCH_ENCODER = "tests.listings.search.remembering.RememberingE5"
    assert said not in squeezed(client.get(FIND, {"q": "余热"}))


def test_a_listing_that_was_suspended_this_moment_is_not_in_the_results(client: Client, many: list[Listing]) -> None:
    Listing.objects.filter(pk=many[0].pk).update(state=ListingState.SUSPENDED)

    text = squeezed(client.get(FIND, {"q": "第0件"}, headers=PART))

    assert many[0].get_absolute_url() not in text


def test_an_empty_market_leads_to_posting_a_need(client: Client) -> None:
    indexer.rebuild()

    assert reverse("needs:post") in squeezed(client.get(FIND, {"q": "余热"}))


def test_words_that_nothing_has_lead_to_posting_a_need_before_the_newest_offers(
    client: Client, many: list[Listing]
) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    text = squeezed(client.get(FIND, {"q": "魑魅魍魉"}))

    assert "Nothing found for these words" in text
    assert text.count(f"{reverse('needs:post')}?q=") == 1
    assert text.index(f"{reverse('needs:post')}?q=") < text.index('<ol class="offers finds">')


def test_a_typo_is_answered_with_what_was_probably_meant(client: Client, school: Organization, alice: User) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for n in range(3):
        sound(school, alice, f"锅炉余热装置第{n}件", products="battery")
    indexer.rebuild()
    vocabulary.count()

    text = squeezed(client.get(FIND, {"q": "baterry", "track": "preset"}))

    assert re.search(r'Did you mean: <a class="strong" href="\?q=[^"]*&amp;track=preset"', text)


def test_nothing_typed_is_lost_on_the_way_to_posting_a_need(client: Client, many: list[Listing]) -> None:
    text = squeezed(client.get(FIND, {"q": "余热 & 粉尘"}))

    assert f"{reverse('needs:post')}?q=%E4%BD%99%E7%83%AD%20%26%20%E7%B2%89%E5%B0%98" in text
    form = squeezed(client.get(reverse("needs:post"), {"q": "余热 & 粉尘"}))
    assert "余热 &amp; 粉尘</textarea>" in form


# what many people ask


def test_words_are_shown_when_five_people_asked_them_and_not_before(client: Client, many: list[Listing]) -> None:
    for n in range(4):
        client.get(FIND, {"q": "余热"}, REMOTE_ADDR=f"10.0.{n}.1")
    cache.delete("asked:often")
    assert 'href="?q=%E4%BD%99%E7%83%AD"' not in squeezed(client.get(FIND))

    client.get(FIND, {"q": "余热"}, REMOTE_ADDR="10.0.9.1")
    cache.delete("asked:often")

    assert 'href="?q=%E4%BD%99%E7%83%AD"' in squeezed(client.get(FIND))


def test_one_person_counts_once_a_day(client: Client, many: list[Listing]) -> None:
    for n in range(9):
        client.get(FIND, {"q": "余热"}, REMOTE_ADDR=f"10.0.0.{n}")  # one network

    assert AskedWords.objects.get().times == 1


def test_typing_is_not_counted_nor_what_had_to_be_relaxed(client: Client, many: list[Listing]) -> None:
    client.get(FIND, {"q": "余热"}, headers=PART)
    client.get(FIND, {"q": "魑魅魍魉"})

    assert not AskedWords.objects.exists()


@pytest.mark.parametrize("words", ["13800135678 余热", "a@b.cn", "余", "1234567", "很" * 25, "www.x.cn"])
def test_what_may_point_at_a_person_is_not_counted(db: None, words: str) -> None:
    assert not asked.count(words, "somebody")
    assert not AskedWords.objects.exists()


def test_the_count_holds_no_trail(db: None) -> None:
    assert asked.count("余热 回收", "10.1.2.0/24")

    row = AskedWords.objects.get()
    columns = {field.name for field in AskedWords._meta.get_fields()}
    assert columns == {"id", "words", "day", "times"}
    assert (row.words, row.day, row.times) == ("余热 回收", today(), 1)
