"""How one version of terms differs from another, in people's words, with what was taken out and what was put in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from listings.prices import TERM_FIELDS
from marketplace.licensing.terms import wording

TEXTS = frozenset({"milestone", "nonpayment", "field_of_use", "guidance", "guidance_persons", "travel"})
_TOKENS = re.compile(r"[\u3400-\u9fff]|[A-Za-z0-9]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: "same" in both, "gone" from the new one, "new" in it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One term: its name, how it read, how it reads, and both in one line with the difference marked."""

    name: str
    label: str
    was: str
    now: str
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return self.was != self.now


def lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
    """The terms that differ, in the order in which people read them."""
    return [line for line in table(before, after) if line.changed]


def table(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
    """Every term that says something in either version, changed or not."""
    found = (_line(name, before.get(name), after.get(name)) for name in TERM_FIELDS if name != "currency")
    return [line for line in found if line.was != "—" or line.now != "—"]


def _line(name: str, was: Any, now: Any) -> Line:
    old, new = _words(name, was), _words(name, now)
    return Line(name, wording.label_of(("terms", name)), old, new, tuple(pieces(name, old, new)))


def _words(name: str, value: Any) -> str:
    if name == "months" and not value:
        return _("to the patent's last day")
    if isinstance(value, bool):
        return _("yes") if value else "—"
    if value == 0 and name != "fee_minor":
        return "—"
    return wording.value_words(name, value)


def pieces(name: str, old: str, new: str) -> Iterable[Piece]:
    """Texts word by word (Chinese sign by sign); numbers, choices and places as a whole."""
    if old == new:
        return [Piece("same", new)]
    if name not in TEXTS or "—" in (old, new):
        return [Piece("gone", old), Piece("new", new)]
    return list(_by_word(_TOKENS.findall(old), _TOKENS.findall(new)))


def _by_word(old: list[str], new: list[str]) -> Iterable[Piece]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[i:j]))
            continue
        if i != j:
            yield Piece("gone", "".join(old[i:j]))
        if k != m:
            yield Piece("new", "".join(new[k:m]))
