"""The pieces that a paper is laid out from; paper.typ draws each kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from marketplace.licensing.contracts.clause import Clause, Row
from marketplace.licensing.contracts.reading import one_line

Piece = dict[str, Any]


def heading(text: str) -> Piece:
    """A heading below the paper's title."""
    return {"kind": "heading", "text": text}


def par(text: str) -> Piece:
    """A paragraph."""
    return {"kind": "par", "text": text}


def quiet(text: str) -> Piece:
    """A paragraph in small letters."""
    return {"kind": "quiet", "text": text}


def note(text: str) -> Piece:
    """A remark about the paper itself."""
    return {"kind": "note", "text": text}


def rows(table: Sequence[Row]) -> Piece:
    """A table whose first row is its header."""
    return {"kind": "rows", "rows": [[one_line(cell) for cell in row] for row in table]}


def figures(items: Iterable[tuple[str, str, str]]) -> Piece:
    """Label, value and remark, six of them."""
    return {"kind": "figures", "items": [list(item) for item in items]}


def points(items: Iterable[str]) -> Piece:
    """A list of sentences."""
    return {"kind": "points", "items": list(items)}


def right(text: str) -> Piece:
    """A line set to the right, for who signs and when."""
    return {"kind": "right", "text": text}


def page() -> Piece:
    """What follows begins on a new page."""
    return {"kind": "page"}


def space(em: float) -> Piece:
    """Some air."""
    return {"kind": "space", "em": em}


def clause(c: Clause) -> Piece:
    """A clause with its table and numbered paragraphs."""
    return {
        "kind": "clause",
        "label": c.label,
        "title": c.title,
        "highlighted": c.highlighted,
        "rows": [list(row) for row in c.rows],
        "paragraphs": [list(pair) for pair in c.numbered],
    }
