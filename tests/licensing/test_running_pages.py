"""The pages of a running license: what each side can see and do there, and what a wrong form answers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, UseReport
from tests.licensing.test_reports import demanded
from tests.licensing.test_trials import assertion, begin, days_later

if TYPE_CHECKING:
    from django.test import Client

LogIn = Callable[[User], "Client"]


@pytest.fixture
def trial(listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]) -> Agreement:
    """Free until the first revenue."""
    return begin(listing, firm, bob, alice)


def _url(name: str, deal: Agreement, *more: object) -> str:
    return reverse(f"licensing:{name}", args=[deal.code, *more])


def _said() -> dict[str, str]:
    return {"kind": "first_revenue", "happened_on": today().isoformat(), "words": "第一批已开票"}


def test_the_deals_page_shows_the_free_period_what_counts_as_use_and_what_comes_next(
    trial: Agreement, bob: User, log_in: LogIn
) -> None:
    page = log_in(bob).get(trial.get_absolute_url()).content.decode()

    last = trial.obligations.get().due_on
    assert last is not None
    assert last.isoformat() in page
    assert _url("trigger", trial) in page
    assert page.count('class="button primary"') == 1


def test_the_licensee_reports_on_the_page_and_the_licensor_asserts_on_the_same(
    trial: Agreement, alice: User, bob: User, log_in: LogIn
) -> None:
    path = _url("trigger", trial)
    assert log_in(alice).post(path, _said() | {"words": ""}).status_code == 422
    assert not trial.claims.exists()
    assert log_in(alice).post(path, _said()).status_code == 302
    assert trial.claims.get().state == "asserted"

    trial.claims.all().delete()
    assert log_in(bob).post(path, _said()).status_code == 302
    assert trial.claims.get().state == "reported"


def test_a_claim_is_contested_with_reasons_and_decided_by_a_moderator(
    trial: Agreement, alice: User, bob: User, moderator: User, log_in: LogIn
) -> None:
    path = _url("claim", trial, assertion(trial, alice).pk)
    assert log_in(bob).post(path, {"answer": "contest", "reasons": ""}).status_code == 422
    assert log_in(bob).post(path, {"answer": "contest", "reasons": "只是样品"}).status_code == 302
    assert "只是样品" in log_in(moderator).get(path).content.decode()
    decided = {"upheld": "no", "happened_on": today().isoformat(), "decision": "没有证据"}
    assert log_in(moderator).post(path, decided).status_code == 302

    assert trial.claims.get().state == "dismissed"


def test_a_stranger_finds_none_of_it(trial: Agreement, alice: User, mallory: User, log_in: LogIn) -> None:
    claim = assertion(trial, alice)
    browser = log_in(mallory)

    for name, more in (("trigger", ()), ("claim", (claim.pk,)), ("demand", ()), ("security", ()), ("bank_file", ())):
        assert browser.get(_url(name, trial, *more)).status_code == 404


def test_a_report_is_an_amount_or_nothing_and_not_both(trial: Agreement, bob: User, log_in: LogIn) -> None:
    UseReport.objects.create(agreement=trial, number=1, starts_on=today(), ends_on=today(), due_on=today(), rate_bp=350)
    path, browser = _url("use_report", trial, 1), log_in(bob)
    assert browser.post(path, {}).status_code == 422
    assert browser.post(path, {"nothing": "on", "base": "5"}).status_code == 422
    assert browser.post(path, {"base": "1234.56"}).status_code == 302

    report = trial.use_reports.get()
    assert (report.base_minor, report.royalty_minor) == (123_456, 4_321)


def test_an_overdue_payment_is_demanded_on_the_page_and_kept_after_it_ran_out(
    active: Agreement, alice: User, log_in: LogIn
) -> None:
    path, owed = _url("demand", active), active.obligations.get()
    with days_later(16):
        assert log_in(alice).post(path, {"what": f"payment-{owed.pk}", "words": ""}).status_code == 302
    with days_later(60):
        flow.demands_due()
        demand = active.payment_demands.get()
        assert log_in(alice).post(path, {"keep": str(demand.pk)}).status_code == 302

    demand.refresh_from_db()
    assert demand.state == "kept"


def test_somebody_elses_numbers_are_not_found(active: Agreement, alice: User, log_in: LogIn) -> None:
    with days_later(16):
        demand = demanded(active, alice)
        for typed in (str(demand.pk + 1), "x", "9" * 30):
            assert log_in(alice).post(_url("demand", active), {"keep": typed}).status_code == 404


def test_a_security_is_recorded_and_confirmed_on_the_page(
    trial: Agreement, alice: User, bob: User, log_in: LogIn
) -> None:
    path, until = _url("security", trial), (today() + timedelta(days=90)).isoformat()
    told = {"kind": "guarantee", "provider": "示范银行", "number": "1", "amount": "8000", "valid_until": until}
    assert log_in(bob).post(path, told | {"amount": "0"}).status_code == 422
    assert log_in(bob).post(path, told).status_code == 302
    security = trial.securities.get()
    assert log_in(alice).post(path, {"confirm": str(security.pk)}).status_code == 302

    security.refresh_from_db()
    assert (security.state, security.amount_minor) == ("confirmed", 800_000)


def test_the_file_is_downloaded_after_the_consent_alone(
    trial: Agreement, alice: User, bob: User, log_in: LogIn
) -> None:
    path = _url("bank_file", trial)
    assert log_in(alice).post(path, {"do": "download"}).status_code == 422
    assert log_in(bob).post(path, {"do": "consent", "recipient": ""}).status_code == 422
    assert log_in(bob).post(path, {"do": "consent", "recipient": "示范银行"}).status_code == 302

    answer = log_in(alice).post(path, {"do": "download"})

    assert answer.headers["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_table_of_steps_is_public(client: Client, db: None, language: str) -> None:
    from marketplace.licensing.states import STEPS

    page = client.get("/rules/steps/", headers={"accept-language": language})

    assert page.status_code == 200
    assert page.content.decode().count("<tr>") >= len(STEPS) + 16
