"""Patents that say the same, and abstracts that say nothing: compared by their words, whatever their order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations, groupby
from pathlib import Path
from zlib import crc32

from listings.integrity.facts import Found, PatentText
from listings.search.analysis import cut, even

DUPLICATE = "duplicate"
BOILERPLATE = "boilerplate"
SHINGLE = 4  # characters
SAMPLE = 4  # one shingle in so many is put into the index of candidates, the same ones in every text
COMMON = 40  # a shingle in more texts than this leads to no candidates
SHARED = 2  # sampled shingles two texts share before they are compared at all
ALIKE = 0.42  # how much of the shorter text must recur
SHORTEST = 40  # characters of an abstract that can be compared
EMPTY = 0.5  # the part of an abstract made of stock phrases


def plain(text: str) -> str:
    """A text without blanks, points and the numbering of parts, in simplified characters."""
    return re.sub(r"[\W_\d]+", "", even(text))


def shingles(text: str) -> frozenset[str]:
    """Every run of SHINGLE characters."""
    told = plain(text)
    return frozenset(told[i : i + SHINGLE] for i in range(max(1, len(told) - SHINGLE + 1)))


def clauses(text: str) -> tuple[str, ...]:
    """The clauses of a text, without their points."""
    return tuple(clause for part in re.split(r"[。；;，,：:！!？?\n]", text) if (clause := part.strip()))


@lru_cache(maxsize=4096)
def _own(abstract: str) -> frozenset[str]:
    """The shingles of what an abstract says of its own: stock phrases prove no kinship."""
    return shingles(" ".join(clause for clause in clauses(abstract) if not _is_stock(clause)))


def duplicates(patents: Sequence[PatentText], among: frozenset[str] | None = None) -> list[Found]:
    """Pairs of patents whose abstracts are in substance the same; only pairs with one of `among` where it is given."""
    texts = [one for one in patents if len(plain(one.abstract)) >= SHORTEST]
    found = []
    for left, right in _candidates(texts, among):
        one, other = texts[left], texts[right]
        alike = likeness(one.abstract, other.abstract)
        if alike >= ALIKE:
            found.append(_pair(one, other, alike))
    return found


def likeness(one: str, other: str) -> float:
    """Which part of the shorter abstract recurs in the longer one, from 0 to 1, wherever it stands there."""
    shorter, longer = sorted((_own(one), _own(other)), key=len)
    return len(shorter & longer) / len(shorter) if shorter else 0.0


def _pair(one: PatentText, other: PatentText, alike: float) -> Found:
    if int(one.key) > int(other.key):
        one, other = other, one
    left, right = frozenset(cut(even(one.title))), frozenset(cut(even(other.title)))
    again = {plain(each) for each in clauses(other.abstract)}
    shared = sorted((each for each in clauses(one.abstract) if plain(each) in again), key=len, reverse=True)
    evidence = {
        "alike": round(100 * alike),
        "titles": round(100 * len(left & right) / len(left | right)) if left | right else 0,
        "sentences": shared[:6],
    }
    subjects = {"patent": one.key, "other_patent": other.key}
    return Found(DUPLICATE, f"{one.key}:{other.key}", round(100 * alike), subjects, evidence)


def _candidates(texts: Sequence[PatentText], among: frozenset[str] | None) -> Iterator[tuple[int, int]]:
    """Pairs, by position, that share sampled shingles: an index by sorting, so that memory stays small.

    A number is hash and position in one; 50,000 abstracts give two and a half million of them.
    """
    entries = [
        mark << 32 | position
        for position, text in enumerate(texts)
        for mark in {crc32(shingle.encode()) for shingle in shingles(text.abstract)}
        if mark % SAMPLE == 0
    ]
    entries.sort()
    shared: Counter[tuple[int, int]] = Counter()
    for _mark, group in groupby(entries, key=lambda entry: entry >> 32):
        where = [entry & 0xFFFFFFFF for entry in group]
        if 1 < len(where) <= COMMON:
            shared.update(_concerned(where, texts, among))
    yield from (pair for pair, count in shared.items() if count >= SHARED)


def _concerned(
    where: Sequence[int], texts: Sequence[PatentText], among: frozenset[str] | None
) -> Iterable[tuple[int, int]]:
    pairs = combinations(where, 2)
    if among is None:
        return pairs
    return ((one, other) for one, other in pairs if texts[one].key in among or texts[other].key in among)


def boilerplate(patents: Sequence[PatentText]) -> list[Found]:
    """Abstracts made mostly of stock phrases."""
    found = []
    for one in patents:
        told = clauses(one.abstract)
        length = sum(len(plain(each)) for each in told)
        if not length:
            continue
        stock = [each for each in told if _is_stock(each)]
        part = sum(len(plain(each)) for each in stock) / length
        if part >= EMPTY:
            evidence = {"part": round(100 * part), "sentences": stock[:8], "length": length}
            found.append(Found(BOILERPLATE, one.key, round(100 * part), {"patent": one.key}, evidence))
    return found


@lru_cache(maxsize=4096)
def _is_stock(clause: str) -> bool:
    told = even(clause)
    return any(pattern.search(told) for pattern in _stock())


@cache
def _stock() -> tuple[re.Pattern[str], ...]:
    lines = (Path(__file__).parent / "stock_phrases.txt").read_text(encoding="utf-8").splitlines()
    return tuple(re.compile(line) for line in map(str.strip, lines) if line and not line.startswith("#"))
