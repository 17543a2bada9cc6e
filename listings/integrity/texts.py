"""Patents that say the same, and abstracts that say nothing: compared by their words, whatever their order."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache
from itertools import combinations, groupby
from pathlib import Path
from zlib import crc32

from listings.integrity.facts import Found, PatentText
from listings.search.analysis import cut, even

DUPLICATE = "duplicate"
BOILERPLATE = "boilerplate"
SHINGLE = 4  # characters
SAMPLE = 8  # one shingle in so many is put into the index of candidates, the same ones in every text
COMMON = 40  # a shingle in more texts than this leads to no candidates
SHARED = 2  # sampled shingles two texts share before they are compared at all
KIN = 0.40  # how probable it must be that two abstracts tell one invention
RECURS, IN_PLACE = 0.45, 0.72  # told anew: so much recurs, and less than so much of the words stands in its place
DISTANT = 0.12  # of the shorter text recurs; with less nothing else is looked at
# By logistic regression on the half "tune" of the labelled pairs; leaving one out at a time: 25 of 32, 13 of 135 false.
BIAS, WEIGHTS = 8.59, {"recurs": 2.65, "otherness": -2.69, "cosine": -1.84, "missing": -6.54, "lengths": -8.73}
SHORTEST = 40  # characters of an abstract that can be compared
FEW = 6  # words of its own; an abstract with no more teaches nothing …
PART = 0.33  # … where they are no larger part of its different words: a short text may be all substance
NAMED = 22  # characters; a first clause no longer than that only names the thing
LONGEST = 200  # characters; a longer one always says something


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
    texts = [one for one in patents if len(one.abstract) >= SHORTEST]
    found = []
    for left, right in _candidates(texts, among):
        one, other = texts[left], texts[right]
        kin = kinship(one.abstract, other.abstract)
        if kin >= KIN or _retold(one.abstract, other.abstract):
            found.append(_pair(one, other, max(kin, likeness(one.abstract, other.abstract))))
    return found


def _retold(one: str, other: str) -> bool:
    """Whether one is the other in another order of words: little stands in its place, and yet most of it recurs."""
    recurs = likeness(one, other)
    if recurs < RECURS or recurs - otherness(one, other) < RECURS:
        return False
    return SequenceMatcher(None, _in_order(one), _in_order(other), autojunk=False).ratio() < IN_PLACE


def _in_order(abstract: str) -> list[str]:
    return [word for word in cut(even(abstract)) if re.search(r"\w", word)]


def kinship(one: str, other: str) -> float:
    """How probable it is that two abstracts tell one invention, from 0 to 1.

    Five signs are weighed: what recurs word by word; another substance, number or part; the likeness of the words,
    whatever their order; which part of one side's words the other lacks; and how far the lengths are apart.
    """
    recurs = likeness(one, other)
    if recurs < DISTANT:
        return 0.0
    words, others = _weights(one), _weights(other)
    lacks = (sum(_weight(word) for word in _missing(*pair)) for pair in ((one, other), (other, one)))
    whole = (sum(_weight(word) for word in side) for side in (words, others))
    lengths = sorted((len(plain(one)), len(plain(other))))
    signs = {
        "recurs": recurs,
        "otherness": otherness(one, other),
        "cosine": _cosine(words, others),
        "missing": max(lack / max(1.0, all_) for lack, all_ in zip(lacks, whole, strict=True)),
        "lengths": lengths[0] / max(1, lengths[1]),
    }
    return 1 / (1 + math.exp(-BIAS - sum(WEIGHTS[name] * value for name, value in signs.items())))


def _weight(word: str) -> float:
    """What a word counts: one of drafting or of one sign hardly, a long one more."""
    return 0.15 if word in _generic() or len(word) == 1 else 1.0 + 0.3 * (len(word) - 2)


@lru_cache(maxsize=2048)
def _weights(abstract: str) -> dict[str, float]:
    counted = Counter(word for word in cut(even(abstract)) if re.search(r"\w", word))
    return {word: (1 + math.log(count)) * _weight(word) for word, count in counted.items()}


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    shared = sum(weight * other.get(word, 0.0) for word, weight in one.items())
    long = math.sqrt(sum(each**2 for each in one.values()) * sum(each**2 for each in other.values()))
    return shared / long if long else 0.0


def likeness(one: str, other: str) -> float:
    """Which part of the shorter abstract recurs in the longer one, from 0 to 1, wherever it stands there."""
    shorter, longer = sorted((_own(one), _own(other)), key=len)
    return len(shorter & longer) / len(shorter) if shorter else 0.0


_SUBSTANCE = re.compile(
    r"[锂钠钾钙镁铝铁锌铜镍钴锰钛铬钒钨钼锡铅银铂钯硅硼磷硫氮氟氯溴碘铈镧锆铌钽铋锑铟镓锗]|[酸碱酯醇胺烷烯酮醚酚腈醛苯肽糖苷盐]$"
    r"|[红蓝绿紫黄]光|纤维|树脂|橡胶|淀粉|聚|羊毛|锦纶|涤纶|石墨|碳|粉$|胶$|油$|元素|离子|^[a-z]+\d*$|^[a-z]*\d+[a-z0-9]*$"
)


def otherness(one: str, other: str) -> float:
    """What speaks against one invention told twice, from 0: another substance or number, another part all through."""
    left, right = _missing(one, other), _missing(other, one)
    substances = sorted(sum(bool(_SUBSTANCE.search(word)) for word in side) for side in (left, right))
    parts = min(len(_without_kin(left, right)), len(_without_kin(right, left)))
    return 0.4 * min(substances[0], 2) + 0.06 * min(substances[1], 4) + 0.1 * min(parts, 2)


def _missing(one: str, other: str) -> Counter[str]:
    """The words of one abstract that do not stand in the other, counted."""
    there = even(other)
    return Counter(word for word in cut(even(one)) if re.search(r"\w", word) and word not in there)


def _without_kin(words: Counter[str], others: Counter[str]) -> list[str]:
    """Recurring words that no recurring word of the other side shares a sign with: a synonym mostly does."""
    return [word for word in _recurring(words) if not any(set(word) & set(each) for each in _recurring(others))]


def _recurring(words: Counter[str]) -> list[str]:
    return [word for word, count in words.items() if count > 1 and len(word) > 1]


def _pair(one: PatentText, other: PatentText, kin: float) -> Found:
    if int(one.key) > int(other.key):
        one, other = other, one
    left, right = frozenset(cut(even(one.title))), frozenset(cut(even(other.title)))
    again = {plain(each) for each in clauses(other.abstract)}
    shared = sorted((each for each in clauses(one.abstract) if plain(each) in again), key=len, reverse=True)
    evidence = {
        "alike": round(100 * likeness(one.abstract, other.abstract)),
        "titles": round(100 * len(left & right) / len(left | right)) if left | right else 0,
        "sentences": shared[:6],
    }
    subjects = {"patent": one.key, "other_patent": other.key}
    return Found(DUPLICATE, f"{one.key}:{other.key}", round(100 * kin), subjects, evidence)


def _candidates(texts: Sequence[PatentText], among: frozenset[str] | None) -> Iterator[tuple[int, int]]:
    """Pairs, by position, that share sampled shingles: an index by sorting, so that memory stays small.

    A number is hash and position in one; 50,000 abstracts give one and a quarter million of them.
    """
    entries = [mark << 32 | position for position, text in enumerate(texts) for mark in _sampled(text.abstract)]
    entries.sort()
    shared: Counter[tuple[int, int]] = Counter()
    for _mark, group in groupby(entries, key=lambda entry: entry >> 32):
        where = [entry & 0xFFFFFFFF for entry in group]
        if 1 < len(where) <= COMMON:
            shared.update(_concerned(where, texts, among))
    yield from (pair for pair, count in shared.items() if count >= SHARED)


def _sampled(abstract: str) -> set[int]:
    """Hashes of some of the text's shingles; without the costly step from traditional to simplified signs, since two
    texts that share enough share some in any script.
    """
    told = re.sub(r"[\W_\d]+", "", unicodedata.normalize("NFKC", abstract).lower())
    marks = (crc32(told[i : i + SHINGLE].encode()) for i in range(len(told) - SHINGLE + 1))
    return {mark for mark in marks if mark % SAMPLE == 0}


def _concerned(
    where: Sequence[int], texts: Sequence[PatentText], among: frozenset[str] | None
) -> Iterable[tuple[int, int]]:
    pairs = combinations(where, 2)
    if among is None:
        return pairs
    return ((one, other) for one, other in pairs if texts[one].key in among or texts[other].key in among)


def boilerplate(patents: Sequence[PatentText]) -> list[Found]:
    """Abstracts from which nobody could make anything: hardly a word that is not of drafting, praise or fashion."""
    found = []
    for one in patents:
        own, stock = own_words(one.abstract), [each for each in clauses(one.abstract) if _is_stock(each)]
        length = len(plain(one.abstract))
        if length and len(own) <= FEW and length <= LONGEST and len(own) <= PART * _different(one.abstract):
            part = round(100 * sum(len(plain(each)) for each in stock) / length)
            evidence = {"part": part, "sentences": stock[:8], "length": length, "own": sorted(own)}
            score = min(100, 60 + 5 * (FEW - len(own)) + part // 5)
            found.append(Found(BOILERPLATE, one.key, score, {"patent": one.key}, evidence))
    return found


def _different(abstract: str) -> int:
    """How many different words an abstract has."""
    return len({word for word in cut(even(abstract)) if re.search(r"\w", word)})


def own_words(abstract: str) -> set[str]:
    """The words of an abstract that say something of its own: not of its subject, of stock phrases, of drafting."""
    told = [clause for clause in clauses(even(abstract)) if not _is_stock(clause)]
    subject = _subject(told)
    words = {word for clause in told for word in cut(clause)}
    return {word for word in words if word not in subject and _tells(word)}


def _subject(told: Sequence[str]) -> str:
    """What the abstract is about, as its first clause that names something has it; a long one teaches something."""
    subject = next((clause for clause in told if "一种" in clause), told[0] if told else "")
    return subject if len(plain(subject)) <= NAMED else ""


def _tells(word: str) -> bool:
    return bool(re.search(r"\w", word)) and word not in _generic()


@cache
def _generic() -> frozenset[str]:
    lines = (Path(__file__).parent / "generic_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=4096)
def _is_stock(clause: str) -> bool:
    told = even(clause)
    return any(pattern.search(told) for pattern in _stock())


@cache
def _stock() -> tuple[re.Pattern[str], ...]:
    lines = (Path(__file__).parent / "stock_phrases.txt").read_text(encoding="utf-8").splitlines()
    return tuple(re.compile(line) for line in map(str.strip, lines) if line and not line.startswith("#"))
