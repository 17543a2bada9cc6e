"""The owner writes an offer page by page."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from listings import term_sheets
from listings.models import Listing, Patent, TermSheet, Track
from marketplace.accounts import seeds
from marketplace.accounts.models import Organization, User
from marketplace.lib.citations import cited
from marketplace.lib.terms import today
from tests.listings.building import TEXTS, offered, sound_draft, sound_patent
from tests.listings.test_owner_pages import as_, english, upload, url
from tests.listings.test_term_sheets import FIELDS

STORY = TEXTS | {
    "industry": "nonferrous",
    "gain0_what": "每吨铅耗煤",
    "gain0_today": "118 kg",
    "gain0_new": "98 kg",
    "gains_source": "中试报告第 12 页",
    "maturity": "6",
}
TERMS = {
    "fee_mode": "fixed",
    "fee": "30000.50",
    "pay_within_days": "15",
    "months": "24",
    "territory": ["410000"],
    "acts": ["make", "use"],
    "guidance": "到厂调试",
    "guidance_hours": "16",
    "response_days": "5",
    "guidance_persons": "发明人团队",
    "travel": "按实报销",
    "price_micro": "0",
    "price_small": "8000",
}


def test_from_a_patent_to_a_submission_in_four_pages(alice: User, patent: Patent) -> None:
    client = as_(alice)

    client.post(url("new"), {"patent": patent.code, "track": "preset"})
    listing = Listing.objects.get()
    assert client.post(url("edit", listing.code), STORY | {"next": "1"})["Location"] == url("terms", listing.code)
    answer = client.post(url("terms", listing.code), TERMS | {"next": "1"})
    assert answer["Location"] == url("publicity", listing.code)
    client.post(
        url("publicity", listing.code), {"related_party_mark": "on", "related_parties": "示范新材料厂：法定代表人相同"}
    )
    answer = client.post(url("submit", listing.code), {"undertaking": "on"}, follow=True)

    listing.refresh_from_db()
    assert answer.status_code == 200
    assert listing.state == "submitted"
    assert listing.gains == [["每吨铅耗煤", "118 kg", "98 kg"]]
    assert listing.related_party_mark
    assert listing.undertaking_at is not None
    assert listing.terms.fee_minor == 3_000_050
    assert listing.terms.territory == "410000"
    prices = listing.terms.class_prices.order_by("licensee_class").values_list("licensee_class", "fee_minor")
    assert list(prices) == [("micro", 0), ("small", 800_000)]


def test_a_submission_that_a_rule_forbids_says_so_and_stays_a_draft(alice: User, patent: Patent) -> None:
    listing = sound_draft(patent, alice, travel="")

    answer = as_(alice).post(url("submit", listing.code), {"undertaking": "on"})

    assert answer.status_code == 422
    assert "PRESET-3" in answer.content.decode()
    listing.refresh_from_db()
    assert listing.state == "draft"


@pytest.mark.parametrize(
    "wrong",
    [
        {"fee": "1.005"},
        {"fee": "-1"},
        {"fee_mode": "entry_royalty", "royalty": "101"},
        {"acts": []},
        {"territory": ["999999"]},
        {"months": "0"},
    ],
)
def test_terms_that_do_not_fit_together_are_named_and_kept(alice: User, draft: Listing, wrong: dict[str, Any]) -> None:
    answer = as_(alice).post(url("terms", draft.code), TERMS | wrong)

    assert answer.status_code == 422
    assert "按实报销" in answer.content.decode()
    draft.refresh_from_db()
    assert Listing.objects.get(pk=draft.pk).terms.fee_minor == 3_000_000


def test_a_gain_is_told_whole(alice: User, draft: Listing) -> None:
    answer = as_(alice).post(url("edit", draft.code), STORY | {"gain1_what": "非计划停机"})

    assert answer.status_code == 422
    assert "非计划停机" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.gains == []


def test_findings_stand_beside_their_fields(alice: User, patent: Patent) -> None:
    listing = sound_draft(patent, alice, travel="")

    page = as_(alice).get(url("terms", listing.code)).content.decode()

    assert "PRESET-3" in page
    assert page.index("id_travel") < page.index("PRESET-3")


def test_an_edit_over_somebody_else_s_is_refused_and_kept(alice: User, offer: Listing) -> None:
    answer = as_(alice).post(url("edit", offer.code), STORY | {"headline": "我的文字", "revision": "7"})

    assert answer.status_code == 422
    assert "我的文字" in answer.content.decode()
    offer.refresh_from_db()
    assert offer.headline == TEXTS["headline"]


def test_open_terms_have_no_classes_no_trial_and_no_place(alice: User, open_draft: Listing) -> None:
    client = as_(alice)
    page = client.get(url("terms", open_draft.code)).content.decode()
    assert "price_micro" not in page
    assert 'value="free_then_paid"' not in page
    assert "id_territory" not in page

    client.post(url("terms", open_draft.code), TERMS | {"fee_explanation": "参照同类许可"})

    terms = Listing.objects.get(pk=open_draft.pk).terms
    assert (terms.territory, terms.fee_minor, terms.class_prices.count()) == ("CN", 3_000_050, 0)


def test_declaration_and_publicity_are_recorded_with_proof(
    alice: User, open_draft: Listing, state_university: Organization
) -> None:
    client = as_(alice)
    client.post(
        url("declaration", open_draft.code),
        {"decl-number": "KX2026000001", "decl-announced_on": today().isoformat(), "decl-evidence": upload()},
    )
    client.post(
        url("publicity_elsewhere", open_draft.code),
        {
            "pub-held_at": "学校网站",
            "pub-starts_on": (today() - timedelta(days=16)).isoformat(),
            "pub-ends_on": (today() - timedelta(days=1)).isoformat(),
            "pub-proof": upload(),
        },
    )

    listing = Listing.objects.get(pk=open_draft.pk)
    assert listing.declaration.number == "KX2026000001"
    assert listing.publicities.get().held_at == "学校网站"


def test_withdrawing_confirming_and_copying(
    alice: User, moderator: User, university: Organization, patent: Patent
) -> None:
    client = as_(alice)
    opened = offered(patent, alice, moderator, track=Track.OPEN)
    other = sound_patent(university)

    client.post(url("confirm", opened.code))
    opened.refresh_from_db()
    assert opened.confirmed_alive_at is not None
    answer = client.post(url("copy", opened.code), {"patent": other.code})
    assert answer["Location"] == url("edit", other.listings.get().code)
    assert client.post(url("request_withdrawal", opened.code), {"reason-reason": ""}).status_code == 422
    told = {"reason-reason": "拟转让", "reason-unconditional": "on"}
    client.post(url("request_withdrawal", opened.code), told)
    announced = {"withdraw-announced_on": today().isoformat(), "withdraw-evidence": upload()}
    client.post(url("withdraw", opened.code), announced)
    opened.refresh_from_db()
    assert opened.state == "withdrawn"


def test_a_term_sheet_from_draft_to_signature(
    alice: User, university: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeds, "digits", lambda seed: "246810")
    client = as_(alice)
    data = TERMS | {
        "name": "先免费一年",
        "fee_mode": "free_then_paid",
        "fee": "8000",
        "fee_per_year": "on",
        "free_months": "12",
        "trigger": "date",
        "later_mode": "deferred",
        "nonpayment": "停止使用",
        "months": "60",
        "max_licenses": "20",
    }
    client.post(url("term_sheet_new"), data)
    sheet = TermSheet.objects.get()

    client.post(url("term_sheet_sign", sheet.code), {"send": "1"})
    wrong = client.post(url("term_sheet_sign", sheet.code), {"code": "000000"})
    assert (wrong.status_code, TermSheet.objects.get().state) == (422, "draft")
    client.post(url("term_sheet_sign", sheet.code), {"code": "246810"})

    sheet.refresh_from_db()
    assert (sheet.state, sheet.max_licenses, sheet.snapshot["terms"]["free_months"]) == ("signed", 20, 12)
    for name in ("term_sheet", "term_sheet_print", "term_sheets"):
        args = () if name == "term_sheets" else (sheet.code,)
        assert client.get(url(name, *args)).status_code == 200
    listing = sound_draft(sound_patent(university), alice)
    client.post(url("terms", listing.code), {"sheet": sheet.pk})
    assert Listing.objects.get(pk=listing.pk).term_sheet == sheet


def test_signing_asks_for_a_fresh_log_in(alice: User, university: Organization) -> None:
    sheet = term_sheets.draft(university, by=alice, fields=FIELDS)
    client = as_(alice)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - 4000, "reauthenticated": True}
    ]
    session.save()

    answer = client.post(url("term_sheet_sign", sheet.code), {"send": "1"})

    assert answer.status_code in (302, 200)
    assert "reauthenticate" in (answer.headers.get("Location") or "reauthenticate")
    assert alice.one_time_codes.count() == 0


OWN_PAGES = ["mine_one", "edit", "terms", "publicity", "copy"]


def test_strangers_meet_404_on_every_page_of_an_owner(
    bob: User, firm: Organization, mallory: User, other_university: Organization, alice: User, draft: Listing
) -> None:
    sheet = term_sheets.draft(draft.organization, by=alice, fields=FIELDS)
    pages = [url(name, draft.code) for name in OWN_PAGES]
    pages += [url("patent", draft.patent.code), url("patent_edit", draft.patent.code)]
    pages += [url("term_sheet", sheet.code), url("term_sheet_edit", sheet.code), url("term_sheet_sign", sheet.code)]
    for user in (bob, mallory):
        client = as_(user)
        assert {client.get(page).status_code for page in pages} == {404}
        assert client.post(url("submit", draft.code)).status_code == 404
        assert client.post(url("withdraw", draft.code)).status_code == 404
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_people_who_are_not_logged_in_are_sent_to_the_log_in(draft: Listing) -> None:
    client = Client()
    for page in (url("mine"), url("patents"), url("mine_one", draft.code), url("term_sheets")):
        assert "/accounts/login/" in client.get(page)["Location"]


@pytest.mark.parametrize("name", ["mine", "patents", "term_sheets", "publicity_list"])
def test_lists_ask_the_same_number_of_queries_for_two_and_twelve_rows(
    name: str, alice: User, moderator: User, state_university: Organization, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from listings import flow

    client = as_(alice)

    def add(count: int, start: int) -> None:
        for i in range(start, start + count):
            listing = flow.submit(sound_draft(sound_patent(state_university), alice, prices={"micro": 5}), by=alice)
            flow.approve(listing, by=moderator, revision=1)
            term_sheets.draft(state_university, by=alice, fields=FIELDS | {"name": f"条件单 {i}"})

    add(2, 0)
    client.get(url(name))
    with CaptureQueriesContext(
        connection,
    ) as two:
        client.get(url(name))
    add(10, 2)
    with CaptureQueriesContext(connection) as twelve:
        client.get(url(name))
    assert len(two) == len(twelve)


def test_evidence_is_read_by_the_owner_and_nobody_else(
    alice: User, bob: User, firm: Organization, mallory: User, other_university: Organization, patent: Patent
) -> None:
    client = as_(alice)
    data = {"owner-name": "甲", "owner-consent": upload(), "owner-consented_on": today().isoformat()}
    client.post(url("patent_owner", patent.code), data)
    file = patent.co_owners.get().consent
    assert file is not None
    page = reverse("vault:file", args=[file.code])

    assert client.get(page).status_code == 200
    assert as_(bob).get(page).status_code == 404
    assert as_(mallory).get(page).status_code == 404


def test_the_rules_page_shows_every_rule_of_the_table(db: None) -> None:
    from listings.rules import RULES

    for language in ("en", "zh-hans"):
        client = english()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = client.get(url("rules")).content.decode()
        for rule in RULES.values():
            assert f'id="{rule.id}"' in page
            with translation.override(language):
                assert escape(cited(rule.citation)) in page
