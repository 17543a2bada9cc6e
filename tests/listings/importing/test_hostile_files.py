"""Files made to do harm, through the page: refused with a rule, a reason and a remedy; nothing is stored (IMP-3)."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from listings.importing import flow
from listings.models import ColumnMemory, ImportPart, ImportRow, ImportRun, Outcome, Patent
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.outbox.models import Effect
from tests.lib.test_sheets import archive, book, changed, with_macro
from tests.listings.importing.conftest import HEADER, sheet
from tests.listings.importing.test_readers import OPS, ST96
from tests.listings.making import number

pytestmark = pytest.mark.django_db
OWN = "示范理工大学"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)
UTF8, GB = "专利号,名称,权利人甲乙丙丁\r\n".encode(), "2021100000010,余热回收方法,示范理工大学\r\n".encode("gb18030")


def table() -> bytes:
    return sheet([["一种装置", number(), "", "2021-03-15", "2023-05-02", OWN, "张某", "F27D 17/00"]])


def plus(**members: bytes | str) -> bytes:
    """A good workbook with more members in it."""
    data = io.BytesIO(table())
    with zipfile.ZipFile(data, "a") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/"), content)
    return data.getvalue()


def with_type(text: str, doctype: str) -> bytes:
    head, _mark, rest = text.format(number="202110000123").partition("?>")
    return f"{head}?>{doctype}{rest.replace('干燥', '&e;干燥')}".encode()


def claiming(rows: int) -> bytes:
    """A sheet whose last row is far away: programs that believe it fill memory."""
    far = f'<row r="{rows}"><c r="A{rows}"><v>1</v></c></row></sheetData>'
    return changed(
        book(["x"]),
        lambda name, old: old.replace(b"</sheetData>", far.encode()) if name.endswith("sheet1.xml") else old,
    )


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "zip bomb": ("a.xlsx", lambda: plus(**{"xl__media__a.png": b" " * 60_000_000})),
    "zip in the zip": ("a.xlsx", lambda: archive(**{"a.xlsx": table(), "b.zip": archive(c=b"d")})),
    "workbook with an archive inside": ("a.xlsx", lambda: plus(xl__embeddings__a="PK\x03\x04 and so on")),
    "workbook with an old document inside": ("a.xlsx", lambda: plus(xl__embeddings__o=OLE + b"x")),
    "links to other workbooks": ("a.xlsx", lambda: plus(**{"xl__externalLinks__externalLink1.xml": "<externalLink/>"})),
    "a data connection": ("a.xlsx", lambda: plus(**{"xl__connections.xml": "<connections/>"})),
    "macros": ("a.xlsm", with_macro),
    "macros under another name": ("a.xlsx", with_macro),
    "old macro sheet": ("a.xlsx", lambda: plus(**{"xl__macrosheets__sheet1.xml": "<x/>"})),
    "external entity in a sheet": (
        "a.xlsx",
        lambda: changed(
            table(), lambda n, old: old.replace(b"?>", b"?>" + ENTITY.encode(), 1) if "sheet1" in n else old
        ),
    ),
    "external entity in ST.96": ("a.xml", lambda: with_type(ST96, ENTITY)),
    "external entity in OPS": ("a.xml", lambda: with_type(OPS, ENTITY)),
    "a billion laughs in ST.96": ("a.xml", lambda: with_type(ST96, LAUGHS).replace(b"&e;", b"&a9;")),
    "a document type elsewhere": ("a.xml", lambda: with_type(OPS, '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">')),
    "some other XML": ("a.xml", lambda: b'<?xml version="1.0"?><svg onload="alert(1)"/>'),
    "XML cut off": ("a.xml", lambda: ST96.format(number="202110000123").encode()[:900]),
    "XML a thousand levels deep": ("a.xml", lambda: b"<PatentPublication>" + b"<a>" * 100_000),
    "workbook named as text": ("a.csv", table),
    "workbook named as XML": ("a.xml", table),
    "text named as workbook": ("a.xlsx", lambda: UTF8),
    "PDF named as workbook": ("a.xlsx", lambda: b"%PDF-1.7\n%%EOF"),
    "picture named as text": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n\x00\x00"),
    "cut in the middle": ("a.xlsx", lambda: table()[: len(table()) // 2]),
    "ten thousand columns": ("a.csv", lambda: b",".join(b"c%d" % at for at in range(10_000))),
    "ten thousand columns in a workbook": ("a.xlsx", lambda: book([f"c{at}" for at in range(10_000)])),
    "two million rows": ("a.csv", lambda: b"a,b\n" * 2_000_000),
    "a sheet that claims a million rows": ("a.xlsx", lambda: claiming(1_048_576)),
    "a sheet that claims two million rows": ("a.xlsx", lambda: claiming(2_000_000)),
    "NUL in a text table": ("a.csv", lambda: UTF8 + b"2021\x00100000010,a,b\r\n"),
    "two encodings": ("a.csv", lambda: UTF8 + GB),
    "two encodings, the other way round": ("a.csv", lambda: GB + UTF8),
    "UTF-16 without its mark": ("a.csv", lambda: UTF8.decode().encode("utf-16-le")),
    "a mark and nothing else": ("a.csv", lambda: b"\xef\xbb\xbf"),
    "encrypted": ("a.xlsx", lambda: OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(2048)),
    "a web page named .xls": ("a.xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>"),
    "a web page with a mark named .xls": ("a.xls", lambda: b"\xef\xbb\xbf<html><body><table></table></body></html>"),
    "XML spreadsheet named .xls": ("a.xls", lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:x"></Workbook>'),
}


@pytest.fixture
def desk(client: Client, lister: User) -> Client:
    client.force_login(lister)
    return client


def send(client: Client, data: bytes, name: str, language: str = "en") -> Any:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    file = io.BytesIO(data)
    file.name = name
    return client.post(reverse("listings:import"), {"file": file}, follow=True)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_both_languages_and_leaves_nothing(case: str, desk: Client) -> None:
    name, make = HOSTILE[case]
    data = make()

    answers = [send(desk, data, name, language) for language in ("en", "zh-hans")]

    for answer in answers:
        assert answer.status_code == 422
        assert answer.redirect_chain == []
        (error,) = answer.context["form"].errors["file"]
        assert "IMP-3" in error
        assert answer.content.count(b"button primary") == 1
    told = [answer.context["form"].errors["file"][0] for answer in answers]
    assert told[0].isascii() or "“" in told[0]
    assert (ImportRun.objects.count(), ImportRow.objects.count(), Patent.objects.count()) == (0, 0, 0)
    assert (ColumnMemory.objects.count(), Effect.objects.filter(topic="import.step").count()) == (0, 0)
    assert ImportPart.objects.count() == 0


def test_the_same_table_without_what_makes_it_hostile_comes_in(desk: Client) -> None:
    assert send(desk, table(), "a.xlsx").redirect_chain
    assert send(desk, ST96.format(number="202110000123").encode(), "a.xml").redirect_chain
    assert send(desk, UTF8, "a.csv").redirect_chain
    assert ImportRun.objects.count() == 3


def test_a_formula_is_read_as_its_stored_value_and_never_carried_out(desk: Client) -> None:
    good = table()
    formula = b'<f>HYPERLINK("http://127.0.0.1/","x")</f><v>0</v>'
    data = changed(
        good,
        lambda name, old: old.replace(b"</c>", formula + b"</c>", 1) if name.endswith("sheet1.xml") else old,
    )

    answer = send(desk, data, "a.xlsx")

    assert answer.status_code == 200
    assert b"HYPERLINK" not in answer.content


def test_a_large_hostile_file_is_refused_on_its_own_page_and_may_come_again(
    school: Organization, lister: User, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketplace.outbox import worker

    monkeypatch.setattr(flow, "READ_AT_ONCE", 100)
    data = table()[:-40]

    page = send(desk, data, "a.xlsx").redirect_chain[-1][0]
    worker.run_pending()
    answer = desk.get(page)

    assert answer.status_code == 200
    assert ImportRun.objects.get().trouble["message"] == "这不是可以读取的表格文件。"  # in the uploader's language
    assert "这不是可以读取的表格文件。" in answer.content.decode()
    assert "IMP-3" in answer.content.decode()
    assert (ImportRun.objects.get().state, ImportRow.objects.count()) == ("unfit", 0)
    assert ImportPart.objects.count() == 0
    again, created = flow.stage(data, "a.xlsx", organization=school, by=lister)
    assert (created, again.state, ImportRun.objects.count()) == (True, "reading", 1)


@pytest.mark.one_database
@pytest.mark.shared
@pytest.mark.parametrize("column", range(len(HEADER)))
def test_naughty_strings_stay_text_wherever_they_stand(
    column: int, shared: Path, desk: Client, school: Organization, lister: User
) -> None:
    strings = json.loads((shared / "data" / "hostile" / "blns.json").read_text())
    rows = []
    for text in strings:
        row = ["一种装置", number(), "", "2021-03-15", "2023-05-02", OWN, "张某", "F27D 17/00"]
        row[column] = text
        rows.append(row)

    run, _new = flow.stage(sheet(rows), "a.xlsx", organization=school, by=lister)
    with contextlib.suppress(Refused):  # where the patentee's name is naughty, no row is the university's
        flow.commit(run, by=lister, leave_out=True)

    assert run.rows.count() == len(rows)
    assert Patent.objects.count() == run.rows.exclude(outcome__in=[Outcome.REFUSED, Outcome.DOUBLE]).count()
    pages = [
        desk.get(f"{run.get_absolute_url()}?page={page}").content.decode()
        for page in (range(1, 12) if column == 0 else (3, 7))
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    data = desk.get(reverse("listings:import_corrected", args=[run.code])).content
    assert not any(b"<f" in zipfile.ZipFile(io.BytesIO(data)).read(name) for name in ("xl/worksheets/sheet1.xml",))
    back = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    cells = {row.number: row.cells for row in run.rows.all()}
    assert len(back) == len(rows) + 1
    assert [str(row[column]).strip() for row in back[1:]] == [
        (cells[at][column] if column < len(cells[at]) else "") for at in sorted(cells)
    ]
