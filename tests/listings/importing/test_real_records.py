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
from django.utils import timezone

from listings.importing import flow, template
from listings.models import ImportRun, Outcome, Patent
from listings.rules import check_patent
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.findings import blocking
from marketplace.lib.sheets import read, write_xlsx
from marketplace.lib.terms import patent_year, today
from tests.listings.making import member, university

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
HEADER = ("专利名称", "专利号", "授权公告号", "申请日", "公开（公告）日", "专利权人", "分类号")


def lines(shared: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shared / "data" / "patents" / name).read_text().splitlines()]


LOST = "CN"  # what the source says instead of a number whose digits it lost


def numbers(records: list[dict[str, Any]]) -> dict[str, str]:
    """Application numbers by publication number: a grant is announced under the number of its published application."""
    return {one["pub"][:-1]: one["app"] for one in records if one["pub"].endswith("A") and one.get("app", LOST) != LOST}


@pytest.fixture(scope="module")
def granted(shared: Path) -> list[list[str]]:
    """Granted inventions with what an office would keep of them.

    The source lost the number of 64; the record of the published application, same number, day of filing and
    applicants, still has it.
    """
    records = lines(shared, "biblio.jsonl")
    known = numbers(records)
    return [
        [
            one["title"],
            one["app"] if one["app"] != LOST else known[one["pub"][:-1]],
            *(one[key] for key in ("pub", "filing", "pubdate")),
            ";".join(one["applicants"]),
            ";".join(one.get("ipc", [])),
        ]
        for one in records
        if one["pub"].endswith("B") and one.get("app")
    ]


def test_a_grant_and_its_published_application_are_one_and_the_same(shared: Path) -> None:
    records = lines(shared, "biblio.jsonl")
    published = {one["pub"][:-1]: one for one in records if one["pub"].endswith("A") and one.get("app", LOST) != LOST}
    lost = [one for one in records if one["pub"].endswith("B") and one.get("app") == LOST]

    assert len(lost) == 64
    for one in lost:
        same = published[one["pub"][:-1]]
        assert (same["filing"], same["applicants"]) == (one["filing"], one["applicants"])


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


def test_every_granted_invention_passes_every_gate_of_the_import(desk: Client, granted: list[list[str]]) -> None:
    assert len(granted) == 395

    run = upload(desk, write_xlsx("台账", HEADER, granted), "granted.xlsx")

    assert run.counts == {"new": 395}
    assert all(row.facts.get("granted_on") for row in run.rows.all())
    desk.post(run.get_absolute_url(), {"act": "store"})
    assert Patent.objects.filter(kind="invention").count() == 395


def test_a_number_whose_digits_are_lost_is_refused_and_said(desk: Client, granted: list[list[str]]) -> None:
    cut = [row if at % 2 else [row[0], LOST, *row[2:]] for at, row in enumerate(granted[:10])]

    run = upload(desk, write_xlsx("台账", HEADER, cut), "cut.xlsx")

    assert run.counts == {"new": 5, "refused": 5}
    refused = run.rows.filter(outcome=Outcome.REFUSED)
    assert {row.cells[1] for row in refused} == {LOST}
    assert all([stored[0] for stored in row.findings] == ["number_bad"] for row in refused)


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
    owners = Counter(row[5] for row in granted if ";" not in row[5])
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


def test_each_passes_every_gate_of_both_tracks_once_its_owner_says_what_no_sheet_says(
    granted: list[list[str]], moderator: User
) -> None:
    run, _new = flow.stage(write_xlsx("台账", HEADER, granted), "a.xlsx", organization=None, by=moderator)
    flow.commit(run, by=moderator)
    schools: dict[str, Organization] = {}
    alive = 0

    for patent in Patent.objects.order_by("pk"):
        first = patent.patentees[0]
        patent.organization = schools.get(first) or schools.setdefault(first, university(first[:120]))
        assert "GATE-1" in blocks(patent, "open")  # what no sheet says: in force, fees paid, looked up when and where
        patent.status, patent.status_source, patent.status_checked_at = "in_force", "登记簿副本", timezone.now()
        assert patent.filed_on is not None
        assert patent.last_day is not None
        if patent.last_day < today():  # the law's twenty years are over
            assert "PRESET-1" in blocks(patent, "preset")
            assert "GATE-6" in blocks(patent, "open")
            continue
        patent.fees_paid_through = patent_year(patent.filed_on, today())
        assert blocks(patent, "preset") == set()
        assert blocks(patent, "open") == ({"GATE-8"} if len(patent.patentees) > 1 else set())
        alive += 1
    assert alive > 300


def blocks(patent: Patent, track: str) -> set[str]:
    return {finding.rule for finding in blocking(check_patent(patent, track))}


def test_what_comes_out_goes_in_again_and_changes_nothing(moderator: User, granted: list[list[str]]) -> None:
    run, _new = flow.stage(write_xlsx("台账", HEADER, granted), "a.xlsx", organization=None, by=moderator)
    flow.commit(run, by=moderator)
    stored = run.counts["new"]
    before = list(Patent.objects.order_by("pk").values())

    again, created = flow.stage(template.corrected(run), "b.xlsx", organization=None, by=moderator)
    assert created
    assert again.counts == {"same": stored}
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
