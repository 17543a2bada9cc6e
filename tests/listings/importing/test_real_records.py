"""Real records of granted inventions and designs, through page and command, then out and in again without a change."""

from __future__ import annotations

import io
import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from listings.importing import flow, template
from listings.models import ImportRun, Outcome, Patent
from marketplace.accounts.models import Role, User
from marketplace.lib.sheets import read, write_xlsx
from tests.listings.making import member, university

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
HEADER = ("专利名称", "专利号", "授权公告号", "申请日", "公开（公告）日", "专利权人", "分类号")


def lines(shared: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shared / "data" / "patents" / name).read_text().splitlines()]


@pytest.fixture(scope="module")
def granted(shared: Path) -> list[list[str]]:
    """Granted inventions that have an application number, as an office would keep them."""
    return [
        [
            *(one[key] for key in ("title", "app", "pub", "filing", "pubdate")),
            ";".join(one["applicants"]),
            ";".join(one.get("ipc", [])),
        ]
        for one in lines(shared, "biblio.jsonl")
        if one["pub"].endswith("B") and one.get("app")
    ]


@pytest.fixture
def desk(client: Client, moderator: User) -> Client:
    client.force_login(moderator)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def upload(client: Client, data: bytes, name: str) -> ImportRun:
    file = io.BytesIO(data)
    file.name = name
    answer = client.post(reverse("listings:import"), {"file": file}, follow=True)
    assert answer.status_code == 200, answer.context["form"].errors
    return ImportRun.objects.latest("pk")


def test_every_granted_invention_is_read_or_says_which_rule_it_breaks(desk: Client, granted: list[list[str]]) -> None:
    assert len(granted) == 395

    run = upload(desk, write_xlsx("台账", HEADER, granted), "granted.xlsx")

    assert run.counts == {"new": 331, "refused": 64}
    refused = run.rows.filter(outcome=Outcome.REFUSED)
    assert {row.cells[1] for row in refused} == {"CN"}  # the source lost the digits of these
    assert all([stored[0] for stored in row.findings] == ["number_bad"] for row in refused)
    assert all(row.facts.get("granted_on") for row in run.rows.filter(outcome=Outcome.NEW))
    desk.post(run.get_absolute_url(), {"act": "store", "leave_out": "1"})
    assert Patent.objects.filter(kind="invention").count() == 331


def test_the_same_through_the_command_and_again_changes_nothing(
    tmp_path: Path, moderator: User, granted: list[list[str]]
) -> None:
    path = tmp_path / "granted.xlsx"
    path.write_bytes(write_xlsx("台账", HEADER, granted))
    arguments = (str(path), "--reference", "--by", moderator.email, "--commit", "--leave-out")
    out = StringIO()

    call_command("import_patents", *arguments, stdout=out)
    before = list(Patent.objects.order_by("pk").values())
    call_command("import_patents", *arguments, stdout=out)

    assert "nothing to do" in out.getvalue()
    assert list(Patent.objects.order_by("pk").values()) == before


def test_each_patentee_gets_its_own_and_every_gate_looks_at_each(granted: list[list[str]], alice: User) -> None:
    owners = Counter(row[5] for row in granted if row[1] != "CN" and ";" not in row[5])
    for name, count in owners.most_common(3):
        school = university(name[:120])
        member(alice, school, Role.LISTER)
        run, _new = flow.stage(write_xlsx("台账", HEADER, granted), f"{name}.xlsx", organization=school, by=alice)

        mine = run.rows.exclude(outcome=Outcome.REFUSED)
        assert mine.filter(facts__patentee=name).count() == count
        for row in mine.exclude(outcome=Outcome.DOUBLE):
            assert set(row.gates) == {"preset", "open"}
            assert {"GATE-1", "GATE-4"} <= set(row.gates["open"])  # no sheet says that fees are paid
        flow.commit(run, by=alice, leave_out=True)
        assert Patent.objects.filter(organization=school).count() == run.counts["new"]


def test_what_comes_out_goes_in_again_and_changes_nothing(moderator: User, granted: list[list[str]]) -> None:
    run, _new = flow.stage(write_xlsx("台账", HEADER, granted), "a.xlsx", organization=None, by=moderator)
    flow.commit(run, by=moderator, leave_out=True)
    stored = run.counts["new"]
    before = list(Patent.objects.order_by("pk").values())

    again, created = flow.stage(template.corrected(run), "b.xlsx", organization=None, by=moderator)
    assert created
    assert again.counts == {"same": stored, "refused": 64}
    assert list(Patent.objects.order_by("pk").values()) == before


def test_designs_keep_their_locarno_class_and_live_as_long_as_designs_do(shared: Path, desk: Client) -> None:
    rows = lines(shared, "designs.jsonl")
    header = list(rows[0])

    run = upload(desk, write_xlsx("外观", header, [[one[key] for key in header] for one in rows]), "designs.xlsx")
    desk.post(run.get_absolute_url(), {"act": "store", "leave_out": "1"})

    assert run.rows.count() == 138
    assert Patent.objects.filter(kind="design").count() == run.counts["new"]
    made = Patent.objects.get(application_number="2012304319018")
    assert (made.ipc_main, str(made.filed_on), str(made.granted_on)) == ("26-05", "2012-09-07", "2013-06-19")
    assert str(made.last_day) == "2022-09-06"


@pytest.mark.parametrize(("name", "rows"), [("university_inventory_50.xlsx", 50), ("office_export_199.xlsx", 199)])
def test_the_offices_own_sheets_come_back_marked_with_their_own_columns(
    name: str, rows: int, shared: Path, moderator: User
) -> None:
    data = (shared / "data" / "patents" / name).read_bytes()
    run, _new = flow.stage(data, name, organization=None, by=moderator)

    marked = read(template.corrected(run), "x.xlsx").rows
    original = read(data, name).rows

    width = len(run.header)
    assert marked[run.header_row][:width] == original[run.header_row][:width]
    assert [row[:width] for row in marked[-rows:]] == [row[:width] for row in original[-rows:]]
    flow.commit(run, by=moderator, leave_out=True)
    again, _new = flow.stage(template.corrected(run), name, organization=None, by=moderator)
    assert again.counts.get("same", 0) == run.counts["new"]
    assert "new" not in again.counts
    assert "changed" not in again.counts
