"""The words of everything on offer and how often they occur: what a typo is compared with. A projection in one row."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from django.db.models import Max

from listings.models import Listing
from listings.models import Vocabulary as Row
from listings.models.listing import PUBLIC
from listings.search import analysis
from marketplace.lib import pinyin

MOST_WORDS = 40_000
MOST_LISTINGS = 20_000  # the newest are read
_FIELDS = ("patent__title", "headline", "problem", "products", "patent__abstract")


class Vocabulary:
    """Words with their counts, and which words sound alike."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = counts

    def __contains__(self, word: str) -> bool:
        return word in self.counts

    @cached_property
    def spelled(self) -> Mapping[str, tuple[str, ...]]:
        """Pinyin → the Chinese words of at least two characters that sound so, the most frequent first."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self.counts, key=lambda word: (-self.counts[word], word)):
            if analysis.is_han(word) and len(word) > 1:
                found[pinyin.spell(word)].append(word)
        return {sound: tuple(words) for sound, words in found.items()}

    @cached_property
    def by_length(self) -> Mapping[tuple[bool, int], tuple[str, ...]]:
        """(whether Chinese, length) → words."""
        found: dict[tuple[bool, int], list[str]] = defaultdict(list)
        for word in self.counts:
            found[analysis.is_han(word), len(word)].append(word)
        return {key: tuple(words) for key, words in found.items()}

    @cached_property
    def by_half(self) -> Mapping[tuple[int, bool, str], tuple[str, ...]]:
        """(length, whether it is the first half, half) → the Chinese words of three characters or more that have it."""
        found: dict[tuple[int, bool, str], list[str]] = defaultdict(list)
        for word in self.counts:
            if len(word) > 2 and analysis.is_han(word):
                middle = len(word) // 2
                found[len(word), True, word[:middle]].append(word)
                found[len(word), False, word[middle:]].append(word)
        return {key: tuple(words) for key, words in found.items()}

    def nearly(self, written: str) -> list[str]:
        """The Chinese words that differ from what is written in one character: one half of them is the same."""
        length, middle = len(written), len(written) // 2
        halves = ((length, True, written[:middle]), (length, False, written[middle:]))
        likely = (word for half in halves for word in self.by_half.get(half, ()))
        return [word for word in likely if sum(a != b for a, b in zip(word, written, strict=True)) == 1]


def current() -> Vocabulary:
    """The vocabulary as it was last counted; empty before that."""
    return counted_at(Row.objects.aggregate(made=Max("made_at"))["made"])


def counted_at(made: object) -> Vocabulary:
    """The vocabulary that was counted at this time, read once by each process; empty for none."""
    return _read(str(made)) if made else Vocabulary({})


@lru_cache(maxsize=1)
def _read(made: str) -> Vocabulary:
    row = Row.objects.order_by("-made_at").first()
    if row is None:
        return Vocabulary({})
    lines = zlib.decompress(bytes(row.words)).decode().splitlines()
    return Vocabulary({word: int(count) for word, count in (line.split("\t") for line in lines)})


def count() -> int:
    """Count anew from the database; returns the number of words kept."""
    seen: Counter[str] = Counter()
    for text in _texts():
        seen.update(set(analysis.words(text)))
    kept = seen.most_common(MOST_WORDS)
    packed = zlib.compress("\n".join(f"{word}\t{number}" for word, number in kept).encode())
    Row.objects.update_or_create(pk=1, defaults={"words": packed})
    return len(kept)


def count_if_changed() -> int:
    """Duty of the worker: count again when something on offer changed since; returns the number of words, or 0."""
    made = Row.objects.aggregate(made=Max("made_at"))["made"]
    changed = Listing.objects.aggregate(changed=Max("changed_at"))["changed"]
    return count() if changed and (made is None or changed > made) else 0


def _texts() -> Iterator[str]:
    newest = Listing.objects.filter(state__in=PUBLIC).order_by("-published_at", "pk").values_list(*_FIELDS)
    for row in newest[:MOST_LISTINGS].iterator(chunk_size=500):
        yield " ".join(row)
