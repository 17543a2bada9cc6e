"""Storing a sheet: whole or not at all, once, by those who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from listings.importing import flow, storing
from listings.models import CoOwner, ImportRow, ImportRun, ImportState, LegalStatus, Outcome, Patent, StatusRecord
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.sheets import BadSheet
from tests.listings.importing.conftest import HEADER, sheet
from tests.listings.making import firm, member, number, offer, patent, university

pytestmark = pytest.mark.django_db
OWN = "示范理工大学"


def cells(title: str, written: str, owner: str = OWN, filed: str = "2021-03-15", announced: str = "") -> list[str]:
    return [title, written, announced, filed, "2023-05-02", owner, "张某", "F27D 17/00"]


def test_a_row_becomes_a_patent_with_all_its_facts(staged: Callable[..., ImportRun], lister: User) -> None:
    value = number()
    run = staged([cells("一种装置", value, announced="CN112345678B")])

    flow.commit(run, by=lister)

    made = Patent.objects.get()
    assert (made.application_number, made.publication_number, made.title) == (value, "CN112345678B", "一种装置")
    assert (made.filed_on, made.granted_on, made.last_day) == (date(2021, 3, 15), date(2023, 5, 2), date(2041, 3, 14))
    assert (made.kind, made.ipc_main, made.inventors) == ("invention", "F27D 17/00", "张某")
    assert made.organization == run.organization
    assert made.source == f"import:{run.pk}"
    assert made.status == LegalStatus.UNKNOWN  # the sheet says nothing about it
    assert run.rows.get().patent == made


def test_one_refused_row_keeps_everything_out(staged: Callable[..., ImportRun], lister: User) -> None:
    run = staged([cells("好的", number()), cells("坏的", "123"), cells("也好", number())])

    with pytest.raises(Refused) as refused:
        flow.commit(run, by=lister)

    assert "3" in str(refused.value)  # the row is named as the spreadsheet program counts
    assert Patent.objects.count() == 0
    run.refresh_from_db()
    assert run.state == ImportState.STAGED


def test_left_out_on_purpose_the_others_are_stored(staged: Callable[..., ImportRun], lister: User) -> None:
    run = staged([cells("好的", number()), cells("坏的", "123"), cells("也好", number())])

    flow.commit(run, by=lister, leave_out=True)

    assert sorted(Patent.objects.values_list("title", flat=True)) == ["也好", "好的"]


def test_a_crash_in_the_middle_stores_nothing(
    staged: Callable[..., ImportRun], lister: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = staged([cells(f"第{n}件", number()) for n in range(5)])

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(storing, "PARTS", (*storing.PARTS[:-1], broken))
    with pytest.raises(Refused):
        flow.commit(run, by=lister)

    assert Patent.objects.count() == 0
    assert Entry.objects.filter(action="import.commit").count() == 0
    run.refresh_from_db()
    assert run.state == ImportState.STAGED


def test_a_dry_run_stores_nothing(staged: Callable[..., ImportRun]) -> None:
    staged([cells("一种装置", number())])

    assert Patent.objects.count() == 0
    assert Entry.objects.filter(action="import.commit").count() == 0


def test_storing_twice_stores_once(staged: Callable[..., ImportRun], lister: User) -> None:
    run = staged([cells("一种装置", number())])

    flow.commit(run, by=lister)
    flow.commit(run, by=lister)

    assert Patent.objects.count() == 1
    assert Entry.objects.filter(action="import.commit").count() == 1


def test_the_same_file_twice_does_nothing(school: Organization, lister: User) -> None:
    data = sheet([cells("一种装置", number())])
    first, created = flow.stage(data, "a.xlsx", organization=school, by=lister)
    flow.commit(first, by=lister)

    again, created_again = flow.stage(data, "b.xlsx", organization=school, by=lister)

    assert (created, created_again) == (True, False)
    assert again == first
    assert ImportRun.objects.count() == 1
    assert ImportRow.objects.count() == 1


def test_the_database_refuses_the_same_file_a_second_time(staged: Callable[..., ImportRun], moderator: User) -> None:
    run = staged([cells("一种装置", number())])
    with pytest.raises(IntegrityError):
        ImportRun.objects.create(
            organization=run.organization, sha256=run.sha256, file_name="x", created_by=run.created_by
        )


def test_the_storing_is_on_the_trail(staged: Callable[..., ImportRun], lister: User) -> None:
    run = staged([cells("一种装置", number())])

    flow.commit(run, by=lister)

    entry = Entry.objects.get(action="import.commit")
    assert entry.by == lister
    assert entry.facts["counts"] == {"new": 1}
    assert entry.facts["sha256"] == run.sha256


def test_other_patentees_on_the_register_become_co_owners_without_consent(
    staged: Callable[..., ImportRun], lister: User
) -> None:
    flow.commit(staged([cells("共有的", number(), owner=f"{OWN}；另一研究所")]), by=lister)

    row = CoOwner.objects.get()
    assert (row.name, row.consent) == ("另一研究所", None)
    assert Patent.objects.get().patentees == [OWN, "另一研究所"]


def test_a_status_column_is_kept_as_a_statement_with_source_and_day(
    staged: Callable[..., ImportRun], lister: User
) -> None:
    run = staged(
        [["一种装置", number(), OWN, "有效", "第4年"]], header=("名称", "专利号", "专利权人", "法律状态", "年费")
    )

    flow.commit(run, by=lister)

    record, made = StatusRecord.objects.get(), Patent.objects.get()
    assert (record.status, record.fees_paid_through, record.recorded_by) == (LegalStatus.IN_FORCE, 4, lister)
    assert "台账.xlsx" in record.source
    assert (made.status, made.fees_paid_through, made.status_source) == (LegalStatus.IN_FORCE, 4, record.source)


# what is known already


def test_a_known_patent_is_completed(school: Organization, staged: Callable[..., ImportRun], lister: User) -> None:
    known = patent(school, "一种装置", filed_on=None, last_day=None, granted_on=None, ipc_main="", inventors="")
    run = staged([cells("一种装置", known.application_number)])
    assert run.rows.get().outcome == Outcome.CHANGED

    flow.commit(run, by=lister)

    known.refresh_from_db()
    assert (known.filed_on, known.last_day, known.ipc_main) == (date(2021, 3, 15), date(2041, 3, 14), "F27D 17/00")
    assert Patent.objects.count() == 1


def test_what_a_person_corrected_is_not_overwritten(
    school: Organization, staged: Callable[..., ImportRun], lister: User
) -> None:
    known = patent(school, "改正后的名称", locked_fields=["title"])
    run = staged([cells("表里的旧名称", known.application_number)])

    flow.commit(run, by=lister)

    known.refresh_from_db()
    assert known.title == "改正后的名称"
    assert known.inventors == "张某"  # what nobody corrected comes in
    assert ["locked", "title", {"field": "title"}] in run.rows.get().findings


def test_an_uncorrected_field_follows_the_sheet(
    school: Organization, staged: Callable[..., ImportRun], lister: User
) -> None:
    known = patent(school, "旧名称")

    flow.commit(staged([cells("新名称", known.application_number)]), by=lister)

    known.refresh_from_db()
    assert known.title == "新名称"


def test_nothing_new_is_nothing_to_do(school: Organization, staged: Callable[..., ImportRun], lister: User) -> None:
    flow.commit(staged([cells("一种装置", value := number())]), by=lister)

    again = staged([cells("一种装置", value)], header=(*HEADER[:-1], "IPC"))

    assert again.rows.get().outcome == Outcome.SAME


def test_another_universitys_patent_is_refused_and_untouched(staged: Callable[..., ImportRun], lister: User) -> None:
    other = patent(university("河洛大学"), "别家的", patentee=OWN)
    run = staged([cells("改掉", other.application_number)])

    assert run.rows.get().outcome == Outcome.REFUSED
    with pytest.raises(Refused):
        flow.commit(run, by=lister, leave_out=True)
    other.refresh_from_db()
    assert other.title == "别家的"


def test_an_announcement_number_of_another_patent_is_left_out(
    school: Organization, staged: Callable[..., ImportRun], lister: User
) -> None:
    patent(school, "已有的", publication_number="CN112345678B")

    flow.commit(staged([cells("一种装置", number(), announced="CN112345678B")]), by=lister)

    assert Patent.objects.get(title="一种装置").publication_number == ""


def test_a_reference_record_becomes_its_owners(
    school: Organization, staged: Callable[..., ImportRun], lister: User
) -> None:
    known = patent(None, "一种装置", patentee=OWN)

    flow.commit(staged([cells("一种装置", known.application_number)]), by=lister)

    known.refresh_from_db()
    assert known.organization == school


def test_a_reference_import_leaves_owned_patents_alone(school: Organization, moderator: User) -> None:
    known = patent(school, "一种装置")
    run, _created = flow.stage(
        sheet([cells("改掉", known.application_number)]), "r.xlsx", organization=None, by=moderator
    )

    assert run.rows.get().outcome == Outcome.REFUSED
    known.refresh_from_db()
    assert (known.title, known.organization) == ("一种装置", school)


def test_a_corrected_fact_of_an_offered_patent_reaches_the_offer(
    school: Organization, staged: Callable[..., ImportRun], lister: User
) -> None:
    listing = offer(school, lister, "旧名称")
    was = listing.version

    flow.commit(staged([cells("新名称", listing.patent.application_number)]), by=lister)

    listing.refresh_from_db()
    assert listing.version > was


# what the dry run asks


def test_columns_can_be_told_by_hand(staged: Callable[..., ImportRun], lister: User) -> None:
    run = staged([["甲", "一种装置", number(), OWN]], header=("内部码", "内容", "代码", "归属"))
    assert run.rows.get().outcome == Outcome.REFUSED

    run = flow.remap(run, {"1": "title", "2": "number", "3": "patentee", "9": "title", "0": "evil"}, by=lister)

    assert run.mapping == {"1": "title", "2": "number", "3": "patentee"}
    assert run.rows.get().outcome == Outcome.NEW


def test_a_missing_filing_date_is_typed_in_the_dry_run(staged: Callable[..., ImportRun], lister: User) -> None:
    run = staged([cells("一种装置", number(), filed="")])

    run = flow.answer(run, {2: {"filed_on": "2021-04-01", "title": "不许"}}, by=lister)
    flow.commit(run, by=lister)

    made = Patent.objects.get()
    assert (made.filed_on, made.title) == (date(2021, 4, 1), "一种装置")


def test_without_it_the_patent_is_stored_without_a_date(staged: Callable[..., ImportRun], lister: User) -> None:
    flow.commit(staged([cells("一种装置", number(), filed="")]), by=lister)

    made = Patent.objects.get()
    assert (made.filed_on, made.last_day) == (None, None)


def test_a_stored_sheet_cannot_be_changed_or_thrown_away(staged: Callable[..., ImportRun], lister: User) -> None:
    run = flow.commit(staged([cells("一种装置", number())]), by=lister)

    for act in (
        lambda: flow.remap(run, {}, by=lister),
        lambda: flow.answer(run, {2: {}}, by=lister),
        lambda: flow.discard(run, by=lister),
    ):
        with pytest.raises(Refused):
            act()
    assert ImportRun.objects.count() == 1


# who


def test_only_owners_and_listers_of_a_licensor_import(
    staged: Callable[..., ImportRun], school: Organization, bob: User, mallory: User, moderator: User
) -> None:
    run = staged([cells("一种装置", number())])
    member(bob, firm(), Role.OWNER)
    member(mallory, school, Role.VIEWER, Role.SIGNATORY, Role.FINANCE)

    for stranger in (bob, mallory, moderator):
        with pytest.raises(PermissionDenied):
            flow.stage(b"", "x.xlsx", organization=school, by=stranger)
        with pytest.raises(PermissionDenied):
            flow.commit(run, by=stranger)
    assert Patent.objects.count() == 0


def test_a_firm_imports_nothing(bob: User) -> None:
    works = firm()
    member(bob, works, Role.OWNER)

    with pytest.raises(PermissionDenied):
        flow.stage(b"", "x.xlsx", organization=works, by=bob)


def test_reference_records_take_a_moderator(lister: User) -> None:
    with pytest.raises(PermissionDenied):
        flow.stage(b"", "x.xlsx", organization=None, by=lister)


def test_what_is_no_table_is_refused_and_leaves_nothing(school: Organization, lister: User) -> None:
    for data in (b"", b"PK\x03\x04nonsense", b"%PDF-1.7", b"<html>"):
        with pytest.raises(BadSheet):
            flow.stage(data, "x.xlsx", organization=school, by=lister)
    assert ImportRun.objects.count() == 0


# the command


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("import_patents", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(sheet([cells("一种装置", number()), cells("别家的", number(), owner="别的大学")]))
    return path


def test_the_command_tells_each_row_and_stores_nothing(file: Path, school: Organization, lister: User) -> None:
    told = run_command(str(file), "--organization", str(school.code), "--by", lister.email)

    assert "2\tnew" in told
    assert "3\trefused" in told
    assert "IMP-5" in told
    assert Patent.objects.count() == 0
    assert ImportRun.objects.count() == 0


def test_the_command_stores_with_commit_and_only_once(file: Path, school: Organization, lister: User) -> None:
    arguments = (str(file), "--organization", str(school.code), "--by", lister.email, "--commit")
    with pytest.raises(CommandError):
        run_command(*arguments)
    assert Patent.objects.count() == 0

    run_command(*arguments, "--leave-out")
    assert Patent.objects.count() == 1

    assert "nothing to do" in run_command(*arguments, "--leave-out")
    assert Patent.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [{"--by": "nobody@example.test"}, {"--organization": "00000000-0000-0000-0000-000000000000"}, {"file": "/x"}],
)
def test_the_command_says_what_is_wrong(
    file: Path, school: Organization, lister: User, changed: dict[str, Any]
) -> None:
    told = {"file": str(file), "--organization": str(school.code), "--by": lister.email} | changed

    with pytest.raises(CommandError):
        run_command(told.pop("file"), *(part for pair in told.items() for part in pair))
