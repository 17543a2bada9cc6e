"""The pages of talks, changes and ends, for both sides, the mediator and strangers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listings import offers
from listings.models import Listing, OfferTerms
from marketplace.accounts.models import Organization, User
from marketplace.lib.terms import today
from marketplace.licensing.flow import negotiating, terminating
from marketplace.licensing.models import Agreement, Negotiation, Termination
from marketplace.licensing.terms import differences, redlines
from tests.licensing.changes.conftest import LOWER, counter, live, terms_of
from tests.licensing.conftest import CODE, ask, confirm_all, make_firm

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]


def url(name: str, thing: Any, *more: Any) -> str:
    return reverse(f"licensing:{name}", args=[thing.code, *more])


def form_of(listing: Listing, **changes: Any) -> dict[str, Any]:
    """The form of other terms as the page fills it in, with some fields changed."""
    told: dict[str, Any] = {
        "fee_mode": "fixed", "fee": "30000", "pay_within_days": "15", "months": "60", "territory": "CN",
        "acts": ["make", "sell", "use"], "guidance": "现场指导与远程答疑", "guidance_hours": "24", "response_days": "5",
        "guidance_persons": "发明人团队", "travel": "按实报销", "reason": "产量小", "intended_use": "铅冶炼尾气",
        "related": "no",
    }  # fmt: skip
    return told | changes


def test_a_firm_asks_from_the_listing_and_lands_on_its_negotiation(
    listing: Listing, firm: Organization, bob: User, log_in: Enter
) -> None:
    client = log_in(bob)
    page = client.get(url("other_terms", listing))

    answer = client.post(url("other_terms", listing), form_of(listing, fee="24000"))

    made = Negotiation.objects.get()
    assert page.status_code == 200
    assert answer["Location"] == made.get_absolute_url()
    assert live(made).terms == terms_of(listing, fee_minor=LOWER)
    assert client.get(made.get_absolute_url()).status_code == 200


def test_what_was_typed_is_kept_when_a_rule_refuses(
    listing: Listing, firm: Organization, bob: User, log_in: Enter
) -> None:
    answer = log_in(bob).post(url("other_terms", listing), form_of(listing, guidance_hours="0", reason="只要资料"))

    words = answer.content.decode()
    assert answer.status_code == 422
    assert "PRESET-3" in words
    assert "只要资料" in words
    assert not Negotiation.objects.exists()


def test_an_open_license_says_why_it_is_not_negotiated(
    open_listing: Listing, firm: Organization, bob: User, log_in: Enter
) -> None:
    answer = log_in(bob).get(url("other_terms", open_listing))

    assert answer.status_code == 409
    assert "TRACK-3" in answer.content.decode()


def test_strangers_meet_nothing_and_the_licensor_only_what_was_passed_on(
    asked: Negotiation, alice: User, strangers: Organization, mallory: User, moderator: User, log_in: Enter
) -> None:
    assert log_in(alice).get(asked.get_absolute_url()).status_code == 404
    negotiating.take(asked, by=moderator)

    assert log_in(alice).get(asked.get_absolute_url()).status_code == 200


def test_the_redline_marks_words_by_more_than_color(talking: Negotiation, alice: User, log_in: Enter) -> None:
    counter(talking, alice, guidance="现场指导两次与远程答疑")

    words = log_in(alice).get(talking.get_absolute_url()).content.decode()

    assert "<ins>" in words
    assert '<span class="visually-hidden">' in words
    assert "两次</ins>" in words


def test_accepting_a_version_that_was_replaced_meanwhile_changes_nothing(
    talking: Negotiation, alice: User, bob: User, log_in: Enter
) -> None:
    old = live(talking)
    counter(talking, bob, fee_minor=2_000_000)

    answer = log_in(alice).post(url("negotiation_accept", talking), {"number": old.number, "sha256": old.sha256})

    assert answer.status_code == 302
    assert not Agreement.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("现场指导", "现场指导两次", [("same", "现场指导"), ("new", "两次")]),
        ("three visits", "two visits", [("gone", "three"), ("new", "two"), ("same", " visits")]),
        ("—", "远程答疑", [("gone", "—"), ("new", "远程答疑")]),
    ],
)
def test_a_text_is_compared_word_by_word(old: str, new: str, told: list[tuple[str, str]]) -> None:
    assert [(piece.kind, piece.text) for piece in redlines.pieces("guidance", old, new)] == told


def test_the_list_asks_as_often_for_two_as_for_many(
    listing: Listing, firm: Organization, bob: User, alice: User, moderator: User, log_in: Enter
) -> None:
    from tests.licensing.changes.conftest import ask_other

    client, counts = log_in(moderator), []
    client.get(reverse("licensing:negotiations"))  # what is asked once for the whole site
    for number in range(4):
        ask_other(listing, make_firm(bob, f"第{number}家（示例）"), bob)
        if number in (1, 3):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert client.get(reverse("licensing:negotiations")).status_code == 200
            counts.append(len(asked))

    assert counts[0] == counts[1]


# the page of differences


def test_a_price_that_rose_is_shown_with_what_it_means_and_one_click_goes_on(
    listing: Listing, firm: Organization, bob: User, log_in: Enter, any_code: list[str]
) -> None:
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    OfferTerms.objects.filter(listing=listing).update(fee_minor=3_500_000)
    client = log_in(bob)

    shown = client.post(url("sign", agreement), {"code": CODE, "document_sha256": agreement.contract_sha256})
    words = shown.content.decode()
    agreement.refresh_from_db()

    assert shown.status_code == 409
    assert "¥30,000" in words
    assert "¥35,000" in words
    assert "¥5,000" in words
    assert agreement.state == "offered"
    now = offers.canonical_sha256(offers.snapshot(Listing.objects.get(pk=listing.pk)))
    answer = client.post(url("again", agreement), {"sha256": now})
    agreement.refresh_from_db()
    fresh = Agreement.objects.exclude(pk=agreement.pk).get()
    assert answer["Location"] == fresh.get_absolute_url()
    assert (agreement.state, fresh.state, fresh.fee_minor) == ("cancelled", "offered", 3_500_000)
    assert fresh.intended_use == agreement.intended_use


def test_terms_that_change_once_more_are_shown_once_more_and_the_request_stands(
    listing: Listing, firm: Organization, bob: User, log_in: Enter
) -> None:
    agreement = ask(listing, firm, bob)
    OfferTerms.objects.filter(listing=listing).update(fee_minor=3_500_000)

    answer = log_in(bob).post(url("again", agreement), {"sha256": "0" * 64})

    agreement.refresh_from_db()
    assert answer.status_code == 409
    assert agreement.state == "offered"
    assert Agreement.objects.count() == 1


def test_every_place_of_a_difference_says_what_it_means(listing: Listing) -> None:
    old = offers.snapshot(listing)
    new = offers.snapshot(listing)
    new["terms"] |= {"fee_minor": 100, "months": 24, "territory": "410000", "guidance_hours": 1, "acts": ["use"]}
    new["licensor"] |= {"bank_account": "999"}
    new["patent"] |= {"status": "suspended", "patentee": "别人"}
    new["listing"] |= {"headline": "别的话"}

    rows = differences.rows(old, new)

    assert len(rows) == 9
    assert all(row.meaning for row in rows)


# the end


def test_the_page_of_the_end_names_every_ground_with_its_law(active: Agreement, bob: User, log_in: Enter) -> None:
    words = log_in(bob).get(url("ending", active)).content.decode()

    assert words.count("《民法典》") >= 4
    assert "《专利法》第47条" in words


def test_a_proposal_made_on_the_page_leads_to_its_paper(active: Agreement, bob: User, log_in: Enter) -> None:
    day = today() + timedelta(days=10)

    answer = log_in(bob).post(url("propose_end", active), {"last_day": day.isoformat(), "reason": "停产"})

    made = Termination.objects.get()
    assert made.paper is not None
    assert answer["Location"] == url("sign_paper", active, made.paper.pk)


def test_a_day_after_the_term_is_refused_beside_its_field(active: Agreement, bob: User, log_in: Enter) -> None:
    answer = log_in(bob).post(url("propose_end", active), {"last_day": "2099-01-01"})

    assert answer.status_code == 422
    assert not Termination.objects.exists()


def test_the_deals_page_tells_both_sides_of_a_proposal(
    active: Agreement, alice: User, bob: User, log_in: Enter
) -> None:
    terminating.propose(active, by=bob, last_day=today())

    for person in (alice, bob):
        assert url("ending", active) in log_in(person).get(active.get_absolute_url()).content.decode()
