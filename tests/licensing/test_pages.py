"""The pages of a deal, as its two sides, the platform and strangers meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listings import offers
from listings.models import Listing, OfferTerms
from marketplace.accounts.models import Organization, User
from marketplace.licensing.forms.deals import seal_seen
from marketplace.licensing.models import Agreement
from marketplace.licensing.terms import clauses
from tests.licensing.conftest import CODE, ask, confirm_all, make_firm

LogIn = Callable[[User], Client]


def _url(name: str, agreement: Agreement) -> str:
    return reverse(f"licensing:{name}", args=[agreement.code])


def _text(response: Any) -> str:
    return str(response.content.decode())


def _primary(response: Any) -> int:
    return len(re.findall(r'class="button primary', _text(response)))


@pytest.fixture(autouse=True)
def _in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"


@pytest.fixture
def answers(listing: Listing) -> dict[str, str]:
    """What the request form asks, answered."""
    seen = seal_seen(offers.snapshot(Listing.objects.get(pk=listing.pk)))
    return {"intended_use": "铅冶炼尾气", "territory_ok": "on", "related": "no", "seen": seen}


# reading


def test_everybody_reads_the_whole_contract_before_any_log_in(client: Client, listing: Listing) -> None:
    response = client.get(reverse("licensing:preview", args=[listing.code]))

    assert response.status_code == 200
    assert _text(response).count('class="clause highlighted"') >= 3
    assert reverse("licensing:request", args=[listing.code]) in _text(response)


def test_a_draft_shows_its_contract_to_nobody_else(client: Client, listing: Listing) -> None:
    Listing.objects.filter(pk=listing.pk).update(state="draft")

    assert client.get(reverse("licensing:preview", args=[listing.code])).status_code == 404


@pytest.mark.parametrize("name", ["agreement", "confirm", "sign", "after", "cancel", "decline", "leave"])
def test_a_stranger_meets_404(
    offered: Agreement, strangers: Organization, mallory: User, log_in: LogIn, name: str
) -> None:
    assert log_in(mallory).get(_url(name, offered)).status_code == 404


@pytest.mark.parametrize("name", ["confirm", "sign", "code", "cancel", "decline", "leave", "again", "offer"])
def test_a_strangers_post_meets_404_and_moves_nothing(
    offered: Agreement, strangers: Organization, mallory: User, log_in: LogIn, name: str
) -> None:
    assert log_in(mallory).post(_url(name, offered), {"reason": "x"}).status_code == 404

    offered.refresh_from_db()
    assert offered.state == "offered"


@pytest.mark.parametrize("name", ["agreement", "deals"])
def test_pages_of_deals_need_a_log_in(client: Client, offered: Agreement, name: str) -> None:
    url = reverse("licensing:deals") if name == "deals" else _url(name, offered)

    response = client.get(url)

    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


def test_papers_are_read_by_both_sides_and_the_platform_and_by_nobody_else(
    offered: Agreement, alice: User, bob: User, mallory: User, moderator: User, strangers: Organization, log_in: LogIn
) -> None:
    file = offered.papers.get(language="zh-hans").file
    url = reverse("vault:file", args=[file.code])

    seen = {user.name: log_in(user).get(url).status_code for user in (alice, bob, moderator, mallory)}

    assert seen == {"Alice": 200, "Bob": 200, "Mo": 200, "Mallory": 404}


# asking


def test_a_request_leads_to_the_deal(
    listing: Listing, sheet: Any, firm: Organization, bob: User, log_in: LogIn
) -> None:
    browser = log_in(bob)
    url = reverse("licensing:request", args=[listing.code])
    page = browser.get(url)
    assert page.status_code == 200
    assert _primary(page) == 1
    listing.refresh_from_db()
    seen = seal_seen(offers.snapshot(Listing.objects.get(pk=listing.pk)))

    response = browser.post(url, {"intended_use": "铅冶炼尾气", "territory_ok": "on", "related": "no", "seen": seen})

    agreement = Agreement.objects.get()
    assert (response.status_code, response["Location"]) == (302, agreement.get_absolute_url())
    assert (agreement.state, agreement.intended_use) == ("offered", "铅冶炼尾气")


def test_a_second_request_shows_the_first(
    offered: Agreement, listing: Listing, bob: User, log_in: LogIn, answers: dict[str, str]
) -> None:
    response = log_in(bob).post(reverse("licensing:request", args=[listing.code]), answers)

    assert (response.status_code, response["Location"]) == (302, offered.get_absolute_url())
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"intended_use": ""}, "Please fill in: What you will make with it"),
        ({"territory_ok": ""}, "LIC-E"),
        ({"related": "yes"}, "LIC-J"),
    ],
)
def test_a_request_that_lacks_something_keeps_what_was_typed(
    listing: Listing,
    firm: Organization,
    bob: User,
    log_in: LogIn,
    answers: dict[str, str],
    change: dict[str, str],
    words: str,
) -> None:
    typed = {"intended_use": "铅冶炼尾气 <b>"} | change

    response = log_in(bob).post(reverse("licensing:request", args=[listing.code]), answers | typed)

    assert response.status_code == 422
    assert words in _text(response)
    assert typed["intended_use"].replace("<", "&lt;").replace(">", "&gt;") in _text(response)
    assert not Agreement.objects.exists()


def test_a_changed_price_is_shown_beside_the_one_that_was_seen(
    listing: Listing, firm: Organization, bob: User, log_in: LogIn, answers: dict[str, str]
) -> None:
    OfferTerms.objects.filter(listing=listing).update(fee_minor=3_500_000)
    browser, url = log_in(bob), reverse("licensing:request", args=[listing.code])

    response = browser.post(url, answers)

    assert response.status_code == 409
    assert "<del>¥30,000</del>" in _text(response)
    assert "<ins>¥35,000</ins>" in _text(response)
    assert "铅冶炼尾气" in _text(response)
    assert not Agreement.objects.exists()

    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', _text(response)))
    kept.pop("csrfmiddlewaretoken", None)
    assert browser.post(url, kept).status_code == 302
    assert Agreement.objects.get().fee_minor == 3_500_000


def test_a_person_without_organization_is_sent_to_register_one(listing: Listing, mallory: User, log_in: LogIn) -> None:
    response = log_in(mallory).get(reverse("licensing:request", args=[listing.code]))

    assert (response.status_code, response["Location"]) == (302, reverse("accounts:organization_new"))


# confirming and signing


def test_clauses_are_confirmed_one_page_after_the_other(offered: Agreement, bob: User, log_in: LogIn) -> None:
    browser, url = log_in(bob), _url("confirm", offered)

    for number, clause in enumerate(clauses.highlighted(offered), start=1):
        page = browser.get(url)
        assert clause.title in _text(page)
        assert f"Clause {number} of" in _text(page)
        browser.post(url, {"clause": clause.key, "text_sha256": clause.sha256})

    assert browser.get(url)["Location"] == offered.get_absolute_url()
    assert offered.confirmations.count() == len(clauses.highlighted(offered))


def test_signing_needs_a_fresh_log_in(confirmed: Agreement, bob: User, client: Client) -> None:
    client.force_login(bob)

    response = client.get(_url("sign", confirmed))

    assert response.status_code == 302
    assert "/reauthenticate/" in response["Location"]


def test_bob_signs_with_the_code_from_his_mailbox(
    confirmed: Agreement, bob: User, log_in: LogIn, mailoutbox: list[Any]
) -> None:
    from marketplace.outbox import worker

    browser, url = log_in(bob), _url("sign", confirmed)
    page = browser.get(url)
    assert confirmed.contract_sha256 in _text(page)
    assert _primary(page) == 1
    assert browser.post(_url("code", confirmed)).status_code == 302
    worker.run_pending()
    code = next(found[0] for mail in mailoutbox if (found := re.findall(r"\b\d{6}\b", mail.body)))
    assert _primary(browser.get(f"{url}?code=sent")) == 1

    response = browser.post(url, {"code": code, "document_sha256": confirmed.contract_sha256})

    confirmed.refresh_from_db()
    assert response["Location"] == confirmed.get_absolute_url()
    assert confirmed.state == "active"
    assert confirmed.signatures.get(party="licensee").address == "127.0.0.1"


def test_a_second_click_on_sign_says_already_signed(
    confirmed: Agreement, bob: User, log_in: LogIn, any_code: list[str]
) -> None:
    browser, url = log_in(bob), _url("sign", confirmed)
    body = {"code": CODE, "document_sha256": confirmed.contract_sha256}
    browser.post(url, body)

    response = browser.post(url, body, follow=True)

    assert response.status_code == 200
    assert "already signed" in _text(response)
    assert confirmed.signatures.filter(party="licensee").count() == 1


def test_a_wrong_code_is_named_with_its_rule(
    confirmed: Agreement, bob: User, log_in: LogIn, any_code: list[str]
) -> None:
    response = log_in(bob).post(
        _url("sign", confirmed), {"code": "000000", "document_sha256": confirmed.contract_sha256}
    )

    assert response.status_code == 422
    assert "SIG-2" in _text(response)
    assert confirmed.signatures.count() == 1


def test_a_price_that_changed_before_the_signature_is_shown(
    listing: Listing, firm: Organization, bob: User, log_in: LogIn, any_code: list[str]
) -> None:
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    OfferTerms.objects.filter(listing=listing).update(fee_minor=100)
    browser = log_in(bob)

    response = browser.post(_url("sign", agreement), {"code": CODE, "document_sha256": agreement.contract_sha256})

    assert response.status_code == 409
    assert "<del>¥30,000</del>" in _text(response)
    assert not agreement.signatures.exists()

    again = browser.post(_url("again", agreement))
    agreement.refresh_from_db()
    assert agreement.state == "cancelled"
    assert again["Location"] == reverse("licensing:request", args=[listing.code])


# where the deal stands


def test_each_side_sees_one_main_action_or_none(
    offered: Agreement, alice: User, bob: User, moderator: User, log_in: LogIn
) -> None:
    main = {user.name: _primary(log_in(user).get(_url("agreement", offered))) for user in (alice, bob, moderator)}

    assert main == {"Alice": 0, "Bob": 1, "Mo": 0}


def test_an_unverified_firm_is_sent_to_verification(
    confirmed: Agreement, firm: Organization, bob: User, log_in: LogIn
) -> None:
    Organization.objects.filter(pk=firm.pk).update(state="unverified")

    page = _text(log_in(bob).get(_url("agreement", confirmed)))

    assert "Verify your organization to sign" in page
    assert reverse("accounts:verification") in page


def test_the_deal_of_a_license_in_force_shows_papers_payments_and_history(
    active: Agreement, bob: User, log_in: LogIn
) -> None:
    browser = log_in(bob)

    page = _text(browser.get(_url("agreement", active)))
    after = _text(browser.get(_url("after", active)))

    assert "¥30,000" in page
    assert "Signed the contract" in page
    assert "The license took effect" in page
    assert "REC-1" in after


def test_a_request_held_back_is_let_pass_by_a_moderator(
    listing: Listing, firm: Organization, bob: User, moderator: User, log_in: LogIn
) -> None:
    agreement = ask(listing, firm, bob, related_party=True, related_detail="发明人是股东")
    browser = log_in(moderator)
    assert "发明人是股东" in _text(browser.get(_url("offer", agreement)))

    browser.post(_url("offer", agreement))

    agreement.refresh_from_db()
    assert agreement.state == "offered"


def test_a_decline_without_reason_is_asked_for_one(
    listing: Listing, firm: Organization, bob: User, alice: User, log_in: LogIn
) -> None:
    agreement = ask(listing, firm, bob)
    browser, url = log_in(alice), _url("decline", agreement)

    assert browser.post(url, {"reason": ""}).status_code == 422
    browser.post(url, {"reason": "已另有安排"})

    agreement.refresh_from_db()
    assert (agreement.state, agreement.state_reason) == ("declined", "已另有安排")


def test_the_list_asks_the_same_number_of_questions_for_2_and_12_deals(
    listing: Listing, person: Any, alice: User, log_in: LogIn
) -> None:
    def fill(count: int) -> int:
        for index in range(count):
            user = person(f"Boss{Agreement.objects.count()}x{index}")
            ask(listing, make_firm(user, f"示例企业 {user.name}"), user)
        browser = log_in(alice)
        browser.get(reverse("licensing:deals"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = browser.get(reverse("licensing:deals"))
        assert _text(page).count("KX-") == Agreement.objects.count()
        return len(queries)

    assert fill(2) == fill(10)


def test_the_list_is_filtered_by_side_state_and_words(
    active: Agreement, listing: Listing, strangers: Organization, mallory: User, alice: User, log_in: LogIn
) -> None:
    other = ask(listing, strangers, mallory)
    browser, url = log_in(alice), reverse("licensing:deals")

    def shown(**query: str) -> set[str]:
        return set(re.findall(r"KX-\d{4}-\d{5}", _text(browser.get(url, query))))

    assert shown() == {active.reference, other.reference}
    assert shown(side="licensee") == set()
    assert shown(state="active") == {active.reference}
    assert shown(q="旁观者") == {other.reference}
    assert shown(state="nonsense", page="zero") == {active.reference, other.reference}


def test_pages_speak_chinese_by_default(active: Agreement, bob: User, log_in: LogIn) -> None:
    browser = log_in(bob)
    browser.cookies["django_language"] = "zh-hans"

    assert 'lang="zh-Hans"' in _text(browser.get(_url("agreement", active)))
