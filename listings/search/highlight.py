"""Showing in a text where the words of a question stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from html import escape  # Django's own takes ten times as long, to see whether a text is a promise

from django.utils.safestring import SafeString

from listings.search.analysis import even, is_han
from listings.search.backend import Word

_BEFORE = 24  # characters shown before the first hit of an excerpt


class _Level(dict[int, str]):
    """From each character to its comparable form, where that is one character too; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        written = chr(code)
        plain = unicodedata.normalize("NFKC", written).lower()
        self[code] = plain if len(plain) == 1 else written
        return self[code]


_LEVEL = _Level()


@lru_cache(maxsize=1_024)  # a page looks at the same few texts for every word of the question
def _level(text: str) -> str:
    """The text in its comparable form, character for character, so that positions stay."""
    plain = text.translate(_LEVEL)
    simplified = even(plain)
    return simplified if len(simplified) == len(plain) else plain


@lru_cache(maxsize=256)
def _pattern(words: tuple[Word, ...]) -> re.Pattern[str] | None:
    terms = {term for word in words for term in (*word.forms, *word.kin)}
    ways = []
    for term in sorted(terms, key=len, reverse=True):
        if is_han(term):
            ways.append(re.escape(term.replace(" ", "")))
        else:
            ways.append(r"\b" + r"\s+".join(rf"{re.escape(part)}[a-z]*" for part in term.split()))
    return re.compile("|".join(ways)) if ways else None


def spans(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Where the words of a question stand in a text, in order, without overlaps."""
    pattern = _pattern(tuple(words)) if text else None
    return [match.span() for match in pattern.finditer(_level(text))] if pattern else []


class Finder:
    """Finds where one word of a question stands first in a text, as `spans` does; made once for many texts."""

    def __init__(self, word: Word) -> None:
        terms = {*word.forms, *word.kin}
        self.word = word
        # Chinese is looked for character by character, which needs no pattern; the longest first, as in a pattern.
        self._plain = sorted({term.replace(" ", "") for term in terms if is_han(term)}, key=len, reverse=True)
        latin = tuple(term for term in terms if not is_han(term))
        self._pattern = _pattern((Word(forms=latin),)) if latin else None

    def first(self, text: str) -> str:
        """The first stretch of a text in which the word stands; '' for none."""
        level = _level(text)
        start, length = len(level), 0
        for term in self._plain:
            place = level.find(term, 0, start + len(term) - 1) if length else level.find(term)
            if 0 <= place < start:
                start, length = place, len(term)
        match = self._pattern.search(level) if self._pattern else None
        if match and (match.start(), -len(match.group())) < (start, -length):
            return text[match.start() : match.end()]
        return text[start : start + length]


def mark(text: str, words: Sequence[Word]) -> SafeString:
    """The text, escaped, with `<mark>` around the words of the question."""
    return marked(text, spans(text, words))


def marked(text: str, found: Sequence[tuple[int, int]]) -> SafeString:
    """The text, escaped, with `<mark>` around these places."""
    parts: list[str] = []
    position = 0
    for start, end in found:
        parts += (escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>")
        position = end
    parts.append(escape(text[position:]))
    return SafeString("".join(parts))  # each part is escaped above


def excerpt(text: str, words: Sequence[Word], length: int = 110) -> SafeString:
    """The stretch of a text around the first hit, marked; '' where no word of the question stands in it."""
    found = spans(text, words)
    if not found:
        return SafeString()
    start = max(0, found[0][0] - _BEFORE)
    end = min(len(text), start + length)
    inside = [(a - start, b - start) for a, b in found if a >= start and b <= end]
    piece = marked(text[start:end], inside)
    return SafeString(f"{'…' if start else ''}{piece}{'…' if end < len(text) else ''}")
