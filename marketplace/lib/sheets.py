"""Spreadsheets in and out: hostile files are refused with a reason, no cell leaves as a formula (IMP-3, WEB-5)."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import xlsxwriter

from marketplace.lib import sheet_archives, sheet_reader, sheet_text
from marketplace.lib import sheet_words as words
from marketplace.lib.sheet_words import BadSheet

LARGEST = 20 * 2**20  # bytes of the file
MOST_ROWS = 60_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767  # characters, as in Excel
MOST_CHARACTERS = 40_000_000  # in all cells
SECONDS = 40  # of the clock, for reading one file

_READER = Path(sheet_reader.__file__)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|table|meta|script|\?xml[^>]*>\s*<html)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first filled sheet: `rows` of texts, all equally long, numbered as in the file (row 1 first)."""

    name: str
    rows: list[list[str]]


class Marked(str):
    """A cell that is shown in the color of what has to be mended."""

    __slots__ = ()


def read(data: bytes, name: str) -> Sheet:
    """Read xlsx, xls, ods or csv (UTF-8, UTF-16 with mark, GB18030) by content; `name` only tells text tables apart.

    Formulas give their stored results; nothing is calculated, no macro runs, nothing is fetched. Raises BadSheet.
    """
    title, found = opened(data, name)
    rows = list(found)
    width = max(map(len, rows))
    return Sheet(title, [row + [""] * (width - len(row)) for row in rows])


def opened(data: bytes, name: str) -> tuple[str, Iterator[list[str]]]:
    """The same sheet row by row, so that a long one never stands in memory: its name, and rows as long as filled.

    Empty rows at the end are left out. Raises BadSheet, some of it only while the rows are read.
    """
    title, found = _opened(data, name)
    rows = _trimmed(found)
    try:
        first = next(rows)
    except StopIteration:
        raise words.nothing_in_it() from None
    return title, itertools.chain([first], rows)


def _opened(data: bytes, name: str) -> tuple[str, Iterator[list[str]]]:
    if not data.strip(b"\x00\r\n\t "):
        raise words.empty_file()
    if len(data) > LARGEST:
        raise words.too_large(LARGEST // 2**20)
    is_text = name.lower().endswith(sheet_text.ENDINGS)
    if data.startswith(b"PK"):
        sheet_archives.check(data)
    elif not data.startswith(_OLE):
        if _PAGE.match(data[:200]):
            raise words.disguised_page()
        if not is_text:
            raise words.not_a_sheet()
        return "", sheet_text.rows(data, MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS)
    elif _ENCRYPTED in data:
        raise words.protected()
    if is_text:
        raise words.wrong_ending()
    return _read_apart(data)


def _read_apart(data: bytes) -> tuple[str, Iterator[list[str]]]:
    """Read in a process with limits of memory and time of its own; its answer lies in a file, not in memory."""
    limits = [str(MOST_ROWS), str(MOST_COLUMNS), str(MOST_CHARACTERS)]
    with tempfile.TemporaryFile() as given:
        given.write(data)
        given.seek(0)
        answer = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the rows that are read from it
        try:
            # -I: neither the environment nor the current folder can slip another module in.
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", str(_READER), *limits],
                stdin=given, stdout=answer, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
            )  # fmt: skip
            _refuse(done.returncode)
        except BaseException as error:
            answer.close()
            if isinstance(error, subprocess.TimeoutExpired):
                raise words.too_big(MOST_ROWS, MOST_COLUMNS) from error
            raise
    answer.seek(0)
    return json.loads(answer.readline()), _lines(answer)


def _refuse(code: int) -> None:
    """What the reading process says by its exit code. Raises BadSheet unless it read the file."""
    if code == sheet_reader.TOO_BIG or code < 0:
        raise words.too_big(MOST_ROWS, MOST_COLUMNS)
    if code == sheet_reader.PROTECTED:
        raise words.protected()
    if code == sheet_reader.EMPTY:
        raise words.nothing_in_it()
    if code:
        raise words.not_a_sheet()


def _lines(answer: IO[bytes]) -> Iterator[list[str]]:
    with answer:
        for line in answer:
            yield json.loads(line)


def _trimmed(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Without blanks around texts, empty cells at the right and empty rows at the end. Raises BadSheet."""
    empty = 0
    for number, row in enumerate(rows, start=1):
        cells = [cell.replace("\x00", "").strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            empty += 1
            continue
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise words.long_cell(number, LONGEST_CELL)
        for _row in range(empty):
            yield []
        empty = 0
        yield cells


_DANGEROUS = tuple("=+-@\t\r\n\x00＝＋－＠")


def formula_safe(text: str) -> str:
    """A text that no spreadsheet program takes for a formula, also after blanks: ' goes before it (WEB-5). For CSV."""
    if text.startswith(_DANGEROUS) or text.lstrip(" \u00a0\u3000\ufeff\u200b").startswith(_DANGEROUS):
        return f"'{text}"
    return text


def _printable(value: object) -> str:
    """What goes into a cell: no control characters but line ends and tabs, no half characters, not too long."""
    text = "" if value is None else str(value)
    text = _CONTROL.sub("", text).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _sheet_name(title: str) -> str:
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip(" '")
    units = plain.encode("utf-16-le", "replace")[:62]  # Excel counts 31 units of UTF-16
    return units.decode("utf-16-le", "ignore").strip(" '") or "Sheet1"


def write_xlsx(title: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook with one sheet. Every cell is text, and stays text when it is edited; values are not altered (WEB-5).

    `title` names the sheet: what Excel forbids in it is left out, and 31 characters are kept.
    """
    sink = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(sink, options)
    sheet = book.add_worksheet(_sheet_name(title))
    text_only = {"num_format": "@", "quote_prefix": True, "text_wrap": False, "valign": "top"}
    plain = book.add_format(text_only)
    marked = book.add_format(text_only | {"bg_color": "#fbd9d3", "font_color": "#7a1d10"})
    bold = book.add_format({"num_format": "@", "quote_prefix": True, "bold": True, "bottom": 1})
    widths = [len(str(cell)) for cell in header]
    for column, cell in enumerate(header):
        sheet.write_string(0, column, _printable(cell), bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            text = _printable(cell)
            sheet.write_string(number, column, text, marked if isinstance(cell, Marked) else plain)
            if number < 200 and column < len(widths):
                widths[column] = max(widths[column], len(text))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(60, max(8, width * 1.6)))
    sheet.freeze_panes(1, 0)
    book.close()
    return sink.getvalue()


def write_csv(header: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """The same table as CSV in UTF-8 with mark, so that Excel reads Chinese; formulas are disarmed (WEB-5)."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    for row in (header, *rows):
        writer.writerow([formula_safe(_printable(cell)) for cell in row])
    return b"\xef\xbb\xbf" + sink.getvalue().encode("utf-8")


__all__ = [
    "LARGEST", "LONGEST_CELL", "MOST_CHARACTERS", "MOST_COLUMNS", "MOST_ROWS", "BadSheet", "Marked", "Sheet",
    "formula_safe", "opened", "read", "write_csv", "write_xlsx",
]  # fmt: skip
