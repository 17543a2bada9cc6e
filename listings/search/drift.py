"""Finding and mending what the index got wrong without anybody noticing (ES-6, ES-7).

Every document is made anew from the database and compared with what is stored: its version, and a checksum of all it
says. What seems wrong is looked at a second time, because listings move while the sweep runs.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from django.db.models import Max

from listings.models import Listing
from listings.search import indexer
from listings.search.backend import Document, Stored
from listings.search.documents import documents_of
from listings.search.engine import backend
from listings.search.fields import digest_of, flat

SLICE = 20_000  # keys that one turn of the duty compares
EVERY = 3_600  # seconds between two turns


@dataclass(frozen=True, slots=True)
class Drift:
    """Keys of listings by what is wrong with them in the index."""

    missing: tuple[int, ...] = ()
    older: tuple[int, ...] = ()
    altered: tuple[int, ...] = ()  # the right version, but it does not say what the database says
    gone: tuple[int, ...] = ()  # can be found, but the database does not know them
    ahead: tuple[int, ...] = ()  # newer than the database, which was restored from an older copy (ES-7)

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return {each.name: len(getattr(self, each.name)) for each in fields(self)}


def find(keys: Sequence[int] | None = None) -> Drift:
    """Compare the index with the database, all of it or these keys. Raises SearchUnavailable without an index."""
    backend().settle()
    suspects = _wrong(documents_of(keys), backend().stored(keys))
    again = sorted(suspects.keys() - indexer.awaited(suspects))
    if not again:
        return Drift()
    backend().settle()
    kinds = _wrong(documents_of(again), backend().stored(again))
    return Drift(**{each.name: tuple(k for k in again if kinds.get(k) == each.name) for each in fields(Drift)})


def _wrong(true: Iterable[Document], stored: Iterable[Stored]) -> dict[int, str]:
    """Walk both in the order of their keys; what is wrong with which."""
    wrong: dict[int, str] = {}
    held = iter(stored)
    here = next(held, None)
    for document in true:
        while here and here.key < document.key:
            wrong |= _gone(here)
            here = next(held, None)
        if here is None or here.key > document.key:
            wrong[document.key] = "missing"
            continue
        if kind := _difference(document, here):
            wrong[document.key] = kind
        here = next(held, None)
    for left in _rest(here, held):
        wrong |= _gone(left)
    return wrong


def _rest(here: Stored | None, held: Iterator[Stored]) -> Iterator[Stored]:
    if here:
        yield here
        yield from held


def _gone(held: Stored) -> dict[int, str]:
    return {held.key: "gone"} if held.visible else {}


def _difference(document: Document, held: Stored) -> str:
    if held.version != document.version:
        return "older" if held.version < document.version else "ahead"
    return "altered" if held.digest != digest_of(flat(document)) else ""


def repair(drift: Drift) -> int:
    """Mend what `find` found; how many listings. An index that is ahead of the database is built anew."""
    if drift.ahead:
        indexer.rebuild()
    else:
        indexer.refresh([*drift.missing, *drift.older, *drift.altered])
        versions = {each.key: each.version for each in backend().stored(drift.gone)}
        backend().index(Document.tombstone(key, version + 1) for key, version in versions.items())
    return sum(drift.counts.values())


def sweep(now: float | None = None) -> int:
    """One turn of the duty: a slice of the keys, another one each time, so that no turn takes long.

    `now` is in seconds since 1970. Returns how many listings were mended.
    """
    most = Listing.objects.aggregate(most=Max("pk"))["most"] or 0
    turn = int((time.time() if now is None else now) // EVERY) % (most // SLICE + 1)
    drift = find(range(turn * SLICE, (turn + 1) * SLICE))
    return repair(drift) if drift else 0
