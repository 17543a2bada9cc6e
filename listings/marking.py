"""Words in free texts that a rule has something against, marked where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from listings.models import Track
from listings.rules.contract import SUBLICENSE
from listings.rules.declarations import PRAISE
from listings.rules.preset import VOID_TERMS
from listings.rules.tracks import ALONE_WORDS, NEGATED

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

STORY = frozenset({"headline", "problem", "products", "adoption", "also_needed"})
CLAUSES = frozenset({"nonpayment", "field_of_use", "guidance", "milestone", "also_needed", "adoption"})
READ = STORY | {"field_of_use", "guidance"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a text; `rule` is empty where nothing is against them, else `why` says what is."""

    text: str
    rule: str = ""
    why: Words = ""


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    rule: str
    why: Words


def pieces(text: str, field: str, track: str) -> list[Piece]:
    """The text cut at its marks; one plain piece where there are none. Of marks that overlap the first one stands."""
    found: list[Piece] = []
    at = 0
    for mark in sorted(_marks(text, field, track), key=lambda mark: (mark.start, -mark.end)):
        if mark.start < at:
            continue
        if mark.start > at:
            found.append(Piece(text[at : mark.start]))
        found.append(Piece(text[mark.start : mark.end], mark.rule, mark.why))
        at = mark.end
    if at < len(text):
        found.append(Piece(text[at:]))
    return found


def marked(text: str, field: str, track: str) -> list[Piece]:
    """The pieces, or nothing where the text has no mark."""
    cut = pieces(text, field, track)
    return cut if any(piece.rule for piece in cut) else []


def _marks(text: str, field: str, track: str) -> Iterator[_Mark]:
    if field in STORY or field == "fee_explanation":
        why = _("This reads like advertising. Say what it does, with numbers and their source.")
        yield from (_Mark(*hit.span(), "DECL-3", why) for hit in PRAISE.finditer(text))
    if field in CLAUSES and track == Track.PRESET:
        for pattern, what in VOID_TERMS:
            why = _("This may be void as %(what)s. Take it out, or have your lawyer look at it.") % {"what": what}
            yield from (_Mark(*hit.span(), "PRESET-4", why) for hit in re.finditer(pattern, text, re.IGNORECASE))
    if field in READ:
        why = _("Ordinary licenses alone are offered here: others may use the patent too. Take it out.")
        yield from _unless_negated(ALONE_WORDS, text, "TRACK-4", why)
        yield from _unless_negated(SUBLICENSE, text, "LIC-H", _("A licensee may never license others; take it out."))


def _unless_negated(pattern: re.Pattern[str], text: str, rule: str, why: Words) -> Iterator[_Mark]:
    for hit in pattern.finditer(text):
        if not NEGATED.search(text[: hit.start()]):
            yield _Mark(*hit.span(), rule, why)


__all__ = ["Piece", "marked", "pieces"]
