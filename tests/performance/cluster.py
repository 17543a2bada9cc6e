"""Three Elasticsearch nodes under load: one is killed, indexes are rebuilt, and every acknowledged write is looked for.

A process of its own tells the index of changes at a steady rate and notes what was acknowledged, as the outbox does;
readers open the site's own page. Numbers here are counts, not times: what was lost, what was stale, which pages failed.
"""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.performance.bench import Meter, bench
from tests.performance.cluster_writer import FIRST_KEY, KEYS, WRITES_A_SECOND, Ledger, started
from tests.services.elasticsearch.node import MISSING, Node, can_start, free_port

NODES = 3
CALM, AFTER_KILL, BACK = 6.0, 12.0, 6.0  # seconds of load before the kill, without the node, with it again
REBUILDS = 5


class Load:
    """A process that writes, and two readers here."""

    def __init__(self, engine: Any, ledger: Ledger | None = None) -> None:
        self.engine = engine
        self.ledger = ledger or Ledger()
        self.pages: Counter[str] = Counter()
        self.slowest, self.seconds = 0.0, 0.0
        self._stop = threading.Event()

    def documents(self) -> Iterator[Any]:
        """The whole database, read while it changes."""
        from listings.search.documents import documents_of

        yield from documents_of()
        yield from self.ledger.documents()

    def read(self) -> None:
        """Open the page again and again, as different people do."""
        from django.test import Client

        client = Client(raise_request_exception=False)
        for number in itertools.count():
            if self._stop.is_set():
                return
            began = time.monotonic()
            response = client.get("/find/", {"q": "余热 锅炉"} if number % 2 else {})
            self.slowest = max(self.slowest, time.monotonic() - began)
            kind = "failed" if response.status_code != 200 else "degraded" if "暂时连不上" in response.text else "whole"
            self.pages["degraded" if "cannot be reached" in response.text else kind] += 1
            time.sleep(0.05)

    @contextmanager
    def running(self) -> Iterator[None]:
        """A writing process and two readers at work."""
        place = self.engine.place_told
        writer = started(list(place.urls), place.prefix, self.ledger)
        began = time.monotonic()
        threads = [threading.Thread(target=self.read, daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        yield
        self.seconds = time.monotonic() - began
        self._stop.set()
        self.ledger.stop.set()
        writer.join(timeout=60)
        for thread in threads:
            thread.join(timeout=60)

    def lost(self) -> tuple[int, int]:
        """How many acknowledged writes the index has not, and how many keys it has in an older version."""
        told = self.ledger.told()
        held = {each.key: each.version for each in self.engine.stored(sorted(told))}
        missing = sum(key not in held for key in told)
        stale = sum(held.get(key, version) < version for key, version in told.items())
        return missing, stale


def _nodes(folder: Path, stack: ExitStack) -> list[Node]:
    masters = [(f"n{number}", free_port()) for number in range(NODES)]
    nodes = [Node(folder / name, name=name, transport=port, masters=masters) for name, port in masters]
    for node in nodes:
        stack.callback(node.stop)
        node.start()
    for node in nodes:
        node.wait()
    return nodes


def _offers(count: int) -> None:
    from marketplace.accounts.models import User
    from tests.listings.making import offer, university

    school, person = university(), User.objects.create_user("bench@example.test", "x", name="甲")
    for number in range(count):
        offer(school, person, f"余热锅炉 第{number}件", problem="热量白白跑掉，余热收不回来")


def _until(status: str, node: Node, seconds: float = 120.0) -> float:
    began = time.monotonic()
    while node.health(status) != status and time.monotonic() - began < seconds:
        time.sleep(0.2)
    return time.monotonic() - began


def _with_primary(engine: Any, nodes: list[Node]) -> Node:
    """The node that holds the primary of the index that is read: killing it hurts most."""
    shards = engine.client.cat.shards(index=engine.alias, format="json", h="prirep,node").body
    name = next(shard["node"] for shard in shards if shard["prirep"] == "p")
    return next(node for node in nodes if node.name == name)


@bench("cluster", f"{NODES} nodes, {WRITES_A_SECOND} writes/s and open pages: a node is killed, then rebuilds")
def cluster(meter: Meter) -> None:
    """What is lost when a node dies, and when the index is rebuilt, under load."""
    from django.test import override_settings

    from listings.search.elastic import ElasticBackend, Place

    if not can_start():
        meter.say(MISSING)
        meter.failed = True
        return
    with ExitStack() as stack:
        nodes = _nodes(meter.folder, stack)
        place = Place(tuple(node.url for node in nodes), "kaixu-bench")
        stack.enter_context(
            override_settings(
                SEARCH_BACKEND="listings.search.elastic.ElasticBackend", ELASTICSEARCH_URLS=place.urls,
                ELASTICSEARCH_PREFIX=place.prefix, ELASTICSEARCH_SHARDS=1,
            )
        )  # fmt: skip
        _offers(60)
        engine = ElasticBackend(place)
        engine.rebuild(Load(engine).documents())
        meter.say(f"cluster is green after {_until('green', nodes[0]):.1f} s")
        _kill(meter, engine, nodes)
        _rebuild(meter, engine, nodes)


def _kill(meter: Meter, engine: Any, nodes: list[Node]) -> None:
    load = Load(engine)
    with meter.measure("a node is killed under load", count=1, unit="kill"), load.running():
        time.sleep(CALM)
        victim = _with_primary(engine, nodes)
        victim.stop(signal.SIGKILL)
        alive = next(node for node in nodes if node is not victim)
        time.sleep(AFTER_KILL)
        victim.start().wait()
        green = _until("green", alive)
        time.sleep(BACK)
    meter.say(f"killed {victim.name} with the primary; green {green:.1f} s after its restart")
    _judge(meter, load, "after the kill")


def _rebuild(meter: Meter, engine: Any, nodes: list[Node]) -> None:
    load = Load(engine)
    for each in engine.stored(range(FIRST_KEY, FIRST_KEY + KEYS)):
        load.ledger.versions[each.key - FIRST_KEY] = each.version
    with meter.measure(f"{REBUILDS} rebuilds under load", count=REBUILDS, unit="rebuilds"), load.running():
        time.sleep(2.0)
        for _turn in range(REBUILDS):
            engine.rebuild(load.documents())
    _until("green", nodes[0])
    _judge(meter, load, "after the rebuilds")


def _judge(meter: Meter, load: Load, when: str) -> None:
    load.engine.settle()
    missing, stale = load.lost()
    writes, again = load.ledger.counts
    meter.say(
        f"{when}: {writes:,} writes acknowledged, {writes / load.seconds:.0f} a second of {WRITES_A_SECOND} "
        f"wanted ({again} calls told again), pages {dict(load.pages)}, "
        f"slowest {load.slowest:.2f} s"
    )
    meter.ceiling(f"{when}: acknowledged writes missing", missing, 0)
    meter.ceiling(f"{when}: stale documents", stale, 0)
    meter.ceiling(f"{when}: failed pages", load.pages["failed"], 0)
