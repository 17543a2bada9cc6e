"""Spreadsheets in and out: hostile files are refused with a reason, no cell leaves as a formula (IMP-3, WEB-5)."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter
from django.utils.translation import gettext as _

from marketplace.lib import sheet_reader
from marketplace.lib.findings import Finding, Severity, Unfit

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

LARGEST = 20 * 2**20  # bytes of the file
MOST_ROWS = 60_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767  # characters, as in Excel
MOST_CHARACTERS = 40_000_000  # in all cells
MOST_MEMBERS = 500  # files inside an xlsx or ods
LARGEST_UNPACKED = 200 * 2**20  # bytes
LARGEST_RATIO = 250  # unpacked to packed, for members above 1 MiB
SECONDS = 40  # of the clock, for reading one file

_READER = Path(sheet_reader.__file__)
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DTD = re.compile(rb"<\s*!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class BadSheet(Unfit):
    """A file that cannot be read as a table; `finding` (IMP-3) says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first filled sheet: `rows` of texts, all equally long, numbered as in the file (row 1 first)."""

    name: str
    rows: list[list[str]]


def _bad(message: Words, remedy: Words) -> BadSheet:
    return BadSheet(Finding("IMP-3", Severity.BLOCK, message, remedy))


def _not_a_sheet() -> BadSheet:
    return _bad(
        _("This is not a spreadsheet that can be read."),
        _("Open it in your spreadsheet program and save it as .xlsx, .ods or .csv."),
    )


def _too_big() -> BadSheet:
    return _bad(
        _("The table has more than %(rows)s rows or %(columns)s columns, or too much text.")
        % {"rows": f"{MOST_ROWS:,}", "columns": MOST_COLUMNS},
        _("Delete what is not needed, also empty formatted rows and columns, or split the file."),
    )


def read(data: bytes, name: str) -> Sheet:
    """Read xlsx, xls, ods or csv (UTF-8, UTF-16 with mark, GB18030) by content; `name` only tells text tables apart.

    Formulas give their stored results; nothing is calculated, no macro runs, nothing is fetched. Raises BadSheet.
    """
    if not data.strip(b"\x00\r\n\t "):
        raise _bad(_("The file is empty."), _("Choose the file again."))
    if len(data) > LARGEST:
        raise _bad(
            _("The file is larger than %(size)s MB.") % {"size": LARGEST // 2**20},
            _("Delete pictures and sheets that are not needed, or split the file."),
        )
    if data.startswith(b"PK"):
        _check_zip(data)
    elif not data.startswith(_OLE):
        return _trimmed(_read_text(data, name))
    return _trimmed(_read_apart(data))


def _check_zip(data: bytes) -> None:
    """Look into an xlsx or ods before anybody opens it: kind, number and real size of its members, no DTD."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive)
    except BadSheet:
        raise
    except Exception as error:  # a broken archive makes zlib, struct and others raise whatever they like
        raise _not_a_sheet() from error


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    if len(members) > MOST_MEMBERS or len(names) != len(members):
        raise _not_a_sheet()
    if "xl/vbaProject.bin" in names:
        raise _bad(_("The file contains macros."), _("Save it as .xlsx without macros."))
    is_ods = (
        "mimetype" in names
        and archive.getinfo("mimetype").file_size < 100
        and archive.read("mimetype").strip() == _ODS.encode()
    )
    if not (is_ods or {"xl/workbook.xml", "[Content_Types].xml"} <= names):
        raise _not_a_sheet()
    left = LARGEST_UNPACKED
    for member in members:
        left -= _unpacked(archive, member, left)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """The real size of a member, which its own entry may understate. Raises BadSheet for a bomb or a DTD."""
    size, tail = 0, b""
    with archive.open(member) as source:
        while chunk := source.read(2**18):
            size += len(chunk)
            if size > left or (size > 2**20 and size > LARGEST_RATIO * max(1, member.compress_size)):
                raise _bad(
                    _("The file unpacks to far more than a table needs."),
                    _("Copy the table into a new file and save that."),
                )
            if _DTD.search((tail + chunk).replace(b"\x00", b"")):
                raise _not_a_sheet()
            tail = chunk[-32:]
    return size


def _read_apart(data: bytes) -> Sheet:
    """Read in a process with limits of memory and time of its own."""
    limits = [str(MOST_ROWS), str(MOST_COLUMNS), str(MOST_CHARACTERS)]
    try:
        # -I: neither the environment nor the current folder can slip another module in.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_READER), *limits], input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _too_big() from error
    if done.returncode == sheet_reader.TOO_BIG or done.returncode < 0:
        raise _too_big()
    if done.returncode == sheet_reader.PROTECTED:
        raise _bad(_("The file is protected by a password."), _("Save it without a password."))
    if done.returncode == sheet_reader.EMPTY:
        raise _bad(_("There is no filled sheet in the file."), _("Put the table on the first sheet."))
    if done.returncode:
        raise _not_a_sheet()
    lines = done.stdout.decode("ascii").splitlines()
    return Sheet(json.loads(lines[0]), [json.loads(line) for line in lines[1:]])


def _read_text(data: bytes, name: str) -> Sheet:
    if not name.lower().endswith((".csv", ".tsv", ".txt")):
        raise _not_a_sheet()
    text = _decoded(data)
    if _CONTROL.search(text) or text.lstrip()[:1] == "<":
        raise _not_a_sheet()
    first = text.split("\n", 1)[0]
    mark = max(",\t;，", key=first.count)
    rows: list[list[str]] = []
    left = MOST_CHARACTERS
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
            rows.append(row)
            left -= sum(map(len, row))
            if len(rows) > MOST_ROWS or len(row) > MOST_COLUMNS or left < 0:
                raise _too_big()
    except csv.Error as error:
        raise _bad(
            _("Line %(line)s cannot be read as part of a table.") % {"line": len(rows) + 1},
            _("Check the quotation marks in that line, or save the table as .xlsx."),
        ) from error
    return Sheet("", rows)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _bad(
        _("The characters of the file can be read neither as UTF-8 nor as GB18030."),
        _("Save it as .xlsx, or as CSV in UTF-8."),
    )


def _trimmed(sheet: Sheet) -> Sheet:
    """Without empty rows at the end and empty columns at the right; blanks around texts are taken off."""
    rows = [[cell.replace("\x00", "").strip() for cell in row] for row in sheet.rows]
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((place for row in rows for place, cell in enumerate(row, start=1) if cell), default=0)
    if not width:
        raise _bad(_("There is no filled sheet in the file."), _("Put the table on the first sheet."))
    for number, row in enumerate(rows, start=1):
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise _bad(
                _("A cell in row %(row)s is longer than %(length)s characters.")
                % {"row": number, "length": f"{LONGEST_CELL:,}"},
                _("Shorten it."),
            )
    return Sheet(sheet.name, [(row + [""] * width)[:width] for row in rows])


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
    plain = book.add_format({"num_format": "@", "quote_prefix": True, "text_wrap": False, "valign": "top"})
    bold = book.add_format({"num_format": "@", "quote_prefix": True, "bold": True, "bottom": 1})
    widths = [len(str(cell)) for cell in header]
    for column, cell in enumerate(header):
        sheet.write_string(0, column, _printable(cell), bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            text = _printable(cell)
            sheet.write_string(number, column, text, plain)
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
