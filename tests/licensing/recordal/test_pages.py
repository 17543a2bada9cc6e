"""The pages of a filing, its zip, the calculator and the tax hints, as the two sides and strangers meet them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Organization, User
from marketplace.lib.terms import today
from marketplace.licensing.models import Agreement, Filing, FilingState
from marketplace.licensing.recordal import hints
from marketplace.licensing.recordal.bundle import bundle
from tests.vault.making import pdf

LogIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"


def _url(row: Filing, name: str = "filing") -> str:
    return reverse(f"licensing:{name}", args=[row.agreement.code, row.kind])


def names(row: Filing, on: date | None = None) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(bundle(row, on=on).data)).namelist()


# the zip


def test_the_set_of_a_preset_license_holds_contract_record_and_what_we_filled_in(recordal: Filing) -> None:
    assert names(recordal) == [
        "00-办理清单.pdf", "00-checklist-en.pdf", "01-信息表.pdf", "02-contract.pdf", "03-signatures.pdf",
        "04-付款情况说明.pdf", "06-授权委托书.pdf",
    ]  # fmt: skip


def test_the_set_of_an_open_license_is_the_one_of_the_guidelines(opened: Agreement) -> None:
    row = opened.filings.get(kind="recordal")

    assert names(row) == [
        "00-办理清单.pdf", "00-checklist-en.pdf", "01-信息表.pdf", "02-notice.pdf", "03-付款情况说明.pdf",
        "04-certificate.pdf", "06-授权委托书.pdf",
    ]  # fmt: skip


def test_a_late_set_holds_the_explanation_and_equal_days_give_equal_zips(recordal: Filing) -> None:
    assert recordal.due_on is not None
    late = recordal.due_on + timedelta(days=1)

    assert names(recordal, late)[-1] == "08-逾期说明.pdf"
    assert bundle(recordal, on=late).data == bundle(recordal, on=late).data


def test_both_sides_download_it_and_a_stranger_does_not(
    log_in: LogIn, recordal: Filing, alice: User, bob: User, mallory: User, strangers: Organization
) -> None:
    for person in (alice, bob):
        answer = log_in(person).get(_url(recordal, "filing_files"))
        assert answer["Content-Disposition"].endswith('-recordal.zip"')
    assert log_in(mallory).get(_url(recordal, "filing_files")).status_code == 404
    assert log_in(mallory).get(_url(recordal)).status_code == 404


# the page


def test_the_page_says_until_when_who_does_it_and_offers_one_step(log_in: LogIn, recordal: Filing, alice: User) -> None:
    text = log_in(alice).get(_url(recordal)).content.decode()

    assert "To be handed in" in text
    assert recordal.agreement.licensor.name in text
    assert text.count('class="button primary"') == 1
    assert "We file instead" not in text


def test_the_other_side_may_take_it_over_by_a_button(log_in: LogIn, recordal: Filing, bob: User) -> None:
    client = log_in(bob)
    assert "We file instead" in client.get(_url(recordal)).content.decode()

    assert client.post(_url(recordal), {"act": "take"}).status_code == 302

    recordal.refresh_from_db()
    assert recordal.duty == "licensee"


def test_it_is_handed_in_accepted_and_then_number_and_date_stand_on_both_pages(
    log_in: LogIn, recordal: Filing, alice: User, bob: User
) -> None:
    client = log_in(alice)
    scan = SimpleUploadedFile("受理.pdf", pdf("受理"), "application/pdf")
    client.post(_url(recordal), {"act": "hand_in", "on": today().isoformat(), "evidence": scan})
    told = {"act": "answer", "outcome": "accepted", "on": today().isoformat(), "number": "示例X2026990000001"}
    assert client.post(_url(recordal), told).status_code == 302

    recordal.refresh_from_db()
    assert recordal.state == FilingState.ACCEPTED
    for url in (_url(recordal), reverse("licensing:after", args=[recordal.agreement.code])):
        text = log_in(bob).get(url).content.decode()
        assert "示例X2026990000001" in text
    assert "受理.pdf" in log_in(bob).get(_url(recordal)).content.decode()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"act": "hand_in", "on": "2099-01-01"}, "That day lies in the future."),
        ({"act": "hand_in", "on": "gestern"}, "Enter a valid date."),
        ({"act": "nothing"}, "To be handed in"),
    ],
)
def test_bad_input_is_answered_on_the_page_and_changes_nothing(
    log_in: LogIn, recordal: Filing, alice: User, sent: dict[str, str], words: str
) -> None:
    answer = log_in(alice).post(_url(recordal), sent)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    recordal.refresh_from_db()
    assert recordal.state == FilingState.TO_PREPARE


def test_an_answer_without_what_it_needs_keeps_what_was_typed(log_in: LogIn, recordal: Filing, alice: User) -> None:
    client = log_in(alice)
    client.post(_url(recordal), {"act": "hand_in", "on": today().isoformat()})
    told = {"act": "answer", "outcome": "correction", "on": today().isoformat(), "said": "缺少签章"}

    answer = client.post(_url(recordal), told)

    assert answer.status_code == 422
    assert "fill this in as well" in answer.content.decode()
    assert "缺少签章" in answer.content.decode()


def test_a_registration_may_be_left_out_with_a_reason(log_in: LogIn, registration: Filing, alice: User) -> None:
    log_in(alice).post(_url(registration), {"act": "skip", "said": "金额小"})

    registration.refresh_from_db()
    assert (registration.state, registration.said) == (FilingState.NOT_NEEDED, "金额小")


def test_a_kind_that_is_none_does_not_exist(log_in: LogIn, active: Agreement, alice: User) -> None:
    assert log_in(alice).get(reverse("licensing:filing", args=[active.code, "nothing"])).status_code == 404


# the calculator


def test_the_calculator_shows_each_year_and_the_whole(client: Client) -> None:
    told = {"kind": "invention", "filed_on": "2019-11-06", "granted_on": "2021-05-04", "recorded_on": "2026-12-01"}
    text = client.get(reverse("licensing:fee_reduction"), told).content.decode()

    assert "saves ¥10800" in text.replace(",", "")
    assert "2027-11-08" in text
    assert "¥1700" in text.replace(",", "")


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "invention", "filed_on": "2021-05-04", "granted_on": "2019-11-06"},
        {"kind": "design", "filed_on": "1900-01-01", "granted_on": "2026-01-01"},
        {"kind": "nothing", "filed_on": "x", "granted_on": "2026-13-40", "other_percent": "99"},
        {"kind": "invention", "filed_on": "9990-01-01", "granted_on": "9999-01-01"},
    ],
)
def test_the_calculator_answers_nonsense_with_words(client: Client, told: dict[str, str]) -> None:
    answer = client.get(reverse("licensing:fee_reduction"), told)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def _after(client: Client, deal: Agreement) -> str:
    return client.get(reverse("licensing:after", args=[deal.code])).content.decode()


def test_the_owners_page_of_an_open_license_leads_to_the_calculator(
    log_in: LogIn, opened: Agreement, alice: User
) -> None:
    assert "/fee-reduction/?kind=invention" in _after(log_in(alice), opened)


def test_the_page_of_an_ordinary_license_does_not(log_in: LogIn, active: Agreement, alice: User) -> None:
    assert "/fee-reduction/?kind" not in _after(log_in(alice), active)


# tax hints


def test_every_hint_has_its_source_its_dates_and_both_languages() -> None:
    found = hints.every()

    assert len({hint.id for hint in found}) == len(found) >= 6
    for hint in found:
        assert hint.zh
        assert hint.en
        assert hint.source
        assert hint.dated < hint.checked_on
        assert hint.region == "CN"


def test_a_free_license_is_told_of_the_deemed_sale_and_a_paid_one_of_the_registration(active: Agreement) -> None:
    paid = {hint.id for hint in hints.of(active)}
    active.fee_minor = 0

    assert {"registration", "vat_exemption", "income_tax_five_years", "stamp_duty"} <= paid
    assert {hint.id for hint in hints.of(active)} == {"vat_free_license"}


def test_the_page_of_hints_has_one_heading_and_the_day_on_which_each_was_read(client: Client) -> None:
    client.cookies["django_language"] = "en"
    page = client.get(reverse("licensing:tax_hints")).content.decode()

    assert page.count(">What to ask about tax<") == 1
    assert page.count("read by us on <time") == len(hints.every())


def test_a_hint_that_nobody_has_read_for_over_a_year_says_so(client: Client) -> None:
    import time_machine

    with time_machine.travel("2027-11-20T12:00:00+08:00", tick=False):
        assert not hints.every()[0].is_stale
    with time_machine.travel("2027-11-22T12:00:00+08:00", tick=False):
        assert hints.every()[0].is_stale
        assert "Not looked at for over a year" in client.get(reverse("licensing:tax_hints")).content.decode()
