"""The protocol every search engine stands behind, in our own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

# What membership in Question.near adds to a score: more than words can weigh, so that the engine lists them first and
# fusion can take the two apart again; small enough that a 32-bit float still tells words apart behind it. One that also
# has enough of the words gets ENOUGH besides.
NEAR = 16384.0
ENOUGH = 8192.0


class SearchUnavailable(Exception):
    """The index cannot be read now: never built, built by another version, or its store is away."""


class EngineAway(SearchUnavailable):
    """The engine does not answer, or not in time: asking again at once would only make more people wait (ES-1)."""


class Rejected(Exception):
    """Some documents cannot be stored as they are; all others of the same call were (ES-8).

    `reasons` tells by key what the engine said; `stored` is what the call would have returned otherwise.
    """

    def __init__(self, reasons: Mapping[int, str], stored: int) -> None:
        super().__init__("; ".join(f"listing {key}: {words}" for key, words in sorted(reasons.items())[:20]))
        self.reasons = dict(reasons)
        self.stored = stored


@dataclass(frozen=True, slots=True)
class Document:
    """What the index knows of one listing: segmented text, filter values, sort keys.

    `texts` maps a field of TEXTS to words split by blanks; `values` maps a filter to its raw values; `prices` maps a
    licensee class ("" for everybody else) to minor units. `visible=False` is a tombstone: it keeps only the version.
    """

    key: int
    version: int
    visible: bool = True
    texts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prices: Mapping[str, int] = field(default_factory=dict)
    published: int = 0  # seconds since 1970
    last_day: int = 0  # proleptic ordinal of the patent's last day
    vector: bytes = b""  # its meaning as listings.search.meaning packs it; empty while none has been computed

    @classmethod
    def tombstone(cls, key: int, version: int) -> Document:
        """The mark of a listing that must not be found any more (ES-4)."""
        return cls(key=key, version=version, visible=False)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question: `forms` mean it exactly, `kin` are synonyms, `pairs` its characters two by two."""

    forms: tuple[str, ...]
    kin: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question made ready for an engine. `at_least` of the words must occur (0: they only order what is found).

    `near` widens it: a listing fits when its words do or when its key is among these. Numbers and filters bind both.
    Filters hold alternatives.
    """

    words: tuple[Word, ...] = ()
    numbers: tuple[str, ...] = ()  # patent numbers in normal form: one of them must occur
    pairs: tuple[str, ...] = ()  # its characters two by two: they order what was found, they find nothing
    at_least: int = 0
    near: tuple[
        int, ...
    ] = ()  # keys of the listings nearest by meaning; each adds NEAR to its score, and ENOUGH with enough words
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    licensee_class: str = ""  # whose price sorts
    sort: str = "relevance"
    offset: int = 0
    limit: int = 12


@dataclass(frozen=True, slots=True)
class Hits:
    """What an engine answers: keys in order, how many there are in all, counts of values per filter.

    `scores` belong to the keys when the sort is relevance: what the words weigh, plus NEAR for a key of `near`, plus
    ENOUGH for one of these that also has `at_least` of the words.
    """

    keys: tuple[int, ...]
    total: int
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What an index holds of one listing: for comparing it with the database (ES-6)."""

    key: int
    version: int
    visible: bool
    digest: int  # listings.search.fields.digest_of what is stored


class SearchBackend(Protocol):
    """An engine. Writing is idempotent, and a document's version never goes back (ES-3).

    Each engine class has a static method `place()`: what the settings say about where its index is, as one hashable
    value, which its constructor takes.
    """

    def index(self, documents: Iterable[Document]) -> int:
        """Store documents, visible ones and tombstones; returns how many were newer than (or as new as) the stored.

        Raises SearchUnavailable when there is no index to write to, and Rejected after all others were stored.
        """

    def search(self, question: Question) -> Hits:
        """Answer. Raises SearchUnavailable when there is no readable index."""

    def nearest(
        self, vector: bytes, limit: int, filters: Mapping[str, tuple[str, ...]] | None = None
    ) -> list[tuple[int, float]]:
        """The visible listings whose vectors are nearest, with their cosine, best first; under filters exactly those
        that pass. Empty where no vectors are stored. Raises SearchUnavailable when there is no readable index.
        """

    def rebuild(self, documents: Iterable[Document], expected: int = 0) -> int:
        """Build a new index beside the old one and switch in one step; returns the number of documents.

        `expected` says about how many there will be, where that is known: an engine may take more memory for many.
        Nothing that others store meanwhile is lost (ES-5). Raises Rejected after the switch.
        """

    def settle(self) -> None:
        """Let every search that begins now see what was stored before; without it that may take a second."""

    def stored(self, keys: Iterable[int] | None = None) -> Iterator[Stored]:
        """What the index holds, tombstones included, ordered by key; of these keys only, where some are given."""

    def versions(self) -> dict[int, int]:
        """The version stored for each key, tombstones included: for reconciling with the database."""
