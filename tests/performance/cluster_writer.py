"""Writes to a cluster at a steady rate, in a process of its own: what reads and rebuilds must not slow it down."""

from __future__ import annotations

import ctypes
import multiprocessing
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

WRITES_A_SECOND = 200
KEYS = 4_000
FIRST_KEY = 10_000_000  # above every listing's: what is written here is found by no page
WRITERS = 2  # threads: while one waits for its answer the other goes on
AT_ONCE = 20  # writes in one call, where so many are due
_SPAWN = multiprocessing.get_context("spawn")


def document_of(key: int, version: int) -> Any:
    """As the database has it now: every seventh version is a tombstone."""
    from listings.search.backend import Document

    if version % 7 == 0:
        return Document.tombstone(key, version)
    return Document(key=key, version=version, texts={"abstract": f"试验 版{version}"}, prices={"": 0})


@dataclass(slots=True)
class Ledger:
    """What every process sees: the newest version of each key in the database, and the newest one acknowledged."""

    versions: Any = field(default_factory=lambda: _SPAWN.Array(ctypes.c_int64, [1] * KEYS, lock=False))
    acknowledged: Any = field(default_factory=lambda: _SPAWN.Array(ctypes.c_int64, KEYS, lock=False))
    counts: Any = field(default_factory=lambda: _SPAWN.Array(ctypes.c_int64, 2))  # acknowledged writes, told again
    ready: Any = field(default_factory=_SPAWN.Event)
    stop: Any = field(default_factory=_SPAWN.Event)

    def documents(self) -> Iterator[Any]:
        """All of them as the database has them at that moment."""
        for place in range(KEYS):
            yield document_of(FIRST_KEY + place, self.versions[place])

    def told(self) -> dict[int, int]:
        """Key → newest acknowledged version."""
        return {FIRST_KEY + place: version for place in range(KEYS) if (version := self.acknowledged[place])}


def started(urls: list[str], prefix: str, ledger: Ledger) -> Any:
    """The writing process, once it writes."""
    process = _SPAWN.Process(target=_write, args=(urls, prefix, ledger), daemon=True)
    process.start()
    ledger.ready.wait(60)
    return process


def _write(urls: list[str], prefix: str, ledger: Ledger) -> None:
    import django

    django.setup()
    from listings.search.elastic import ElasticBackend, Place

    engine = ElasticBackend(Place(tuple(urls), prefix))
    threads = [threading.Thread(target=_share, args=(engine, ledger, share)) for share in range(WRITERS)]
    ledger.ready.set()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _share(engine: Any, ledger: Ledger, share: int) -> None:
    """Change every WRITERS-th key in turn: first the database, then the index."""
    turn = WRITERS / WRITES_A_SECOND
    due, place = time.monotonic(), share
    while not ledger.stop.is_set():
        time.sleep(max(0.0, due - time.monotonic()))
        late = max(1, min(AT_ONCE, int((time.monotonic() - due) / turn)))
        places = [(place + WRITERS * number) % KEYS for number in range(late)]
        place, due = (places[-1] + WRITERS) % KEYS, max(due + late * turn, time.monotonic() - 1.0)
        for one in places:
            ledger.versions[one] += 1
        _tell(engine, ledger, places)


def _tell(engine: Any, ledger: Ledger, places: list[int]) -> None:
    """Tell the index until it acknowledges, as the outbox does."""
    from listings.search.backend import SearchUnavailable

    while True:
        documents = [document_of(FIRST_KEY + place, ledger.versions[place]) for place in places]
        try:
            engine.index(documents)
        except SearchUnavailable:
            with ledger.counts.get_lock():
                ledger.counts[1] += 1
            time.sleep(0.2)
            continue
        for place, document in zip(places, documents, strict=True):
            ledger.acknowledged[place] = document.version
        with ledger.counts.get_lock():
            ledger.counts[0] += len(places)
        return
