"""No exporter hands out a cell that starts a formula, whatever people have typed where (WEB-5)."""

from __future__ import annotations

import io
import re
from pathlib import Path

from django.http import QueryDict
from openpyxl import Workbook, load_workbook

from listings import story_sheet
from listings.importing import flow, template
from listings.models import Listing
from listings.together import whole
from marketplace.accounts.models import Organization, User
from marketplace.desks import portfolio
from marketplace.lib.sheets import write_xlsx
from tests.lib.test_sheets import PAYLOADS
from tests.listings import making
from tests.listings.importing.conftest import HEADER, sheet

ROOT = Path(__file__).resolve().parents[2]
LEAST = len(PAYLOADS) // 2  # cells that still begin like a formula: some payloads begin with a blank or are shortened
WRITERS = {"marketplace/lib/sheets.py", "marketplace/lib/sheet_text.py"}  # the second one only reads


def test_one_module_writes_sheets_for_all() -> None:
    imports = re.compile(r"^\s*(?:import|from) (?:xlsxwriter|openpyxl|csv|pyexcel|odf)\b", re.MULTILINE)
    rooms = (path for room in ("listings", "marketplace", "cms") for path in (ROOT / room).rglob("*.py"))

    assert {
        str(path.relative_to(ROOT)) for path in rooms if imports.search(path.read_text(encoding="utf-8"))
    } == WRITERS


def kinds(data: bytes) -> dict[str, str]:
    """Every cell with something in it: its text and how a spreadsheet program takes it."""
    cells = (cell for page in load_workbook(io.BytesIO(data)).worksheets for row in page.iter_rows() for cell in row)
    return {str(cell.value): cell.data_type for cell in cells if cell.value is not None}


def is_harmless(data: bytes) -> bool:
    """Whether every cell is text or a number, though enough of them begin as formulas do."""
    found = kinds(data)
    tempting = sum(text.lstrip()[:1] in "=+-@＝＋－＠" for text in found if text.strip())
    return set(found.values()) <= {"s", "n"} and tempting >= LEAST


def test_the_sheets_of_offers(university: Organization, alice: User) -> None:
    """Of stories, and the owner's own: with every payload typed wherever an owner may type."""
    for payload in (text.replace("\0", "") for text in PAYLOADS):  # no form lets a NUL in
        making.offer(university, alice, payload, headline=payload, problem=payload, products=payload, adoption=payload)

    assert is_harmless(story_sheet.write(whole(Listing.objects.all())))
    assert is_harmless(portfolio.workbook(university, portfolio.Asked.from_get(QueryDict())))


def test_the_marked_sheet_of_an_import(university: Organization, alice: User) -> None:
    rows = [[payload, payload, payload, payload, payload, payload, payload, payload] for payload in PAYLOADS]
    run, _new = flow.stage(sheet(rows, HEADER), "a.xlsx", organization=university, by=alice)

    assert is_harmless(template.corrected(run))


def test_the_judge_sees_a_formula() -> None:
    book, out = Workbook(), io.BytesIO()
    book.active["A1"] = "=1+1"
    book.save(out)

    assert kinds(out.getvalue()) == {"=1+1": "f"}
    assert kinds(write_xlsx("t", ["h"], [["=1+1"]])) == {"h": "s", "=1+1": "s"}
