"""One paper before it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marketplace.licensing.contracts.pieces import Piece


@dataclass(frozen=True, slots=True)
class Sheet:
    """The title, the line above it, the lines below it, the date that the file carries, and the pieces.

    A sheet of `one_page` is set smaller until it fits on one.
    """

    title: str
    kicker: str
    lead: list[str]
    dated: date | None
    pieces: list[Piece]
    one_page: bool = False
