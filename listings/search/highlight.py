"""Showing in a text where the words of a question stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

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
    pattern = _pattern(tuple(words))
    return [match.span() for match in pattern.finditer(_level(text))] if pattern else []


def mark(text: str, words: Sequence[Word]) -> SafeString:
    """The text, escaped, with `<mark>` around the words of the question."""
    return _marked(text, spans(text, words))


def _marked(text: str, found: Sequence[tuple[int, int]]) -> SafeString:
    parts: list[tuple[str]] = []
    position = 0
    for start, end in found:
        parts.append((escape(text[position:start]),))
        parts.append((f"<mark>{escape(text[start:end])}</mark>",))
        position = end
    parts.append((escape(text[position:]),))
    return format_html_join("", "{}", ((mark_safe(part),) for (part,) in parts))  # noqa: S308 - each part is escaped above


def excerpt(text: str, words: Sequence[Word], length: int = 110) -> SafeString:
    """The stretch of a text around the first hit, marked; '' where no word of the question stands in it."""
    found = spans(text, words)
    if not found:
        return SafeString()
    start = max(0, found[0][0] - _BEFORE)
    end = min(len(text), start + length)
    inside = [(a - start, b - start) for a, b in found if a >= start and b <= end]
    piece = _marked(text[start:end], inside)
    return SafeString(f"{'…' if start else ''}{piece}{'…' if end < len(text) else ''}")
