"""Files of legal status: read as offices write them, looked at first, stored whole, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from listings.flow import NotNow
from listings.health import flow
from listings.health.reading import read, statements
from listings.models import (
    HealthEvent,
    LegalStatus,
    Listing,
    ListingState,
    Patent,
    StatusOutcome,
    StatusRecord,
    StatusRun,
)
from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib.numbers import patent_number
from marketplace.lib.sheets import BadSheet, write_xlsx
from marketplace.lib.terms import day_of, today
from marketplace.outbox.models import Effect
from tests.listings.building import sound_patent

HEADER = ("专利号", "法律状态", "法律状态公告日", "事件", "年费缴至")
Rows = list[tuple[str, ...]]


def csv(rows: Rows, encoding: str = "utf-8") -> bytes:
    return "\n".join(",".join(row) for row in [HEADER, *rows]).encode(encoding)


def stage(rows: Rows, by: User, organization: Organization | None = None, **more: object) -> StatusRun:
    run, _new = flow.stage(csv(rows), "s.csv", source="代理机构", by=by, organization=organization, **more)  # type: ignore[arg-type]
    return run


def outcomes(run: StatusRun) -> list[str]:
    return list(run.rows.order_by("number").values_list("outcome", flat=True))


READ = [
    ({"number": "ZL202110000001.6", "status": "专利权有效"}, LegalStatus.IN_FORCE, None, ""),
    ({"number": "202110000001.6", "status": "未缴年费终止失效"}, LegalStatus.LAPSED, None, ""),
    ({"number": "202110000001.6", "status": "专利权人的姓名或者名称、专利权的转移"}, None, "assignment", ""),
    ({"number": "202110000001.6", "event": "专利权质押合同登记的生效"}, None, "pledge", ""),
    ({"number": "202110000001.6", "event": "专利权质押合同登记的注销"}, None, None, "event_over"),
    ({"number": "202110000001.6", "event": "专利实施许可合同备案：独占许可"}, None, "exclusive", ""),
    ({"number": "202110000001.6", "event": "专利权属纠纷，中止程序"}, None, "dispute", ""),
    ({"number": "202110000001.6", "event": "提出无效宣告请求"}, None, "invalidation", ""),
    ({"number": "202110000001.6", "event": "专利权的终止"}, None, "lapse", ""),
    ({"number": "202110000001.6", "status": "宣告专利权部分无效"}, LegalStatus.PARTLY_INVALID, None, ""),
    ({"number": "202110000001.6", "status": "？？"}, None, None, "status_unknown"),
    ({"number": "202110000001.6"}, None, None, "says_nothing"),
    ({"number": "", "status": "有效"}, None, None, "number_missing"),
    ({"number": "CN112345678B", "status": "有效"}, None, None, "number_bad"),
    ({"number": "202110000001.6", "status": "有效", "on": "2999-01-01"}, LegalStatus.IN_FORCE, None, "date_future"),
    ({"number": "202110000001.6", "status": "有效", "on": "去年"}, LegalStatus.IN_FORCE, None, "date_bad"),
    ({"number": "202110000001.6", "status": "有效", "fees": "很久"}, LegalStatus.IN_FORCE, None, "fees_bad"),
]


@pytest.mark.parametrize(("cells", "status", "event", "problem"), READ)
def test_the_words_of_registers_are_understood(
    cells: dict[str, str], status: LegalStatus | None, event: str | None, problem: str
) -> None:
    told = read(cells)

    assert (told.status, told.event, told.problem) == (status, event, problem)


@pytest.mark.parametrize(
    ("text", "year", "until"), [("6", 6, None), ("第6年度", 6, None), ("2027-03-14", None, date(2027, 3, 14))]
)
def test_fees_are_told_by_year_or_by_day(text: str, year: int | None, until: date | None) -> None:
    told = read({"number": "202110000001.6", "fees": text})

    assert (told.fees_year, told.fees_until, told.problem) == (year, until, "")


def test_the_header_may_stand_below_a_title() -> None:
    rows = [["某代理机构法律状态表", ""], ["", ""], ["申请号", "状态"], ["202110000001.6", "有效"], ["", ""]]

    assert [(n, one.status) for n, one in statements(rows)] == [(4, LegalStatus.IN_FORCE)]


def test_a_dry_run_stores_nothing(offer: Listing, moderator: User) -> None:
    patent = offer.patent
    before = (StatusRecord.objects.count(), Effect.objects.count(), Entry.objects.count())

    run = stage([(patent.application_number, "未缴年费终止失效", "", "", "")], moderator)

    patent.refresh_from_db()
    offer.refresh_from_db()
    assert outcomes(run) == [StatusOutcome.NEWS]
    assert (patent.status, offer.state) == ("in_force", ListingState.PUBLISHED)
    assert (StatusRecord.objects.count(), Effect.objects.count(), Entry.objects.count()) == before


def test_every_row_is_told_what_storing_it_would_do(university: Organization, moderator: User) -> None:
    one, two, old = (sound_patent(university) for _ in range(3))
    number = one.application_number
    run = stage(
        [
            (patent_number(number), "有效", today().isoformat(), "", ""),
            (number, "有效", today().isoformat(), "", ""),
            (two.application_number, "", today().isoformat(), "专利权质押合同登记的生效", ""),
            (old.application_number, "有效", "2024-01-01", "", ""),
            ("202110000001.6", "有效", "", "", ""),
            ("12", "有效", "", "", ""),
            (one.application_number, "有效", "", "", "9"),
        ],
        moderator,
    )

    assert outcomes(run) == ["same", "double", "news", "old", "unknown", "refused", "changed"]
    assert run.counts == {"same": 1, "double": 1, "news": 1, "old": 1, "unknown": 1, "refused": 1, "changed": 1}


def test_storing_suspends_the_offer_tells_the_owner_and_leaves_the_topic(
    offer: Listing, moderator: User, alice: User
) -> None:
    run = stage([(offer.patent.application_number, "", today().isoformat(), "专利权的转移", "")], moderator)

    flow.commit(run, by=moderator)

    offer.refresh_from_db()
    event = HealthEvent.objects.get()
    assert (offer.state, event.kind, event.source) == (ListingState.SUSPENDED, "assignment", "代理机构")
    assert alice.messages.order_by("-pk").first().kind == "listing.suspended"  # type: ignore[union-attr]
    assert Effect.objects.filter(topic="patent.health_changed", payload__event=event.pk).exists()
    assert Entry.objects.filter(action="status.commit").count() == 1


def test_an_end_that_an_earlier_day_reports_stops_the_offer_until_somebody_looked(
    offer: Listing, moderator: User
) -> None:
    earlier = (today() - timedelta(days=5)).isoformat()
    run = stage([(offer.patent.application_number, "未缴年费终止失效", earlier, "", "")], moderator)
    assert outcomes(run) == ["news"]

    flow.commit(run, by=moderator)

    offer.refresh_from_db()
    offer.patent.refresh_from_db()
    assert (offer.state, offer.patent.status) == (ListingState.SUSPENDED, "in_force")
    assert HealthEvent.objects.get().kind == "lapse"


def test_a_file_is_stored_once_and_not_twice(offer: Listing, moderator: User) -> None:
    run = stage([(offer.patent.application_number, "有效", "", "", "6")], moderator)
    flow.commit(run, by=moderator)
    records = StatusRecord.objects.count()

    with pytest.raises(NotNow):
        flow.commit(run, by=moderator)
    again, new = flow.stage(
        csv([(offer.patent.application_number, "有效", "", "", "6")]),
        "x.csv",
        source="x",
        by=moderator,
        organization=None,
    )

    assert (again.pk, new) == (run.pk, False)
    assert StatusRecord.objects.count() == records


def test_rows_that_confirm_cost_the_same_for_two_patents_and_for_forty(
    university: Organization, moderator: User, django_assert_max_num_queries: Any
) -> None:
    patents = [sound_patent(university) for _ in range(40)]
    Patent.objects.update(status_checked_at=timezone.now() - timedelta(days=40))
    day = today() - timedelta(days=1)
    run = stage([(patent.application_number, "有效", "", "", "") for patent in patents], moderator, as_of=day)

    with django_assert_max_num_queries(20):
        flow.commit(run, by=moderator)

    assert StatusRecord.objects.count() == 40
    assert {day_of(at) for at in Patent.objects.values_list("status_checked_at", flat=True) if at} == {day}


def test_a_row_that_was_confirmed_by_a_status_that_changed_since_confirms_nothing(
    patent: Patent, moderator: User
) -> None:
    run = stage([(patent.application_number, "有效", "", "", "")], moderator)
    Patent.objects.update(status="lapsed", status_source="别处")

    flow.commit(run, by=moderator)

    patent.refresh_from_db()
    assert (patent.status, patent.status_source) == ("lapsed", "别处")


def test_a_later_file_makes_the_proof_fresh_and_an_older_one_does_not(offer: Listing, moderator: User) -> None:
    Patent.objects.update(status_checked_at=timezone.now() - timedelta(days=40))
    day = today() - timedelta(days=3)
    flow.commit(stage([(offer.patent.application_number, "有效", "", "", "")], moderator, as_of=day), by=moderator)
    flow.commit(stage([(offer.patent.application_number, "有效", "2020-01-01", "", "")], moderator), by=moderator)

    patent = Patent.objects.get(pk=offer.patent_id)

    assert (day_of(patent.status_checked_at), patent.status_source) == (day, "代理机构")  # type: ignore[arg-type]
    assert patent.status_records.count() == 2


@pytest.mark.parametrize(("until", "year"), [("2027-03-14", 6), ("2027-03-15", 6), ("2027-03-16", 7)])
def test_a_day_of_paid_fees_becomes_the_patent_year_that_it_covers(
    patent: Patent, moderator: User, until: str, year: int
) -> None:
    run = stage([(patent.application_number, "有效", "", "", until)], moderator)

    assert run.rows.get().fees_paid_through == year  # filed on 15 March 2021


def test_a_lister_tells_only_about_own_patents(
    patent: Patent, university: Organization, other_university: Organization, mallory: User
) -> None:
    run = stage([(patent.application_number, "终止", "", "", "")], mallory, other_university)

    assert (outcomes(run), run.rows.get().problem, run.rows.get().patent) == (["refused"], "not_yours", None)
    with pytest.raises(PermissionDenied):
        stage([(patent.application_number, "终止", "", "", "")], mallory, None)
    with pytest.raises(PermissionDenied):
        stage([(patent.application_number, "终止", "", "", "")], mallory, university)
    assert StatusRun.objects.count() == 1


MADE: list[tuple[str, Callable[[Rows], bytes]]] = [
    ("表.csv", lambda rows: csv(rows, "gb18030")),
    ("表.xlsx", lambda rows: write_xlsx("s", HEADER, rows)),
]


@pytest.mark.parametrize(("name", "make"), MADE, ids=["csv", "xlsx"])
def test_excel_and_old_chinese_text_are_read_alike(
    patent: Patent, moderator: User, name: str, make: Callable[[Rows], bytes]
) -> None:
    rows: Rows = [(patent.application_number, "有效", "2026/3/5", "", "第6年")]

    run, _new = flow.stage(make(rows), name, source="登记簿", by=moderator, organization=None)

    row = run.rows.get()
    assert (row.status, row.on, row.fees_paid_through) == ("in_force", date(2026, 3, 5), 6)


def test_what_is_no_table_of_statuses_is_refused_with_a_remedy(moderator: User) -> None:
    with pytest.raises(BadSheet) as bad:
        flow.stage("甲,乙\n1,2\n".encode(), "s.csv", source="x", by=moderator, organization=None)

    assert (bad.value.finding.rule, StatusRun.objects.count()) == ("IMP-1", 0)


def test_the_command_tells_first_and_stores_when_told(patent: Patent, moderator: User, tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_bytes(csv([(patent.application_number, "未缴年费终止失效", "", "", "")]))
    out = StringIO()

    call_command("import_status", str(file), "--source", "登记簿", "--by", moderator.email, stdout=out)

    assert "news" in out.getvalue()
    assert "Dry run" in out.getvalue()
    assert (StatusRun.objects.count(), Patent.objects.get().status) == (0, "in_force")

    call_command("import_status", str(file), "--source", "登记簿", "--by", moderator.email, "--commit", stdout=out)

    assert Patent.objects.get().status == "lapsed"
    with pytest.raises(CommandError):
        call_command("import_status", str(file), "--source", "登记簿", "--by", "nobody@example.test", stdout=out)
