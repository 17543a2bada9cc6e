"""Records of patent offices in XML, read one by one; entities and document types are refused (IMP-3)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import defusedxml
from defusedxml.ElementTree import iterparse

from listings.importing.columns import FIELDS
from marketplace.lib import sheet_words as words
from marketplace.lib import sheets
from marketplace.lib.numbers import application_check_digit

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

KEYS = (
    "title", "number", "publication", "published_on", "filed_on", "granted_on", "patentee", "inventors", "ipc",
    "abstract",
)  # fmt: skip
_HEAD = re.compile(
    rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>\s*)*<([A-Za-z_][\w.:-]*)", re.DOTALL
)
_GB = re.compile(rb"""(<\?xml[^>]*?encoding\s*=\s*["'])(?:gb\w*)(["'])""", re.IGNORECASE)
_MARKS = (b"\xef\xbb\xbf",)
_LOOKED_AT = 4_096  # bytes in which the first element must stand


@dataclass(frozen=True, slots=True)
class Office:
    """How one office writes: names of root and record elements without prefix, and what a record says by field."""

    roots: frozenset[str]
    record: frozenset[str]
    facts: Callable[[Element], dict[str, str]]


def root_of(data: bytes) -> str:
    """The name of the first element, without prefix; '' where the bytes are no XML."""
    head = _utf8(data[:_LOOKED_AT]) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data[:_LOOKED_AT]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    found = _HEAD.match(head)
    return found[1].decode("ascii", "replace").rpartition(":")[2] if found else ""


def _utf8(data: bytes) -> bytes:
    return data[: len(data) // 2 * 2].decode("utf-16", "ignore").encode()


def rows(data: bytes, office: Office) -> Iterator[list[str]]:
    """The header of our template, then a row for each record. Raises BadSheet."""
    yield [FIELDS[key].heading for key in KEYS]
    number = 0
    for record in _records(_readable(data), office.record):
        number += 1
        if number > sheets.MOST_ROWS:
            raise words.too_big(sheets.MOST_ROWS, sheets.MOST_COLUMNS)
        facts = office.facts(record)
        row = [facts.get(key, "").strip()[: sheets.LONGEST_CELL] for key in KEYS]
        yield row
    if not number:
        raise words.unknown_xml()


def _readable(data: bytes) -> bytes:
    """The parser knows UTF-8 and UTF-16; Chinese offices also write GB18030."""
    if not _GB.search(data[:200]):
        return data
    try:
        return _GB.sub(rb"\1utf-8\2", data.decode("gb18030").encode(), count=1)
    except UnicodeDecodeError as error:
        raise words.unknown_xml() from error


def _records(data: bytes, names: frozenset[str]) -> Iterator[Element]:
    """Each record when it is whole; it is emptied afterwards, so that a long file never stands in memory."""
    try:
        events = iter(iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True))
        _event, root = next(events)
        inside = 0
        for event, element in events:
            if local(element) not in names:
                continue
            inside += 1 if event == "start" else -1
            if event == "end" and not inside:
                yield element
                element.clear()
                root.clear()
    except (defusedxml.DTDForbidden, defusedxml.EntitiesForbidden, defusedxml.ExternalReferenceForbidden) as error:
        raise words.hostile_xml() from error
    except (
        SyntaxError,
        ValueError,
        LookupError,
        RecursionError,
        StopIteration,
    ) as error:  # ParseError is a SyntaxError
        raise words.unknown_xml() from error


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def named(element: Element, *names: str) -> Iterator[Element]:
    """The descendants of these names, in the order of the document."""
    return (one for one in element.iter() if local(one) in names)


def text(element: Element | None) -> str:
    """All text beneath an element, blanks evened."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def first(element: Element | None, *names: str) -> str:
    """The text of the first descendant of these names that has any; the names in their order of preference."""
    if element is None:
        return ""
    for name in names:
        for one in named(element, name):
            if told := text(one):
                return told
    return ""


def by_language(elements: list[Element]) -> Element | None:
    """The Chinese one where there is one, else the original, else the first."""

    def language(element: Element) -> str:
        return next((value.lower()[:2] for key, value in element.attrib.items() if "lang" in key.lower()), "")

    for wanted in ("zh", "cn", "ol", "en"):
        for one in elements:
            if language(one) == wanted and text(one):
                return one
    return next((one for one in elements if text(one)), None)


def application_number(country: str, digits: str) -> str:
    """The number as it stands on the certificate: some offices leave out the check digit, which the others imply."""
    bare = digits.strip().upper().removeprefix("CN").replace(" ", "")
    if country.upper() not in ("CN", ""):
        return f"{country} {digits}".strip()
    if re.fullmatch(r"20[0-9]{2}[12389][0-9]{7}|(?:8[5-9]|9[0-9]|0[0-3])[12389][0-9]{5}", bare):
        return f"{bare}.{application_check_digit(bare)}"
    return bare


def day(digits: str) -> str:
    """20210315 or 2021-03-15 (with or without zone) as 2021-03-15; anything else as it is."""
    found = re.match(r"(\d{4})-?(\d{2})-?(\d{2})", digits.strip())
    return "-".join(found.groups()) if found else digits.strip()
