"""Which desk a person meets, and what stands on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from listings.models import ListingState
from marketplace.accounts.models import Organization, SigningAuthority, User, VerificationState
from marketplace.desks import needs, showing
from marketplace.lib.terms import recordal_due, today
from marketplace.licensing.models import Party


def body(client: Client, user: User, address: str = "/desk/") -> str:
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_strangers_are_sent_to_the_log_in(client: Client, db: None) -> None:
    assert client.get("/desk/").headers["Location"] == "/accounts/login/?next=/desk/"


def test_a_person_without_an_organization_is_shown_the_way_to_one(client: Client, mallory: User) -> None:
    html = body(client, mallory)

    assert 'href="/organization/new/"' in html
    assert html.count("button primary") == 1


def test_a_moderator_sees_what_waits(client: Client, moderator: User, listing: Callable[..., Any]) -> None:
    listing(ListingState.SUBMITTED)

    html = body(client, moderator)

    assert 'href="/admin/"' in html
    assert 'href="/admin/moderation/listings/"' in html


def test_the_queues_page_is_for_moderators(client: Client, bob: User) -> None:
    client.force_login(bob)

    assert client.get("/desk/moderation/").status_code in {302, 403, 404}


def test_a_firm_sees_its_deals_and_nobody_elses(
    client: Client, bob: User, mallory: User, deal: Callable[..., Any]
) -> None:
    other = Organization.objects.create(kind="firm", name="旁观者有限公司", state=VerificationState.VERIFIED)
    other.memberships.create(user=mallory, role="owner")
    mine, theirs = deal(), deal(licensee=other)

    html = body(client, bob)

    assert mine.reference in html
    assert theirs.reference not in html
    assert theirs.reference in body(client, mallory)


def test_a_university_sees_listings_deals_and_fees(
    client: Client, alice: User, deal: Callable[..., Any], listing: Callable[..., Any]
) -> None:
    made = deal()
    listing(ListingState.SUBMITTED)

    html = body(client, alice)

    assert made.reference in html
    assert 'href="/desk/listings/?state=submitted"' in html
    assert 'href="/desk/import/"' in html
    assert 'class="countdown' in html


def test_an_empty_university_is_told_to_begin_with_its_inventory(
    client: Client, alice: User, university: Organization
) -> None:
    html = body(client, alice)

    assert html.count("button small primary") == 1
    assert 'class="empty"' in html


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_desk_has_one_main_action(
    request: pytest.FixtureRequest, client: Client, who: str, deal: Callable[..., Any], owe: Callable[..., Any]
) -> None:
    owe(deal())
    deal()

    html = body(client, request.getfixturevalue(who))

    assert len([part for part in html.split('class="button')[1:] if "primary" in part.split('"')[0]]) == 1


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_desk_asks_the_same_for_two_deals_and_for_twelve(
    request: pytest.FixtureRequest,
    client: Client,
    who: str,
    deal: Callable[..., Any],
    active: Callable[..., Any],
    owe: Callable[..., Any],
    asked: Callable[[str], int],
) -> None:
    client.force_login(request.getfixturevalue(who))
    made = 0

    def at(count: int) -> int:
        nonlocal made
        while made < count:
            owe(active())
            deal()
            made += 1
        return asked("/desk/")

    at(1)
    assert at(2) == at(12)


def test_a_firm_is_told_to_sign_and_to_pay_the_nearest_day_first(
    bob: User, firm: Organization, deal: Callable[..., Any], active: Callable[..., Any], owe: Callable[..., Any]
) -> None:
    late, soon = active(), active()
    owe(late, due_on=today().replace(year=today().year + 1))
    owe(soon, due_on=today())
    signing = deal()

    found = needs.of_firm(firm, {"owner"}, list(needs.deals_of(bob, firm, Party.LICENSEE)), today())

    assert [need.note.split(" · ")[0] for need in found] == [soon.reference, late.reference, signing.reference]
    assert all(need.url for need in found)


def test_what_is_not_owed_is_not_asked_for(
    firm: Organization, active: Callable[..., Any], owe: Callable[..., Any]
) -> None:
    owe(active(), state="future")
    owe(active(), amount_minor=0)

    assert needs.of_firm(firm, {"owner"}, [], today()) == []


def test_an_unverified_organization_is_told_so_first(firm: Organization, bob: User) -> None:
    Organization.objects.filter(pk=firm.pk).update(state=VerificationState.UNVERIFIED)
    SigningAuthority.objects.filter(organization=firm).delete()
    firm.refresh_from_db()

    found = needs.of_firm(firm, {"owner"}, [], today())

    assert [need.url for need in found] == ["/organization/verification/", "/organization/authorities/"]
    assert [need.url for need in needs.of_firm(firm, {"viewer"}, [], today())] == ["/organization/verification/"]


def test_a_listing_sent_back_waits_with_its_reason(university: Organization, listing: Callable[..., Any]) -> None:
    listing(ListingState.DRAFT)
    returned = listing(ListingState.DRAFT, state_reason="价格依据不清楚")

    found = needs.of_university(university, {"owner"}, [], today())

    assert [(need.title, need.note) for need in found] == [(returned.patent.title, "价格依据不清楚")]


def test_recordal_counts_down_only_while_it_can_be_done_in_time(
    firm: Organization, bob: User, active: Callable[..., Any]
) -> None:
    made = active()
    deals = list(needs.deals_of(bob, firm, Party.LICENSEE))
    due_on = recordal_due(today())

    assert [(one.row.reference, one.due_on) for one in showing.to_record(deals, firm, today())] == [
        (made.reference, due_on)
    ]
    assert showing.to_record(deals, firm, due_on.replace(year=due_on.year + 1)) == []


def test_the_short_line_shows_where_a_deal_stands(deal: Callable[..., Any], active: Callable[..., Any]) -> None:
    assert [step.state for step in showing.line(deal())] == ["done", "now", "todo"]


def test_the_next_fee_is_the_year_after_the_paid_one(university: Organization, listing: Callable[..., Any]) -> None:
    listing()

    assert [fee.year for fee in showing.fees_due(university, today())] == [4]
