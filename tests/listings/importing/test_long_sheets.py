"""Long sheets: the worker does them, the page says how far it is, and storing is one step all the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listings.importing import flow, steps, template
from listings.importing.columns import HINT
from listings.models import ImportRow, ImportRun, ImportState, Outcome, Patent
from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.sheets import read
from marketplace.outbox import worker
from marketplace.outbox.models import Effect
from tests.listings.importing.conftest import HEADER, sheet
from tests.listings.making import number, patent
from tests.performance import inventories

pytestmark = pytest.mark.django_db
OWN = "示范理工大学"
LONG = 120


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is long for this test: more than fifty rows."""
    monkeypatch.setattr(flow, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(steps, "CHUNK", 30)


@pytest.fixture
def desk(client: Client, lister: User) -> Client:
    client.force_login(lister)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def cells(title: str, written: str = "", owner: str = OWN, filed: str = "2021-03-15") -> list[str]:
    return [title, written or number(), "", filed, "2023-05-02", owner, "张某", "F27D 17/00"]


def many(count: int = LONG) -> list[list[str]]:
    return [cells(f"第{at}件") for at in range(count)]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_long_sheet_is_the_workers_and_the_page_looks_again_by_itself(
    desk: Client, staged: Callable[..., ImportRun]
) -> None:
    run = staged(many())
    assert (run.state, run.rows.count(), run.total) == (ImportState.READING, 0, LONG)
    waiting = desk.get(run.get_absolute_url())
    assert waiting.headers["Refresh"] == "2"
    assert "0 of 120 rows are checked" in text_of(waiting)
    assert b"<script" not in waiting.content.partition(b"<main")[2]

    steps.advance(run.pk)
    half = desk.get(run.get_absolute_url())
    worker.run_pending()
    done = desk.get(run.get_absolute_url())

    assert "29 of 120 rows are checked" in text_of(half)
    assert 'value="29"' in text_of(half)
    assert "Refresh" not in done.headers
    assert "120 patents can be stored" in text_of(done)
    assert Patent.objects.count() == 0


def test_storing_a_long_sheet_is_announced_then_done(desk: Client, staged: Callable[..., ImportRun]) -> None:
    run = staged(many())
    worker.run_pending()

    answer = desk.post(run.get_absolute_url(), {"act": "store"}, follow=True)

    assert "120 patents are stored in one step: all of them or none." in text_of(answer)
    assert answer.headers["Refresh"] == "2"
    assert Patent.objects.count() == 0
    worker.run_pending()
    assert Patent.objects.count() == LONG
    assert "This sheet is stored" in text_of(desk.get(run.get_absolute_url()))
    assert Entry.objects.filter(action="import.commit").count() == 1


def test_storing_twice_while_it_is_being_stored_stores_once(staged: Callable[..., ImportRun], lister: User) -> None:
    run = staged(many())
    worker.run_pending()

    for _turn in range(3):
        run = flow.commit(run, by=lister)
    assert run.state == ImportState.STORING
    worker.run_pending()

    assert Patent.objects.count() == LONG
    assert Entry.objects.filter(action="import.commit").count() == 1


@pytest.mark.parametrize("act", ["store", "map", "answer"])
def test_nothing_is_done_with_a_sheet_that_is_still_being_read(
    act: str, desk: Client, staged: Callable[..., ImportRun]
) -> None:
    run = staged(many())

    answer = desk.post(run.get_absolute_url(), {"act": act})

    assert answer.status_code == 422
    assert "This sheet is still being read." in text_of(answer)
    run.refresh_from_db()
    assert (run.state, Patent.objects.count()) == (ImportState.READING, 0)


def test_a_long_upload_can_be_thrown_away_while_it_is_read(desk: Client, staged: Callable[..., ImportRun]) -> None:
    run = staged(many())
    steps.advance(run.pk)

    desk.post(run.get_absolute_url(), {"act": "discard"})
    worker.run_pending()

    assert (ImportRun.objects.count(), ImportRow.objects.count()) == (0, 0)
    assert Effect.objects.filter(state="pending", topic="import.step").count() == 0


def test_columns_of_a_long_sheet_are_changed_by_the_worker(
    staged: Callable[..., ImportRun], school: Organization, lister: User
) -> None:
    run = staged([["甲", f"第{at}件", number(), OWN] for at in range(LONG)], header=("内部码", "内容", "代码", "归属"))
    worker.run_pending()

    run = flow.remap(run, {"1": "title", "2": "number", "3": "patentee"}, by=lister)
    assert run.state == ImportState.READING
    worker.run_pending()

    run.refresh_from_db()
    assert (run.state, run.counts, run.rows.count()) == (ImportState.STAGED, {"new": LONG}, LONG)


def test_rows_of_different_steps_are_found_to_be_doubles(staged: Callable[..., ImportRun]) -> None:
    rows = many()
    value = rows[3][1]
    rows[100][1] = f"ZL {value[:4]} {value[4]} {value[5:12]}.{value[12]}"
    rows[70][2] = rows[80][2] = "CN112345678B"

    run = staged(rows)
    worker.run_pending()

    run.refresh_from_db()
    assert run.counts == {"new": LONG - 1, "double": 1}
    row = run.rows.get(number=102)
    assert row.outcome == Outcome.DOUBLE
    assert ["double_differs", "number", {"row": "5"}] in row.findings
    assert all("publication_number" not in run.rows.get(number=at).facts for at in (72, 82))


def test_looking_again_says_the_same(staged: Callable[..., ImportRun], lister: User) -> None:
    rows = many(40)
    rows[30][1], rows[20][2], rows[21][2] = rows[3][1], "CN112345678B", "CN112345678B"
    run = staged(rows)
    before = list(run.rows.order_by("number").values_list("number", "outcome", "facts", "findings", "gates"))

    flow.remap(run, run.mapping, by=lister)
    flow.answer(run, {at: {"filed_on": ""} for at in (5, 22, 23, 32)}, by=lister)

    assert list(run.rows.order_by("number").values_list("number", "outcome", "facts", "findings", "gates")) == before


def test_what_changed_between_looking_and_storing_is_shown_and_nothing_is_stored(
    staged: Callable[..., ImportRun], school: Organization, lister: User
) -> None:
    rows = many(5)
    run = staged(rows)
    patent(school, "别人刚存的", application_number=rows[2][1])

    with pytest.raises(Refused) as refused:
        flow.commit(run, by=lister)

    assert refused.value.finding.rule == "IMP-4"
    assert Patent.objects.count() == 1
    run.refresh_from_db()
    assert (run.state, run.counts) == (ImportState.STAGED, {"new": 4, "changed": 1})
    flow.commit(run, by=lister)
    assert Patent.objects.count() == 5


def test_gates_ask_the_same_number_of_questions_for_few_and_many_rows(staged: Callable[..., ImportRun]) -> None:
    counts = []
    for rows in (many(2), many(25)):
        with CaptureQueriesContext(connection) as asked:
            staged(rows)
        counts.append(len([one for one in asked if "INSERT" not in one["sql"]]))

    assert counts[1] == counts[0]


def test_every_row_says_what_still_stands_between_it_and_an_offer(
    desk: Client, staged: Callable[..., ImportRun]
) -> None:
    header = (*HEADER, "法律状态", "年费")
    run = staged(
        [
            [*cells("都有"), "有效", "5"],
            [*cells("没有状态"), "", ""],
            [*cells("共有", owner=f"{OWN};另一所"), "有效", "9"],
        ],
        header=header,
    )

    gates = {row.facts["title"]: row.gates for row in run.rows.all()}
    assert gates["没有状态"]["open"] == ["GATE-1", "GATE-4"]
    assert gates["共有"]["open"] == ["GATE-8"]
    assert run.gates["open"] == {"GATE-1": 1, "GATE-4": 1 + ("GATE-4" in gates["都有"]["open"]), "GATE-8": 1} | (
        {} if gates["都有"]["open"] else {"": 1}
    )
    text = text_of(desk.get(run.get_absolute_url()))
    assert "/rules/#GATE-8" in text
    assert "what stands between them and an offer" in text


# the marked sheet


def test_the_marked_sheet_has_the_uploaders_columns_and_marks_bad_cells(
    staged: Callable[..., ImportRun], school: Organization, lister: User
) -> None:
    header = ("内部编号", "名称", "专利号", "申请日", "专利权人", "学院")
    rows = [["A1", "一种装置", number(), "2021-03-15", OWN, "材料"], ["A2", "坏的", "123", "昨天", OWN, "化工"]]
    run = staged(rows, header=header)

    data = template.corrected(run)

    found = read(data, "x.xlsx").rows
    assert found[0] == [*header, HINT]
    assert [row[:6] for row in found[1:]] == rows
    assert found[1][6] == ""
    assert "NUM-1" in found[2][6]
    assert "IMP-1" in found[2][6]
    assert marked_cells(data) == {"C3", "D3"}


def marked_cells(data: bytes) -> set[str]:
    """The cells written in the style of what has to be mended."""
    import io
    import zipfile

    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    cells_ = re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', xml)
    plain = {style for cell, style in cells_ if cell in ("A1", "A2")}
    return {cell for cell, style in cells_ if style not in plain}


def test_a_mended_sheet_comes_in_and_its_hints_do_not_pile_up(
    staged: Callable[..., ImportRun], school: Organization, lister: User
) -> None:
    run = staged([cells("坏的", "123"), cells("好的")])
    for turn in range(3):
        data = template.corrected(run)
        run, created = flow.stage(data, f"{turn}.xlsx", organization=school, by=lister)
        assert created or turn
        assert read(data, "x.xlsx").rows[0] == [*HEADER, HINT]
    table = read(template.corrected(run), "x.xlsx").rows
    table[1][1] = number()

    mended, _new = flow.stage(sheet(table[1:], table[0]), "mended.xlsx", organization=school, by=lister)

    assert mended.counts == {"new": 2}
    assert str(len(HEADER)) not in mended.mapping


def test_typed_answers_are_in_the_marked_sheet(staged: Callable[..., ImportRun], lister: User) -> None:
    run = staged([["一种装置", number(), OWN]], header=("名称", "专利号", "专利权人"))
    run = flow.answer(run, {2: {"filed_on": "2021-04-01"}}, by=lister)

    rows = read(template.corrected(run), "x.xlsx").rows

    assert rows[0] == ["名称", "专利号", "专利权人", "申请日", HINT]
    assert rows[1][3] == "2021-04-01"


def test_rows_above_the_header_stay_above_it(school: Organization, lister: User) -> None:
    table = [["", "", "学院台账"], ["制表：某某"], list(HEADER), cells("坏的", "123")]
    run, _new = flow.stage(sheet(table[1:], table[0]), "a.xlsx", organization=school, by=lister)

    rows = read(template.corrected(run), "x.xlsx").rows

    assert rows[0][2] == "学院台账"
    assert rows[1][0] == "制表：某某"
    assert rows[2] == [*HEADER, HINT]


def test_a_long_marked_sheet_comes_in_parts_with_only_what_is_to_be_mended(
    desk: Client, staged: Callable[..., ImportRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template, "ROWS_A_PART", 10)
    run = staged([*many(15), *[cells(f"坏{at}", f"{at}") for at in range(12)]])
    address = reverse("listings:import_corrected", args=[run.code])

    parts = [read(desk.get(f"{address}?part={part}").content, "x.xlsx").rows for part in (1, 2)]

    assert [len(part) - 1 for part in parts] == [10, 2]
    assert [row[0] for part in parts for row in part[1:]] == [f"坏{at}" for at in range(12)]
    assert [desk.get(f"{address}?part={part}").status_code for part in ("3", "0", "x", "-1")] == [404] * 4
    assert "part 2 of 2" in text_of(desk.get(run.get_absolute_url()))


def test_the_inventory_of_the_benchmark_has_the_mistakes_that_it_says(
    tmp_path: Path, school: Organization, lister: User
) -> None:
    path = inventories.write(tmp_path / "inventory.xlsx", OWN, 400)

    run, _new = flow.stage(path.read_bytes(), "inventory.xlsx", organization=school, by=lister, wait=True)

    told = {row.number: {stored[0] for stored in row.findings} for row in run.rows.all()}
    spoilt = {52, 152, 252, 352}  # the header is the first row
    assert {number for number, keys in told.items() if keys & {"double", "double_differs"}} == {122, 322}
    assert {row.number for row in run.rows.filter(outcome=Outcome.REFUSED)} <= spoilt
    assert all(told[number] & MISTAKES for number in spoilt)
    assert sum(run.gates["open"].values()) >= 394


MISTAKES = {"title_missing", "number_bad", "date_bad", "patentee_other"}
