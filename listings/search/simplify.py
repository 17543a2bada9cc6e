"""Traditional characters as simplified ones, without work for texts that have none.

OpenCC reads a text through a tree of phrases, half a millisecond a sentence; nearly all our texts are simplified
already, and one look at their characters tells so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import opencc


def simplified(text: str) -> str:
    """The text in simplified characters."""
    either, alone, phrases = _traditional()
    if either.isdisjoint(text):
        return text
    if not alone.isdisjoint(text) or phrases.search(text):
        converted: str = _converter().convert(text)
        return converted
    return text


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def _traditional() -> tuple[frozenset[str], frozenset[str], re.Pattern[str]]:
    """Characters that conversion changes, those of them that it changes wherever they stand, and the phrases in which
    it changes the others.
    """
    alone = {written for written, meant in _lines("TSCharacters.txt") if written != meant}
    phrases = {written: set(written) - set(meant) - alone for written, meant in _lines("TSPhrases.txt")}
    phrases = {written: changed for written, changed in phrases.items() if changed}
    within: set[str] = set().union(*phrases.values())
    return frozenset(alone | within), frozenset(alone), re.compile("|".join(map(re.escape, phrases)))


def _lines(name: str) -> Iterator[tuple[str, str]]:
    for line in (Path(opencc.__file__).parent / "dictionary" / name).read_text(encoding="utf-8").splitlines():
        written, _tab, meant = line.partition("\t")
        if written:
            yield written, meant.split(" ")[0]
