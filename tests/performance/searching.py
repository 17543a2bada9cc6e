"""How fast searching is: the bare engine, our answer around it, the whole page, and other ways to the same listings.

`SIZES="10000 100000 1000000" make bench-search`. Word mode: vectors are measured with the search's quality. Each size
is a database of its own; every line is a median and the slowest of twenty, over the same questions.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from tests.performance.bench import ROOT, Meter, bench
from tests.performance.corpus import Corpus, store
from tests.services.elasticsearch.node import Node, can_start, free_port

QUESTIONS = 120
REQUESTS_A_SECOND, SECONDS = 20, 15
IN_MEMORY = 20_000  # listings that are segmented and indexed without reading the database
WAGTAIL_MOST = 10_000  # pages for Wagtail's search: making them takes longest
Times = list[float]


def quantile(times: Times, part: float) -> float:
    """The time in seconds that so many of them stay below."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def timed(ask: Callable[[Any], Any], asked: list[Any]) -> Times:
    """How long each question took, after a few to warm up."""
    for one in asked[:5]:
        ask(one)
    times = []
    for one in asked:
        began = time.perf_counter()
        ask(one)
        times.append(time.perf_counter() - began)
    return times


def say(meter: Meter, size: int, name: str, times: Times) -> float:
    """One line of the table; gives the median in seconds."""
    median = statistics.median(times)
    meter.say(f"| {size:,} | {name} | {median * 1e3:.1f} ms | {quantile(times, 0.95) * 1e3:.1f} ms |")
    return median


@bench("search", "finding listings, from the bare engine to the whole page, beside other ways")
def searching(meter: Meter) -> None:
    """All sizes, one after the other, in one database that grows."""
    from marketplace.accounts.models import User
    from tests.listings.making import university

    person = User.objects.create_user("bench@example.test", "x", name="甲")
    schools = [university(f"示范第{number}大学", division="410300") for number in range(20)]
    corpus = Corpus()
    medians: dict[int, float] = {}
    for size in map(int, os.environ.get("SIZES", "10000 100000").split()):
        _grow(meter, corpus, size, schools, person)
        asked = Corpus(seed=11).questions(QUESTIONS)
        medians[size] = _embedded(meter, size, asked)
        _elasticsearch(meter, size, asked)
        _rivals(meter, size, asked)
        _steady(meter, size, asked)
    sizes = sorted(medians)
    if len(sizes) > 1:
        growth = medians[sizes[-1]] / medians[sizes[0]]
        meter.say(f"median of the bare engine from {sizes[0]:,} to {sizes[-1]:,}: × {growth:.1f}")


def _grow(meter: Meter, corpus: Corpus, size: int, schools: list[Any], person: Any) -> None:
    from listings.models import Listing

    with meter.measure(f"made {size:,} listings in the database", count=size, unit="listings"):
        missing = size - Listing.objects.count()
        if missing == size:
            store(corpus, missing, schools=schools, person=person)
        else:
            _anew(corpus, size, schools, person)


def _anew(corpus: Corpus, size: int, schools: list[Any], person: Any) -> None:
    """Begin again: numbers of patents follow one another."""
    from django.db import connection

    from listings.models import Listing, OfferTerms, Patent

    with connection.cursor() as cursor:
        for model in (OfferTerms, Listing, Patent):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 - our own names
    store(corpus, size, schools=schools, person=person)


def _embedded(meter: Meter, size: int, asked: list[str]) -> float:
    from listings.search.backend import backend

    _index(meter, size, backend(), "Tantivy")
    return _ask(meter, size, asked, "Tantivy")


def _index(meter: Meter, size: int, engine: Any, name: str) -> None:
    """Index from memory: segmenting and storing, without reading the database; then all, as `rebuild_index` does."""
    from listings.models import Listing
    from listings.search import indexer
    from listings.search.documents import document_of, indexable

    rows = list(islice(indexable(Listing.objects.order_by("pk")).iterator(chunk_size=2_000), IN_MEMORY))
    count = len(rows)
    with meter.measure(f"{name}: {count:,} segmented", count=count, unit="docs"):
        documents = [document_of(row) for row in rows]
    with meter.measure(f"{name}: {count:,} stored, segmented before", count=count, unit="docs"):
        engine.rebuild(documents)
    both = meter.seconds(f"{name}: {count:,} segmented", f"{name}: {count:,} stored, segmented before")
    meter.say(f"{name}: {count / both:,.0f} docs/s segmented and stored")
    with meter.measure(f"{name}: whole rebuild of {size:,}, database included", count=size, unit="docs"):
        indexer.rebuild()
    engine.settle()


def _ask(meter: Meter, size: int, asked: list[str], name: str) -> float:
    """The bare engine, our answer, the page: what each adds."""
    from django.test import Client

    from listings.search import Query, search
    from listings.search.backend import backend

    client = Client()
    asked_raw = _first_questions(asked)
    raw = say(meter, size, f"{name}, bare engine", timed(backend().search, asked_raw))
    answer = say(meter, size, f"{name}, search()", timed(lambda text: search(Query(q=text)), asked))
    page = say(meter, size, f"{name}, whole page", timed(lambda text: client.get("/find/", {"q": text}), asked))
    browse = timed(lambda number: client.get("/find/", {"page": number % 5 + 1}), list(range(20)))
    say(meter, size, f"{name}, browsing without words", browse)
    meter.say(
        f"{name} at {size:,}: engine {raw * 1e3:.1f} ms, relaxing and the database's word "
        f"{(answer - raw) * 1e3:.1f} ms, rendering {(page - answer) * 1e3:.1f} ms; "
        f"the answer takes {answer / raw:.1f} × the bare engine"
    )
    return raw


def _first_questions(asked: list[str]) -> list[Any]:
    """What the engine is asked at last for each text: the attempt that found enough."""
    from listings.search import Query, analysis, fallback, results  # noqa: F401
    from listings.search.backend import backend

    caught: list[Any] = []
    engine = backend().engine  # type: ignore[attr-defined]
    true = engine.search

    def catching(question: Any) -> Any:
        last.append(question)
        return true(question)

    engine.search = catching
    try:
        for text in asked:
            last: list[Any] = []
            results.search(Query(q=text))
            caught.append(last[-1])
    finally:
        engine.search = true
    return caught


@contextmanager
def _node(meter: Meter) -> Iterator[str]:
    with ExitStack() as stack:
        node = Node(meter.folder / f"es-{time.time_ns()}", heap="1g", owner=os.getpid())
        stack.callback(node.stop)
        yield node.start().wait().url


def _elasticsearch(meter: Meter, size: int, asked: list[str]) -> None:
    from django.test import override_settings

    from listings.search.backend import backend

    if not can_start():
        meter.say("Elasticsearch: no Java or no Maven here")
        return
    with _node(meter) as url, override_settings(
        SEARCH_BACKEND="listings.search.elastic.ElasticBackend", ELASTICSEARCH_URLS=[url],
        ELASTICSEARCH_PREFIX=f"bench-{size}",
    ):  # fmt: skip
        _index(meter, size, backend(), "Elasticsearch")
        _ask(meter, size, asked, "Elasticsearch")


def _rivals(meter: Meter, size: int, asked: list[str]) -> None:
    from tests.performance import rivals
    from tests.services.postgres import postgres

    say(meter, size, "SQLite FTS5", timed(rivals.sqlite_fts(_fresh(meter, "fts")), asked))
    with postgres(_fresh(meter, "pg")) as url:
        say(meter, size, "PostgreSQL full text", timed(rivals.postgres_fts(url), asked))
    say(meter, size, "shop-like browsing with icontains", timed(rivals.shop_browse(), asked[:20]))
    if size <= WAGTAIL_MOST:
        say(meter, size, "Wagtail's database search", timed(rivals.wagtail_database(size), asked[:40]))


def _fresh(meter: Meter, name: str) -> Any:
    folder = meter.folder / f"{name}-{time.time_ns()}"
    folder.mkdir()
    return folder


def _steady(meter: Meter, size: int, asked: list[str]) -> None:
    """The site as it is served, at a steady rate: requests come whether earlier ones are answered or not."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "marketplace.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "4", "--log-level", "error",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"DJANGO_SETTINGS_MODULE": "marketplace.settings.test"}
    )
    try:
        _until_up(f"http://127.0.0.1:{port}/health/live/")
        times = _at_rate(f"http://127.0.0.1:{port}/find/", asked)
    finally:
        server.terminate()
        server.wait(timeout=30)
    say(meter, size, f"served at {REQUESTS_A_SECOND} requests/s", times)
    meter.ceiling(f"p95 in ms at {REQUESTS_A_SECOND} requests/s, {size:,} listings", quantile(times, 0.95) * 1e3, 100)


def _until_up(url: str) -> None:
    for _try in range(120):
        try:
            urllib.request.urlopen(url, timeout=2)  # noqa: S310
        except OSError:
            time.sleep(0.5)
        else:
            return


def _at_rate(url: str, asked: list[str]) -> Times:
    times: Times = []
    threads = []

    def visit(text: str) -> None:
        began = time.perf_counter()
        with urllib.request.urlopen(f"{url}?{urlencode({'q': text})}", timeout=30) as answer:  # noqa: S310
            answer.read()
        times.append(time.perf_counter() - began)

    for text in asked[:20]:
        visit(text)
    times.clear()
    began = time.perf_counter()
    for number in range(REQUESTS_A_SECOND * SECONDS):
        time.sleep(max(0.0, began + number / REQUESTS_A_SECOND - time.perf_counter()))
        threads.append(threading.Thread(target=visit, args=(asked[number % len(asked)],)))
        threads[-1].start()
    for thread in threads:
        thread.join(timeout=60)
    return times
