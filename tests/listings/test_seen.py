"""Readers are counted by the day, and nothing about them is kept."""

from __future__ import annotations

import pytest
from django.test import Client

from listings.models import Listing, ListingViews
from marketplace.accounts.models import Organization, User
from marketplace.lib.terms import today

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"


def read(client: Client, listing: Listing, agent: str = BROWSER, address: str = "192.0.2.1", **headers: str) -> None:
    client.get(listing.get_absolute_url(), headers={"user-agent": agent, **headers}, REMOTE_ADDR=address)


def counted() -> list[int]:
    return list(ListingViews.objects.values_list("count", flat=True))


def test_two_readers_are_two_and_a_reload_is_none(client: Client, offer: Listing) -> None:
    read(client, offer)
    read(client, offer)
    read(client, offer, address="192.0.2.2")

    assert counted() == [2]
    assert ListingViews.objects.get().day == today()


PROGRAMS = ["Googlebot/2.1", "Baiduspider/2.0", "curl/8.5", "python-requests/2", "facebookexternalhit preview", ""]


@pytest.mark.parametrize("agent", PROGRAMS)
def test_programs_are_left_out(client: Client, offer: Listing, agent: str) -> None:
    read(client, offer, agent)

    assert counted() == []


def test_a_prefetching_browser_is_left_out(client: Client, offer: Listing) -> None:
    read(client, offer, **{"sec-purpose": "prefetch;prerender"})

    assert counted() == []


def test_own_people_and_moderators_are_left_out_and_others_count(
    client: Client, offer: Listing, firm: Organization, alice: User, bob: User, moderator: User
) -> None:
    for user in (alice, moderator):
        client.force_login(user)
        read(client, offer)
    assert counted() == []

    client.force_login(bob)
    read(client, offer)
    assert counted() == [1]


def test_nothing_but_the_sum_is_stored_and_no_cookie_is_set_for_it(client: Client, offer: Listing) -> None:
    answer = client.get(offer.get_absolute_url(), headers={"user-agent": BROWSER})

    assert {field.name for field in ListingViews._meta.get_fields()} == {"id", "listing", "day", "count"}
    assert not set(answer.cookies) - {"django_language", "csrftoken"}


def test_a_page_that_is_not_there_counts_nobody(client: Client, draft: Listing) -> None:
    read(client, draft)

    assert counted() == []
