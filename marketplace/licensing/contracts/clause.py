"""A clause as it is read, confirmed and printed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its stable key, its label on the paper ("第三条"), title, table and paragraphs.

    `number` is 0 for an annex. `highlighted` clauses limit liability or bear on major interests and are confirmed one
    by one (LIC-F). The first row of `rows` is its header.
    """

    key: str
    number: int
    label: str
    title: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    highlighted: bool = False

    @property
    def text(self) -> str:
        """Everything the clause says below its title, one paragraph or table row a line."""
        return "\n".join([*("\t".join(row) for row in self.rows), *self.paragraphs])

    @property
    def numbered(self) -> list[tuple[str, str]]:
        """The paragraphs with their numbers ("3.1"); an annex and a single paragraph have none."""
        if not self.number or len(self.paragraphs) == 1:
            return [("", paragraph) for paragraph in self.paragraphs]
        return [(f"{self.number}.{i}", paragraph) for i, paragraph in enumerate(self.paragraphs, start=1)]

    @property
    def sha256(self) -> str:
        """The hash that a confirmation carries: of the title and the text, in UTF-8, joined by a line end."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()
