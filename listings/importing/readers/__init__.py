"""Everything a file of patents may be, behind one question: which rows does it hold?

A reader looks at the bytes and says whether they are its kind; then it gives rows of texts, one after the other. XML
records come as rows under the headings of our own template, so that everything behind the readers sees tables only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from listings.importing.readers import ops, st96, xml
from marketplace.lib import sheet_words, sheets


class Reader(Protocol):
    """One kind of file."""

    @property
    def name(self) -> str:
        """What it is called in the database."""

    def reads(self, data: bytes, name: str) -> bool:
        """Whether the file is of this kind, by its content."""

    def rows(self, data: bytes, name: str) -> Iterator[list[str]]:
        """The rows, numbered as in the file; may raise BadSheet at the start and at any row."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """Workbooks and text tables; takes whatever no other reader knows, and refuses what is no table."""

    name: str = "sheet"

    def reads(self, data: bytes, name: str) -> bool:
        return True

    def rows(self, data: bytes, name: str) -> Iterator[list[str]]:
        return sheets.opened(data, name)[1]


@dataclass(frozen=True, slots=True)
class Records:
    """XML of a patent office: one record, one row."""

    name: str
    office: xml.Office

    def reads(self, data: bytes, name: str) -> bool:
        return xml.root_of(data) in self.office.roots

    def rows(self, data: bytes, name: str) -> Iterator[list[str]]:
        return xml.rows(data, self.office)


READERS: tuple[Reader, ...] = (Records("st96", st96.OFFICE), Records("ops", ops.OFFICE), Sheets())


def open_rows(data: bytes, name: str) -> tuple[str, Iterator[list[str]]]:
    """The name of the reader and the rows of a file. Raises BadSheet, some of it only while the rows are read."""
    if len(data) > sheets.LARGEST:
        raise sheet_words.too_large(sheets.LARGEST // 2**20)
    if name.lower().endswith(".xml") and not xml.root_of(data):
        raise sheet_words.unknown_xml()
    reader = next(reader for reader in READERS if reader.reads(data, name))
    if reader.name == "sheet" and name.lower().endswith(".xml"):
        raise sheet_words.unknown_xml()
    return reader.name, reader.rows(data, name)


__all__ = ["READERS", "Reader", "open_rows"]
