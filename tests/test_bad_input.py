"""Bad input as a person meets it: a clear word with rule and remedy, nothing typed is lost, nothing half-stored."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listings.models import ImportRow, ImportRun, LegalStatus, Listing, OfferTerms, Patent, TermSheet
from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.demo.evidence import page as scan
from marketplace.licensing import flow as licensing_flow
from marketplace.licensing.models import Agreement, OfferVersion, Signature
from marketplace.outbox.models import Effect
from marketplace.vault.models import VaultFile
from tests.access.pages import form_to, forms
from tests.access.world import browser
from tests.conftest import PASSWORD
from tests.licensing.conftest import (
    CODE,
    any_code,
    ask,
    confirm_all,
    make_firm,
    make_listing,
    make_university,
)

__all__ = ["any_code"]
RIGHT = "2019111898054"  # a number with its check digit


@pytest.fixture
def university(alice: User) -> Organization:
    """Alice's."""
    return make_university(alice)


@pytest.fixture
def firm(bob: User) -> Organization:
    """Bob's."""
    return make_firm(bob)


@pytest.fixture
def listing(university: Organization, alice: User) -> Listing:
    """On offer at ¥30,000; the university signs each contract itself."""
    return make_listing(university, alice)


@pytest.fixture
def ready(listing: Listing, firm: Organization, bob: User) -> Agreement:
    """Asked for, every highlighted clause confirmed: only Bob's signature is missing."""
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    return agreement


def words(answer: Any) -> str:
    """The page as people read it, in one line."""
    html = answer.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html[html.index("<main") :])).split())


def fill(client: Client, path: str, changes: dict[str, Any], query: str = "") -> dict[str, Any]:
    """The form of a page, filled in."""
    page = client.get(path + query)
    assert page.status_code == 200, page.status_code
    return dict(form_to(page.content.decode(), path).filled(changes))


def stored() -> dict[str, int]:
    """How many rows there are of everything that a half-done act could leave behind."""
    models = (Patent, Listing, TermSheet, ImportRun, ImportRow, Agreement, OfferVersion, Signature, VaultFile, Entry,
              Effect, Organization)  # fmt: skip
    return {model.__name__: model.objects.count() for model in models}


NEW_PATENT = "/desk/patents/new/"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2019111898055", "校验位 5 与其余数字不符"),  # one digit wrong
        ("ZL 2019 1 1189805.5", "请与专利证书逐位核对"),
        ("20191118980", "请照证书填写，例如 ZL 2019 2 1898050.0"),  # digits missing
        ("专利号不详", "这不是中国专利的申请号或专利号"),
        ("CN112345678B", "是公开（公告）号，不是申请号或专利号"),  # the announcement in place of the application
        ("CN 112345678 A", "申请号在扉页（21）项"),
    ],
)
def test_a_wrong_number_is_named_with_its_remedy(university: Organization, alice: User, typed: str, told: str) -> None:
    client, before = browser(alice), stored()
    typing = {"application_number": typed, "title": "两段吸收方法", "patentee": "示范理工大学", "abstract": "一种方法"}

    answer = client.post(NEW_PATENT, fill(client, NEW_PATENT, typing))

    assert answer.status_code == 422
    said = words(answer)
    assert "NUM-1" in said
    assert told in said
    kept = form_to(answer.content.decode(), NEW_PATENT).fields
    assert {name: kept[name] for name in typing} == {name: [value] for name, value in typing.items()}
    assert stored() == before


def test_the_right_number_passes(university: Organization, alice: User) -> None:
    """The control: what is refused above is refused for its number."""
    client = browser(alice)

    answer = client.post(NEW_PATENT, fill(client, NEW_PATENT, {"application_number": RIGHT, "title": "方法"}))

    assert answer.status_code == 302
    assert Patent.objects.get().application_number == RIGHT


def test_a_lapsed_patent_can_be_taken_by_nobody(listing: Listing, firm: Organization, bob: User) -> None:
    client = browser(bob)
    path = reverse("licensing:request", args=[listing.code])
    typed = fill(client, path, {"intended_use": "铅冶炼尾气一条线", "related": "no", "territory_ok": "on"})
    Patent.objects.update(status=LegalStatus.LAPSED)
    before = stored()

    answer = client.post(path, typed)

    assert answer.status_code == 422
    said = words(answer)
    assert "据记录专利不在有效状态：“未缴年费，专利权终止”" in said
    assert "请看看类似的许可，或以后再来" in said  # what a firm can do; the licensor is told something else
    assert "规则 PRESET-1" in said
    assert "铅冶炼尾气一条线" in answer.content.decode()
    assert stored() == before


def test_a_lapsed_patent_cannot_be_offered(university: Organization, alice: User) -> None:
    listing = make_listing(university, alice)
    Listing.objects.filter(pk=listing.pk).update(state="draft")
    Patent.objects.update(status=LegalStatus.LAPSED)
    before = Entry.objects.filter(action="listing.submit").count()

    answer = browser(alice).post(reverse("listings:submit", args=[listing.code]), {"undertaking": "on"})

    assert answer.status_code == 422
    said = words(answer)
    assert "请在专利页记录当前的法律状态，并注明来源和日期" in said
    assert "《专利法》第14条" in said
    assert "规则 PRESET-1" in said
    listing.refresh_from_db()
    assert listing.state == "draft"
    assert Entry.objects.filter(action="listing.submit").count() == before


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("库存.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 400),
        ("库存.xlsx", b"%PDF-1.4\n%%EOF\n"),
        ("库存.xlsx", b"PK\x03\x04 half of an archive"),
        ("库存.csv", b""),
        ("库存.exe", b"MZ\x90\x00" + b"\xff" * 200),
    ],
)
def test_a_file_that_is_no_spreadsheet_is_named(university: Organization, alice: User, name: str, data: bytes) -> None:
    client, before = browser(alice), stored()

    answer = client.post("/desk/import/", {"file": SimpleUploadedFile(name, data)})

    assert answer.status_code == 422
    said = words(answer)
    assert "IMP-3" in said
    assert ("请重新选择文件" if not data else "另存为 .xlsx、.ods 或 .csv") in said
    assert stored() == before


def test_a_price_that_changed_after_the_look_is_shown_beside_the_old_one(
    listing: Listing, firm: Organization, bob: User
) -> None:
    client = browser(bob)
    path = reverse("licensing:request", args=[listing.code])
    typed = fill(client, path, {"intended_use": "铅冶炼尾气一条线", "related": "no", "territory_ok": "on"})
    _raise_price(listing)
    before = stored()

    answer = client.post(path, typed)

    assert answer.status_code == 409
    said = words(answer)
    assert "只有你看过并签署的内容才约束你（规则 LIC-D）" in said
    assert "使用费 ¥30,000 ¥36,000" in said
    assert stored() == before
    again = next(form for form in forms(answer.content.decode()) if "seen" in form.fields)
    assert again.fields["intended_use"] == ["铅冶炼尾气一条线"]
    assert client.post(path, again.filled({})).status_code == 302  # the answers were kept: one click, on today's terms
    assert Agreement.objects.get().fee_minor == 3_600_000


def _raise_price(listing: Listing) -> None:
    """The university asks ¥36,000 from now on."""
    OfferTerms.objects.filter(listing=listing).update(fee_minor=3_600_000)


def test_a_price_that_changed_before_the_signature_stops_it(
    ready: Agreement, listing: Listing, bob: User, any_code: list[str]
) -> None:
    _raise_price(listing)
    path = reverse("licensing:sign", args=[ready.code])

    answer = browser(bob).post(path, {"code": CODE, "document_sha256": ready.contract_sha256})

    assert answer.status_code == 409
    said = words(answer)
    assert "只有你看过并签署的内容才约束你（规则 LIC-D）" in said
    assert "使用费 ¥30,000 ¥36,000" in said
    ready.refresh_from_db()
    assert ready.state == "offered"
    assert ready.signatures.count() == 0
    assert ready.obligations.count() == 0


def test_a_second_click_on_sign_signs_nothing_twice(ready: Agreement, bob: User, any_code: list[str]) -> None:
    client, path = browser(bob), reverse("licensing:sign", args=[ready.code])
    licensing_flow.request_code(ready, by=bob)
    typed = fill(client, path, {"code": CODE}, "?code=sent")
    assert client.post(path, typed).status_code == 302
    before = stored()

    answer = client.post(path, typed, follow=True)

    assert answer.redirect_chain == [(ready.get_absolute_url(), 302)]
    assert "你已经签过了，没有重复签署" in words(answer)
    assert stored() == before
    assert [signature.party for signature in ready.signatures.all()] == ["licensee"]


def test_a_strangers_address_leads_nowhere(ready: Agreement, mallory: User) -> None:
    make_firm(mallory, "旁观者有限公司（示例）")

    answer = browser(mallory).get(ready.get_absolute_url())

    assert answer.status_code == 404
    said = words(answer)
    assert "没有这一页" in said
    assert "它属于别人、你登录后也看不到" in said
    assert ready.reference not in answer.content.decode()
    assert "示范环保" not in answer.content.decode()


ORGANIZATION = "/organization/new/?kind=firm"


def _log_in(client: Client, user: User, onward: str) -> Any:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)
    page = client.get("/accounts/login/", {"next": onward})
    form = next(form for form in forms(page.content.decode()) if "login" in form.fields)
    return client.post("/accounts/login/", form.filled({"login": user.email, "password": PASSWORD}))


def test_a_session_that_ends_in_the_middle_loses_nothing_typed(bob: User) -> None:
    client = browser(bob)
    typing = {
        "name": "示例暗河铅业有限公司",
        "credit_code": "91110108551385082Q",
        "legal_representative": "李示例",
        "division": "419001",
        "address": "工业路 2 号",
        "contact_name": "李示例",
        "contact_email": "li@example.test",
        "contact_phone": "13900000000",
    }
    typed = fill(client, ORGANIZATION, typing)
    client.logout()

    turned_away = client.post(ORGANIZATION, typed)

    assert turned_away.status_code == 302
    assert turned_away["Location"].startswith("/accounts/login/")
    assert not Organization.objects.exists()
    back = _log_in(client, bob, "/kept/")
    assert back["Location"] == "/kept/"
    page = client.get("/kept/")
    assert page.status_code == 200
    assert "当时没有保存" in words(page)
    assert "李示例" in words(page)
    assert "legal_representative" not in words(page)
    again = form_to(page.content.decode(), ORGANIZATION)
    assert {name: again.fields[name] for name in typing} == {name: [value] for name, value in typing.items()}
    assert client.post(ORGANIZATION, again.filled({})).status_code == 302
    kept = Organization.objects.get()
    assert {name: getattr(kept, name) for name in typing} == typing


def test_what_was_kept_is_not_offered_for_long(bob: User) -> None:
    client = browser(bob)
    typed = fill(client, ORGANIZATION, {"name": "示例暗河铅业有限公司"})
    client.logout()
    client.post(ORGANIZATION, typed)

    with time_machine.travel(timezone.now() + timedelta(seconds=3_700)):
        _log_in(client, bob, "/kept/")
        answer = client.get("/kept/")

    assert (answer.status_code, answer["Location"]) == (302, "/desk/")


def test_a_form_from_before_the_log_in_is_offered_again(bob: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(browser(bob).cookies)
    typed = fill(strict, ORGANIZATION, {"name": "示例暗河铅业有限公司"})

    answer = strict.post(
        ORGANIZATION, typed | {"csrfmiddlewaretoken": "x" * 64}, headers={"Origin": "http://testserver"}
    )

    assert answer.status_code == 403
    again = form_to(answer.content.decode(), ORGANIZATION)
    assert again.fields["name"] == ["示例暗河铅业有限公司"]
    assert not Organization.objects.exists()


def test_a_scan_of_the_wrong_kind_leaves_nothing_behind(listing: Listing, alice: User) -> None:
    path = reverse("listings:patent_status", args=[listing.patent.code])
    before = stored()
    typed = {
        "status-status": "in_force",
        "status-source": "登记簿副本",
        "status-checked_on": "2026-01-05",
        "status-fees_paid_through": "9",
        "status-evidence": SimpleUploadedFile("扫描.pdf", b"<html>no pdf</html>", "application/pdf"),
    }

    answer = browser(alice).post(path, typed)

    assert answer.status_code == 422
    assert "这不是可读取的以下类型文件：PDF、PNG、JPEG" in words(answer)
    assert "规则 WEB-2" in words(answer)
    assert "登记簿副本" in answer.content.decode()
    assert stored() == before
    typed["status-evidence"] = SimpleUploadedFile("扫描.pdf", scan("登记簿副本（示例）"), "application/pdf")
    assert browser(alice).post(path, typed).status_code == 302
