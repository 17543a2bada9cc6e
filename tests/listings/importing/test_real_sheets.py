"""The two sheets that real offices made."""

from __future__ import annotations

from pathlib import Path

import pytest

from listings.importing import flow, remarks
from listings.models import ImportRun, LegalStatus, Outcome, Patent
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.findings import Refused
from tests.listings.making import member, university

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


@pytest.fixture
def inventory(shared: Path) -> bytes:
    return (shared / "data" / "patents" / "university_inventory_50.xlsx").read_bytes()


@pytest.fixture
def export(shared: Path) -> bytes:
    return (shared / "data" / "patents" / "office_export_199.xlsx").read_bytes()


def keys(run: ImportRun, number: int) -> set[str]:
    return {stored[0] for stored in run.rows.get(number=number).findings}


@pytest.fixture
def first_owner(inventory: bytes, alice: User) -> ImportRun:
    """The sheet as the patentee of its first 37 rows uploads it."""
    from marketplace.lib.sheets import read

    name = read(inventory, "x.xlsx").rows[3][5]
    school = university(name)
    member(alice, school, Role.OWNER)
    return flow.stage(inventory, "inventory.xlsx", organization=school, by=alice)[0]


@pytest.fixture
def second_owner(inventory: bytes, bob: User) -> ImportRun:
    """The sheet as the patentee of its last 13 rows uploads it."""
    from marketplace.lib.sheets import read

    name = read(inventory, "x.xlsx").rows[-1][5]
    school = university(name)
    member(bob, school, Role.LISTER)
    return flow.stage(inventory, "inventory.xlsx", organization=school, by=bob)[0]


def test_the_header_is_found_in_the_third_row(first_owner: ImportRun) -> None:
    assert first_owner.header_row == 2
    assert first_owner.mapping == {
        "1": "title", "2": "number", "3": "publication", "4": "granted_on", "5": "patentee", "6": "note"
    }  # fmt: skip
    assert first_owner.rows.count() == 50


def test_rows_of_the_other_university_are_refused_one_by_one(first_owner: ImportRun) -> None:
    assert first_owner.counts == {"new": 37, "refused": 13}
    refused = first_owner.rows.filter(outcome=Outcome.REFUSED)
    assert all("patentee_other" in {stored[0] for stored in row.findings} for row in refused)


def test_every_missing_filing_date_is_asked_for_with_the_year_of_the_number(first_owner: ImportRun) -> None:
    for row in first_owner.rows.filter(outcome=Outcome.NEW):
        asked = [stored for stored in row.findings if stored[0] == "filed_on_missing"]
        assert len(asked) == 1
        assert asked[0][2]["year"] == row.facts["application_number"][:4]
        assert "filed_on" not in row.facts


def test_the_doubled_announcement_number_is_named_in_both_rows_and_stored_in_neither(first_owner: ImportRun) -> None:
    doubled = [row for row in first_owner.rows.all() if "announcement_doubled" in keys(first_owner, row.number)]
    assert len(doubled) == 2
    assert doubled[1].number - doubled[0].number == 1
    assert all(
        str(other.number) in remarks.told(next(s for s in row.findings if s[0] == "announcement_doubled")).message
        for row in doubled
        for other in doubled
    )
    assert all("publication_number" not in row.facts for row in doubled)


def test_the_announcement_number_without_its_letter_is_named(first_owner: ImportRun) -> None:
    named = [row for row in first_owner.rows.all() if "announcement_kindless" in keys(first_owner, row.number)]
    assert len(named) == 1


def test_the_row_not_yet_granted_is_named_and_stored_as_an_application(second_owner: ImportRun) -> None:
    assert second_owner.counts == {"new": 13, "refused": 37}
    row = second_owner.rows.get(number=53)
    assert "not_granted" in keys(second_owner, 53)

    flow.commit(second_owner, by=second_owner.created_by, leave_out=True)

    patent = Patent.objects.get(application_number=row.facts["application_number"])
    assert patent.status == LegalStatus.PENDING
    assert patent.granted_on is None
    assert Patent.objects.exclude(status=LegalStatus.PENDING).count() == 12


def test_refused_rows_stop_the_import_until_they_are_left_out_on_purpose(first_owner: ImportRun) -> None:
    with pytest.raises(Refused):
        flow.commit(first_owner, by=first_owner.created_by)
    assert Patent.objects.count() == 0

    flow.commit(first_owner, by=first_owner.created_by, leave_out=True)

    assert Patent.objects.count() == 37
    assert Patent.objects.filter(organization=first_owner.organization).count() == 37


def test_an_administrator_stores_all_199_of_the_export_each_with_its_reason(export: bytes, moderator: User) -> None:
    run, created = flow.stage(export, "export.xlsx", organization=None, by=moderator)
    assert created
    assert run.counts == {"new": 199}

    run = flow.commit(run, by=moderator)

    assert Patent.objects.filter(organization=None).count() == 199
    for row in run.rows.all():
        assert {"reference", "ended"} <= {stored[0] for stored in row.findings}
    assert {str(day)[:4] for day in Patent.objects.values_list("last_day", flat=True)} == {"2022"}
    row = run.rows.get(number=2)
    assert row.patent is not None
    assert f"{row.patent.filed_on:%Y.%m.%d}" == row.cells[3]
    assert f"{row.patent.granted_on:%Y.%m.%d}" == row.cells[2]  # published under a U number: the grant
    assert row.patent.ipc_main.replace(" ", "") == row.cells[6].split("(")[0]  # the edition is gone


def test_a_university_that_uploads_the_export_is_refused_row_by_row(export: bytes, alice: User) -> None:
    school: Organization = university()
    member(alice, school, Role.OWNER)

    run, _created = flow.stage(export, "export.xlsx", organization=school, by=alice)

    assert run.counts == {"refused": 199}
    with pytest.raises(Refused):
        flow.commit(run, by=alice, leave_out=True)
    assert Patent.objects.count() == 0
