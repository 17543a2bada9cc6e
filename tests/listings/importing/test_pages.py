"""The pages of the import: upload, look, correct, store."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listings.importing import flow, template
from listings.importing.columns import HINT
from listings.models import ImportRun, Outcome, Patent
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.sheets import read
from tests.listings.importing.conftest import HEADER, sheet
from tests.listings.making import firm, member, number, university

pytestmark = pytest.mark.django_db
UPLOAD = reverse("listings:import")
OWN = "示范理工大学"


def cells(title: str, written: str = "", owner: str = OWN, filed: str = "2021-03-15") -> list[str]:
    return [title, written or number(), "", filed, "2023-05-02", owner, "张某", "F27D 17/00"]


@pytest.fixture
def desk(client: Client, lister: User) -> Client:
    """Alice, logged in, reading English."""
    client.force_login(lister)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def upload(client: Client, data: bytes, name: str = "台账.xlsx") -> Any:
    file = BytesIO(data)
    file.name = name
    return client.post(UPLOAD, {"file": file}, follow=True)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_an_upload_leads_to_its_rows_and_stores_nothing(desk: Client) -> None:
    answer = upload(desk, sheet([cells("一种装置"), cells("别家的", owner="别的大学")]))

    text = text_of(answer)
    assert answer.redirect_chain[0][0] == ImportRun.objects.get().get_absolute_url()
    assert "1 patent can be stored" in text
    assert "The patentee is 别的大学, not 示范理工大学." in text
    assert "IMP-5" in text
    assert Patent.objects.count() == 0


def test_storing_takes_every_row_or_a_word_that_some_stay_away(desk: Client) -> None:
    upload(desk, sheet([cells("一种装置"), cells("别家的", owner="别的大学")]))
    page = ImportRun.objects.get().get_absolute_url()

    refused = desk.post(page, {"act": "store"})
    assert refused.status_code == 422
    assert "Nothing has been stored." in text_of(refused)
    assert Patent.objects.count() == 0

    stored = desk.post(page, {"act": "store", "leave_out": "1"}, follow=True)
    assert "1 patent is stored." in text_of(stored)
    assert Patent.objects.get().title == "一种装置"


def test_a_filing_date_is_asked_for_and_kept(desk: Client) -> None:
    upload(desk, sheet([cells("一种装置", filed="")]))
    run = ImportRun.objects.get()
    page = run.get_absolute_url()
    assert 'name="filed_on-2"' in text_of(desk.get(f"{page}?show=asked"))

    desk.post(page, {"act": "answer", "filed_on-2": "2021-04-01", "filed_on-x": "1", "filed_on-99999": "2021-04-01"})

    assert run.rows.get().facts["filed_on"] == "2021-04-01"
    assert 'value="2021-04-01"' in text_of(desk.get(page))  # and can still be changed


def test_a_filter_that_finds_nothing_shows_nothing(desk: Client) -> None:
    upload(desk, sheet([cells("一种装置")]))
    page = ImportRun.objects.get().get_absolute_url()

    shown = [desk.get(f"{page}{query}").context["page"].paginator.count for query in ("", "?show=new", "?show=asked")]

    assert shown == [1, 1, 0]


def test_a_date_that_is_none_is_shown_again_with_what_was_typed(desk: Client) -> None:
    upload(desk, sheet([cells("一种装置", filed="")]))
    page = ImportRun.objects.get().get_absolute_url()

    text = text_of(desk.post(page, {"act": "answer", "filed_on-2": "gestern"}, follow=True))

    assert "“gestern” is no date." in text
    assert 'value="gestern"' in text


def test_columns_are_shown_and_can_be_changed(desk: Client) -> None:
    upload(desk, sheet([["一种装置", number(), OWN, "x"]], header=("内容", "专利号", "专利权人", "附注")))
    run = ImportRun.objects.get()
    page = run.get_absolute_url()
    assert re.search(r'name="column-1".*?<option value="number" selected>', text_of(desk.get(page)))

    desk.post(page, {"act": "map", "column-0": "title", "column-1": "number", "column-2": "patentee", "column-3": ""})

    run.refresh_from_db()
    assert run.mapping == {"0": "title", "1": "number", "2": "patentee"}
    assert run.rows.get().outcome == Outcome.NEW


def test_an_upload_can_be_thrown_away(desk: Client) -> None:
    upload(desk, sheet([cells("一种装置")]))

    desk.post(ImportRun.objects.get().get_absolute_url(), {"act": "discard"})

    assert ImportRun.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "a.xlsx"), (b"%PDF-1.7 nothing", "a.xlsx"), (b"PK\x03\x04 broken", "a.xlsx"), (b"<html></html>", "a.csv")],
)
def test_what_is_no_spreadsheet_is_said_with_rule_and_remedy(desk: Client, data: bytes, name: str) -> None:
    answer = upload(desk, data, name)

    assert answer.status_code == 422
    assert "IMP-3" in text_of(answer) or not data
    assert ImportRun.objects.count() == 0


def test_without_a_file_the_form_comes_back(desk: Client) -> None:
    assert desk.post(UPLOAD, {}).status_code == 422


def test_the_same_file_leads_to_what_became_of_it(desk: Client) -> None:
    data = sheet([cells("一种装置")])
    upload(desk, data)

    assert "This very file was uploaded before" in text_of(upload(desk, data))
    assert ImportRun.objects.count() == 1


def test_an_unknown_act_does_nothing(desk: Client) -> None:
    upload(desk, sheet([cells("一种装置")]))

    assert desk.post(ImportRun.objects.get().get_absolute_url(), {"act": "evil"}).status_code == 404
    assert Patent.objects.count() == 0


def test_a_stranger_does_not_learn_of_an_upload(
    staged: Callable[..., ImportRun], client: Client, mallory: User, bob: User
) -> None:
    run = staged([cells("一种装置")])
    pages = [run.get_absolute_url(), reverse("listings:import_corrected", args=[run.code])]
    member(mallory, university("河洛大学"), Role.OWNER)
    member(bob, firm(), Role.OWNER)

    for page in pages:
        assert client.get(page).status_code == 302  # to the log-in page
    client.force_login(mallory)
    for page in pages:
        assert client.get(page).status_code == 404
        assert client.post(page, {"act": "store"}).status_code in (404, 405)
    client.force_login(bob)
    for page in (*pages, UPLOAD):
        assert client.get(page).status_code == 403
    assert Patent.objects.count() == 0


@pytest.mark.parametrize("role", [Role.VIEWER, Role.FINANCE, Role.SIGNATORY])
def test_other_roles_may_not_import(
    staged: Callable[..., ImportRun], client: Client, school: Organization, mallory: User, role: Role
) -> None:
    run = staged([cells("一种装置")])
    member(mallory, school, role)
    client.force_login(mallory)

    assert client.get(UPLOAD).status_code == 403
    assert client.post(run.get_absolute_url(), {"act": "store"}).status_code == 403
    assert Patent.objects.count() == 0


def test_a_moderator_brings_in_reference_records(client: Client, moderator: User) -> None:
    client.force_login(moderator)
    upload(client, sheet([cells("一种装置", owner="某公司")]))

    client.post(ImportRun.objects.get().get_absolute_url(), {"act": "store"})

    assert Patent.objects.get().organization is None


def test_the_template_is_read_by_the_import_itself(desk: Client, school: Organization, lister: User) -> None:
    answer = desk.get(reverse("listings:import_template"))

    assert answer.headers["Content-Disposition"] == 'attachment; filename="kaixu-template.xlsx"'
    run, _created = flow.stage(answer.content, "t.xlsx", organization=school, by=lister)
    assert len(run.mapping) == len(template.COLUMNS)


def test_the_marked_sheet_says_what_to_correct_and_comes_in_again(
    desk: Client, staged: Callable[..., ImportRun], school: Organization, lister: User
) -> None:
    value = number()
    run = staged([cells("一种装置", value, filed="昨天"), cells("坏的", "123")])

    data = desk.get(reverse("listings:import_corrected", args=[run.code])).content

    rows = read(data, "x.xlsx").rows
    assert rows[0] == [*HEADER, HINT]  # his own columns, and one more
    assert "昨天" in rows[1]
    assert "昨天" in rows[1][-1]
    assert "123" in rows[2]
    again, _created = flow.stage(data, "x.xlsx", organization=school, by=lister)
    assert again.counts == {"new": 1, "refused": 1}


def test_a_cell_that_looks_like_a_formula_stays_text(desk: Client, staged: Callable[..., ImportRun]) -> None:
    run = staged([cells("=cmd|'/c calc'!A1")])

    data = desk.get(reverse("listings:import_corrected", args=[run.code])).content

    assert read(data, "x.xlsx").rows[1][0] == "=cmd|'/c calc'!A1"
    assert b"<f>" not in data


def test_markup_in_a_cell_is_shown_and_not_run(desk: Client, staged: Callable[..., ImportRun]) -> None:
    run = staged([cells("<script>alert(1)</script>", owner="<img src=x>")])

    text = text_of(desk.get(run.get_absolute_url()))

    assert "<script>alert(1)" not in text
    assert "<img src=x>" not in text


def test_rows_are_paged_and_cost_the_same_queries(desk: Client, staged: Callable[..., ImportRun]) -> None:
    few = staged([cells(f"第{n}件") for n in range(2)])
    many = staged([cells(f"第{n}件", filed="") for n in range(60)], header=(*HEADER[:-1], "IPC"))
    desk.get(few.get_absolute_url())
    with CaptureQueriesContext(connection) as two:
        desk.get(few.get_absolute_url())
    with CaptureQueriesContext(connection) as fifty:
        text = text_of(desk.get(many.get_absolute_url()))

    assert text.count('id="row-') == 50
    assert "?page=2" in text
    assert len(fifty) == len(two)


def test_one_action_is_the_main_one(desk: Client, staged: Callable[..., ImportRun]) -> None:
    run = staged([cells("一种装置", filed="")])

    assert text_of(desk.get(run.get_absolute_url())).count("button primary") == 1
    assert text_of(desk.get(UPLOAD)).count("button primary") == 1
