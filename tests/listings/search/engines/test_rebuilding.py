"""Rebuilding while others write and search (ES-5), on both engines, and what goes wrong without the precautions."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from typing import Any

from listings.search.backend import Document, Question, SearchBackend
from listings.search.elastic import ElasticBackend, Place
from tests.listings.search.engines.conftest import Another
from tests.listings.search.engines.making import document, keep, keys

KEYS = 40
REBUILDS = 4


class Truth:
    """A database of versions and its outbox: a change is told to the index before the next one of that key."""

    def __init__(self, engine: SearchBackend) -> None:
        self.engine = engine
        self.versions = dict.fromkeys(range(KEYS), 1)
        self.stop = threading.Event()
        self.writes = 0

    def documents(self) -> Iterator[Document]:
        for key in range(KEYS):
            yield self.of(key)

    def of(self, key: int) -> Document:
        version = self.versions[key]
        return document(key, f"余热 版{version}", version) if version % 7 else Document.tombstone(key, version)

    def change(self) -> None:
        for key in itertools.cycle(range(KEYS)):
            if self.stop.is_set():
                return
            self.versions[key] += 1
            self.engine.index([self.of(key)])
            self.writes += 1


def run_rebuilds(truth: Truth, engine: SearchBackend, reader: SearchBackend) -> list[int]:
    """Rebuild while one thread changes and another searches; the totals that the reader saw."""
    seen: list[int] = []

    def read() -> None:
        while not truth.stop.is_set():
            seen.append(reader.search(Question()).total)

    threads = [threading.Thread(target=truth.change), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    for _turn in range(REBUILDS):
        engine.rebuild(truth.documents())
    truth.stop.set()
    for thread in threads:
        thread.join(timeout=60)
    engine.settle()
    return seen


def test_rebuilds_under_writes_lose_nothing_and_no_search_fails(another: Another) -> None:
    engine = another()
    truth = Truth(another())
    engine.rebuild(truth.documents())

    seen = run_rebuilds(truth, engine, another())

    assert truth.writes > 0
    assert engine.versions() == truth.versions
    visible = [key for key, version in truth.versions.items() if version % 7]
    assert sorted(keys(engine, "余热", limit=KEYS)) == visible
    assert seen
    assert max(seen) <= KEYS  # never two indexes at once
    assert min(seen) > 0  # never none


class _OneIndexOnly(ElasticBackend):
    """Writes go only to the index that is read, as a rebuild without precautions has it."""

    def _generations(self) -> tuple[list[str], list[str]]:
        current, _building = super()._generations()
        return current, []


def test_without_writing_to_both_a_rebuild_loses_updates(elasticsearch_url: str, tmp_path: Any) -> None:
    place = Place((elasticsearch_url,), f"kaixu-control-{id(tmp_path)}")
    engine, careless = ElasticBackend(place), _OneIndexOnly(place)
    engine.rebuild([document(1, "旧")])

    def reading() -> Iterator[Document]:
        yield document(1, "旧")
        careless.index([document(1, "新", 2)])

    engine.rebuild(reading())

    assert engine.versions() == {1: 1}  # the update is gone


def test_without_the_databases_version_a_late_write_wins(elasticsearch_url: str, tmp_path: Any) -> None:
    engine = ElasticBackend(Place((elasticsearch_url,), f"kaixu-control-{id(tmp_path)}-v"))
    engine.rebuild([document(1, "新", 2)])

    engine.client.index(index=engine.alias, id="1", document={"key": 1, "version": 1, "visible": True, "problem": "旧"})

    engine.settle()
    assert keys(engine, "旧") == [1]


def test_a_deleted_documents_version_is_forgotten_and_that_is_why_there_are_tombstones(
    elasticsearch_url: str, tmp_path: Any
) -> None:
    engine = ElasticBackend(Place((elasticsearch_url,), f"kaixu-control-{id(tmp_path)}-d"))
    engine.rebuild([document(1, "余热", 1), document(2, "余热", 1)])
    engine.client.indices.put_settings(index=engine.alias, settings={"index.gc_deletes": "0s"})

    engine.client.delete(index=engine.alias, id="1", version=5, version_type="external")
    engine.index([Document.tombstone(2, 5)])
    engine.settle()
    for version in range(1, 500):  # a write lets the engine forget, once its own clock has moved on
        engine.index([document(9, "", version)])
        engine.settle()
        keep(engine, document(1, "余热", 3), document(2, "余热", 3))
        if keys(engine, "余热"):
            break

    assert keys(engine, "余热") == [1]  # the deleted one came back, the other one did not
