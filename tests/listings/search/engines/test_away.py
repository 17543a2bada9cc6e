"""When Elasticsearch is away: the site answers from the database, says so, and waits for nobody (ES-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from listings.models import Listing
from listings.search import Query, elastic, indexer, search
from listings.search.backend import EngineAway, Question, SearchUnavailable
from listings.search.breaker import FAILURES, OPEN_SECONDS, Breaker
from listings.search.engine import backend
from marketplace.accounts.models import User
from marketplace.outbox import outbox, worker
from marketplace.outbox.models import Effect, EffectState
from tests.listings.making import offer, university
from tests.listings.search.engines.conftest import Mute

NOTE = "The search index cannot be reached now"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def away() -> None:
    raise EngineAway


def unbuilt() -> None:
    raise SearchUnavailable


def fail(breaker: Breaker, times: int) -> None:
    for _time in range(times):
        with pytest.raises(EngineAway):
            breaker.call(away)


def test_a_breaker_opens_after_some_failures_in_a_row_and_turns_callers_away() -> None:
    breaker = Breaker(Clock())
    asked: list[int] = []
    fail(breaker, FAILURES - 1)
    assert not breaker.is_open
    fail(breaker, 1)
    assert breaker.is_open

    with pytest.raises(EngineAway):
        breaker.call(lambda: asked.append(1))

    assert asked == []


def test_failures_that_are_not_in_a_row_do_not_open_it() -> None:
    breaker = Breaker(Clock())
    for _turn in range(3):
        fail(breaker, FAILURES - 1)
        assert breaker.call(lambda: 5) == 5

    assert not breaker.is_open


def test_after_a_while_one_caller_tries_and_closes_it() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker, FAILURES)
    clock.now += OPEN_SECONDS

    assert breaker.call(lambda: 5) == 5
    assert not breaker.is_open


def test_who_tries_in_vain_opens_it_again_for_the_whole_time() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker, FAILURES)
    clock.now += OPEN_SECONDS
    fail(breaker, 1)
    clock.now += OPEN_SECONDS - 1

    with pytest.raises(EngineAway, match="a moment ago"):
        breaker.call(lambda: 5)


def test_while_one_tries_the_others_are_turned_away() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker, FAILURES)
    clock.now += OPEN_SECONDS

    def meanwhile() -> None:
        with pytest.raises(EngineAway, match="a moment ago"):
            breaker.call(lambda: 5)

    breaker.call(meanwhile)


def test_an_index_that_is_not_built_is_no_reason_to_stop_asking() -> None:
    breaker = Breaker(Clock())
    for _time in range(FAILURES + 1):
        with pytest.raises(SearchUnavailable):
            breaker.call(unbuilt)

    assert not breaker.is_open


@pytest.fixture
def listing(settings: Any, alice: User) -> Listing:
    settings.SEARCH_BACKEND = "listings.search.elastic.ElasticBackend"
    settings.LANGUAGE_CODE = "en"
    return offer(university(), alice, "余热回收装置", problem="热量白白跑掉")


@pytest.fixture(params=["refuses", "hangs up", "is silent"])
def gone(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mute | None]:
    """An engine that is away in one of three ways."""
    monkeypatch.setattr(elastic, "_READ_SECONDS", 0.1)
    mute = Mute(hangs_up=request.param == "hangs up")
    settings.ELASTICSEARCH_URLS = [mute.url]
    if request.param == "refuses":
        mute.close()
    yield None if request.param == "refuses" else mute
    mute.close()


@pytest.mark.django_db
def test_the_page_answers_from_the_database_and_says_so(client: Client, listing: Listing, gone: Mute | None) -> None:
    for _visit in range(20):
        response = client.get("/find/", {"q": "余热"}, headers={"accept-language": "en"})

        assert response.status_code == 200
        assert NOTE in response.text
        assert listing.get_absolute_url() in response.text


@pytest.mark.django_db
def test_after_some_failures_nobody_waits_for_it_any_more(listing: Listing, gone: Mute | None) -> None:
    for _visit in range(FAILURES):
        search(Query(q="余热"))
    visits = gone.visits if gone else 0

    for _visit in range(20):
        assert search(Query(q="余热")).degraded

    assert (gone.visits if gone else 0) == visits


@pytest.mark.django_db
def test_without_a_breaker_everybody_would_wait(
    listing: Listing, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic, "_READ_SECONDS", 0.05)
    mute = Mute()
    settings.ELASTICSEARCH_URLS = [mute.url]
    unguarded = backend().engine  # type: ignore[attr-defined]

    for _visit in range(FAILURES + 5):
        with pytest.raises(EngineAway):
            unguarded.search(Question())

    assert mute.visits >= FAILURES + 5
    mute.close()


@pytest.mark.django_db
def test_the_database_finds_by_words_number_and_filters(listing: Listing, gone: Mute | None) -> None:
    for query in (
        Query(q="余热"), Query(q=listing.patent.application_number), Query(track=("preset",)), Query(sort="price"),
        Query(q="余热", region=("410000",), fee=("fixed",), industry=("nonferrous",)),
    ):  # fmt: skip
        assert search(query).ids == [listing.pk]


@pytest.mark.django_db
def test_the_database_answers_the_longest_question_with_many_synonyms(listing: Listing, gone: Mute | None) -> None:
    assert search(
        Query(q="余热 锅炉 电瓶 电池 轴承 粉尘 污水 机床 水垢 battery bearing dust sewage boiler heat")
    ).degraded


@pytest.mark.django_db
def test_what_moves_meanwhile_is_told_when_the_engine_is_back(
    listing: Listing, settings: Any, elasticsearch_url: str, tmp_path: Any
) -> None:
    mute = Mute(hangs_up=True)
    settings.ELASTICSEARCH_URLS, settings.ELASTICSEARCH_PREFIX = [mute.url], f"kaixu-away-{id(tmp_path)}"
    with transaction.atomic():
        outbox.add("listing.moved", key=f"{listing.pk}:1", listing=listing.pk, version=1)

    worker.run_pending()
    waiting = Effect.objects.get(topic="listing.moved", key=f"search:{listing.pk}:1")
    assert waiting.state == EffectState.PENDING
    assert "EngineAway" in waiting.last_error
    mute.close()

    settings.ELASTICSEARCH_URLS = [elasticsearch_url]
    Effect.objects.update(next_at=timezone.now())
    worker.run_pending()

    results = search(Query(q="余热"))
    assert (results.ids, results.degraded) == ([listing.pk], False)
    assert indexer.lag().total_seconds() == 0
    client = backend().engine.client  # type: ignore[attr-defined]
    for index in client.indices.get_alias(index=f"{settings.ELASTICSEARCH_PREFIX}-*"):
        client.indices.delete(index=index)
