"""A clause as it is read, confirmed and printed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its stable key, number on the paper, title, paragraphs, and whether it is confirmed on its own (LIC-F)."""

    key: str
    number: int
    title: str
    paragraphs: tuple[str, ...]
    highlighted: bool = False

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)

    @property
    def sha256(self) -> str:
        """The hash that a confirmation carries: of the title and every paragraph, in UTF-8, joined by line ends."""
        return hashlib.sha256("\n".join((self.title, *self.paragraphs)).encode()).hexdigest()
