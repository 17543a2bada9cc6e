"""The results of a search as a spreadsheet, on paper and as a feed."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from listings.models import Listing
from listings.search import indexer
from listings.search.backend import Question
from listings.search.engine import backend
from marketplace.accounts.models import Organization, Role, User
from tests.lib.test_sheets import PAYLOADS
from tests.listings.making import firm, member
from tests.listings.public.conftest import sound

pytestmark = pytest.mark.django_db
SHEET, PAPER, FEED = (reverse(f"listings:find_{name}") for name in ("sheet", "print", "feed"))
ATOM = "{http://www.w3.org/2005/Atom}"
FORMULAS = [text for text in PAYLOADS if "\x00" not in text]  # no form stores a NUL


def cells(response: Any) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return book.get_sheet_by_index(0).to_python()


def titles(response: Any) -> list[str]:
    tree = ET.fromstring(response.content)  # noqa: S314 - our own answer
    return [entry.findtext(f"{ATOM}title") or "" for entry in tree.findall(f"{ATOM}entry")]


@pytest.fixture
def offers(school: Organization, alice: User) -> list[Listing]:
    made = [sound(school, alice, f"第{n}件余热装置", prices={"micro": 1_000_000}) for n in range(14)]
    indexer.rebuild()
    return made


def test_a_spreadsheet_holds_every_offer_of_the_search_not_one_page(client: Client, offers: list[Listing]) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    rows = cells(client.get(SHEET, {"q": "余热"}))

    assert rows[0][:5] == ["Title", "In one sentence", "Price", "Terms", "Patent number"]
    assert sorted(row[0] for row in rows[1:]) == sorted(f"第{n}件余热装置" for n in range(14))
    assert {row[2] for row in rows[1:]} == {"¥30,000"}
    assert all(str(row[-1]).startswith("http") for row in rows[1:])


def test_a_spreadsheet_says_what_the_reader_pays(client: Client, offers: list[Listing], bob: User) -> None:
    member(bob, firm(size="micro"), Role.OWNER)
    client.force_login(bob)

    assert {row[2] for row in cells(client.get(SHEET))[1:]} == {"¥10,000"}


def test_no_cell_is_a_formula(client: Client, school: Organization, alice: User) -> None:
    for text in FORMULAS:
        sound(school, alice, text, headline=text, problem=text, products=text)
    indexer.rebuild()

    response = client.get(SHEET)
    sheet = load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(min_row=2))

    assert len(FORMULAS) >= 60
    assert len(rows) == len(FORMULAS)
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    assert {unescape(row[0].value).strip() for row in rows} == {text.strip() for text in FORMULAS}
    assert b"<f>" not in _xml(response.content)


def _xml(data: bytes) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return book.read("xl/worksheets/sheet1.xml")


def test_nobodys_contact_leaves_with_it(client: Client, offers: list[Listing], bob: User) -> None:
    client.force_login(bob)

    for address in (SHEET, PAPER, FEED):
        whole = " ".join(str(cell) for row in cells(client.get(address)) for cell in row) if address == SHEET else ""
        whole += client.get(address).content.decode("utf-8", "replace")
        assert "13800135678" not in whole
        assert "zhang@example.test" not in whole


@pytest.mark.parametrize("state", ["suspended", "withdrawn", "draft"])
def test_what_is_not_on_offer_is_in_none_of_them(client: Client, offers: list[Listing], state: str) -> None:
    Listing.objects.filter(pk=offers[3].pk).update(state=state)
    assert offers[3].pk in backend().search(Question(limit=50)).keys  # the index has not heard of it yet

    assert "第3件余热装置" not in [row[0] for row in cells(client.get(SHEET, {"q": "余热"}))]
    assert "第3件余热装置" not in client.get(PAPER, {"q": "余热"}).content.decode()
    assert "第3件余热装置" not in titles(client.get(FEED, {"q": "余热"}))
    assert "第4件余热装置" in titles(client.get(FEED, {"q": "余热"}))


def test_a_feed_is_atom_with_the_newest_first_and_stable_names(client: Client, offers: list[Listing]) -> None:
    Listing.objects.filter(pk=offers[13].pk).update(published_at=timezone.now() + timedelta(hours=1))
    indexer.rebuild()
    response = client.get(FEED, {"q": "余热", "track": "preset"})
    tree = ET.fromstring(response.content)  # noqa: S314 - our own answer

    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert tree.tag == f"{ATOM}feed"
    assert titles(response)[0] == "第13件余热装置"
    assert tree.findtext(f"{ATOM}entry/{ATOM}id") == f"urn:uuid:{offers[13].code}"
    links = {link.get("rel"): str(link.get("href")) for link in tree.findall(f"{ATOM}link")}
    assert links["self"].endswith("/find/feed/?q=%E4%BD%99%E7%83%AD&track=preset")
    assert links["alternate"].endswith("/find/?q=%E4%BD%99%E7%83%AD&track=preset")


def test_a_feed_is_the_same_for_everybody(client: Client, offers: list[Listing], bob: User) -> None:
    before = client.get(FEED).content
    member(bob, firm(size="micro"), Role.OWNER)
    client.force_login(bob)

    assert re.sub(rb"<updated>.*?</updated>", b"", client.get(FEED).content) == re.sub(
        rb"<updated>.*?</updated>", b"", before
    )


def test_a_feed_brings_nothing_rather_than_what_does_not_fit(client: Client, offers: list[Listing]) -> None:
    assert titles(client.get(FEED, {"q": "魑魅魍魉"})) == []


def test_a_feed_stays_xml_whatever_stands_in_an_offer(client: Client, school: Organization, alice: User) -> None:
    sound(school, alice, "<b>&amp;\x0b\x1f]]>", headline="<script>\ufffe")
    indexer.rebuild()

    assert titles(client.get(FEED)) == ["<b>&amp;]]>"]


def test_paper_says_what_was_asked_and_how_many_there_are(client: Client, offers: list[Listing]) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = re.sub(r"\s+", " ", client.get(PAPER, {"q": "余热", "track": "preset"}).content.decode())

    assert "“余热” · Preset license" in text
    assert "14 of 14 offers" in text
    assert text.count("<tr>") == 15


@pytest.mark.parametrize("address", [SHEET, PAPER, FEED])
def test_each_asks_as_many_questions_for_two_and_fourteen(
    client: Client, school: Organization, alice: User, address: str
) -> None:
    for n in range(2):
        sound(school, alice, f"第{n}件余热装置")
    indexer.rebuild()
    client.get(address)
    with CaptureQueriesContext(connection) as two:
        client.get(address)
    for n in range(12):
        sound(school, alice, f"又{n}件余热装置")
    indexer.rebuild()
    with CaptureQueriesContext(connection) as more:
        client.get(address)

    assert len(more) == len(two)


@pytest.mark.parametrize("address", [SHEET, PAPER, FEED])
def test_a_strange_address_is_answered(client: Client, offers: list[Listing], address: str) -> None:
    for query in (
        "?q=%ff%fe&page=9999999",
        "?ipc=%27&left=x&product=" + "a" * 999,
        "?" + "q=a&" * 300,
        "?sort=evil&q=<x>",
    ):
        assert client.get(address + query).status_code == 200


@pytest.mark.parametrize(("address", "limit"), [(SHEET, "export"), (PAPER, "export"), (FEED, "feed")])
def test_collecting_by_machine_is_slowed_down_by_network(
    client: Client, offers: list[Listing], address: str, limit: str
) -> None:
    with override_settings(RATE_LIMITS={limit: "2/minute"}):
        answers = [client.get(address, REMOTE_ADDR=f"10.9.8.{n}").status_code for n in range(3)]
        other = client.get(address, REMOTE_ADDR="10.9.7.1").status_code

    assert answers == [200, 200, 429]
    assert other == 200


def test_without_an_index_all_three_answer_from_the_database(client: Client, school: Organization, alice: User) -> None:
    sound(school, alice, "余热装置")

    assert [row[0] for row in cells(client.get(SHEET, {"q": "余热"}))[1:]] == ["余热装置"]
    assert titles(client.get(FEED, {"q": "余热"})) == ["余热装置"]
    assert client.get(PAPER).status_code == 200


@pytest.mark.one_database
def test_no_naughty_string_breaks_a_feed_a_comparison_or_the_form_of_a_need(
    client: Client, school: Organization, alice: User, shared: Path
) -> None:
    sound(school, alice, "余热装置")
    indexer.rebuild()
    strings = json.loads((shared / "data" / "hostile" / "blns.json").read_text(encoding="utf-8"))

    for text in strings[::5]:
        assert titles(client.get(FEED, {"q": text, "product": text})) in ([], ["余热装置"])
        assert client.get(reverse("listings:compare"), {"l": text, "only": text}).status_code == 200
        assert "<script>alert" not in client.get(reverse("needs:post"), {"q": text}).content.decode()
