"""The licensor's word every thirty days: reminded, frozen, suspended, revived, expired (LIC-9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listings import flow
from listings.models import Listing, ListingState, Patent
from listings.rules import acceptable
from marketplace.accounts.models import User
from marketplace.lib.findings import blocking


def silent_for(listing: Listing, days: float) -> Listing:
    """Nobody has said anything about the status for so long."""
    at = timezone.now() - timedelta(days=days)
    Patent.objects.filter(pk=listing.patent_id).update(status_checked_at=at)
    Listing.objects.filter(pk=listing.pk).update(confirmed_alive_at=None)
    return Listing.objects.get(pk=listing.pk)


def heard(user: User) -> list[str]:
    return list(user.messages.filter(kind__in=LETTERS).order_by("pk").values_list("kind", flat=True))


LETTERS = ["listing.confirm_alive", "listing.frozen", "listing.stale", "listing.stale_expired", "listing.resumed"]


@pytest.mark.parametrize(
    ("days", "letters"),
    [
        (22.9, []),
        (23.1, ["listing.confirm_alive"]),
        (27.9, ["listing.confirm_alive"]),
        (28.1, ["listing.confirm_alive"]),
        (30.1, ["listing.frozen"]),
    ],
)
def test_reminders_come_on_day_23_28_and_30(offer: Listing, alice: User, days: float, letters: list[str]) -> None:
    silent_for(offer, days)

    flow.remind_due()
    flow.remind_due()

    assert heard(alice) == letters


def test_three_letters_come_as_time_goes_by(offer: Listing, alice: User) -> None:
    at = timezone.now() - timedelta(days=31)
    Patent.objects.update(status_checked_at=at)

    from unittest.mock import patch

    for day in range(20, 31):
        with patch("listings.flow.staleness.timezone.now", return_value=at + timedelta(days=day, hours=1)):
            flow.remind_due()

    assert heard(alice) == ["listing.confirm_alive", "listing.confirm_alive", "listing.frozen"]


@pytest.mark.parametrize(("days", "open_"), [(29.9, True), (30.1, False)])
def test_after_thirty_days_nothing_new_is_accepted(offer: Listing, days: float, open_: bool) -> None:
    listing = silent_for(offer, days)

    assert (blocking(acceptable(listing)) == []) is open_
    assert listing.state == ListingState.PUBLISHED


@pytest.mark.parametrize(("days", "state"), [(59.9, "published"), (60.1, "suspended")])
def test_after_sixty_days_the_offer_is_suspended(offer: Listing, alice: User, days: float, state: str) -> None:
    silent_for(offer, days)

    flow.tidy_due()

    offer.refresh_from_db()
    assert offer.state == state
    assert (offer.stale_since is not None) is (state == "suspended")


def test_a_word_revives_what_silence_suspended(offer: Listing, alice: User) -> None:
    silent_for(offer, 61)
    flow.tidy_due()

    revived = flow.confirm_alive(Listing.objects.get(pk=offer.pk), by=alice)

    assert (revived.state, revived.stale_since) == (ListingState.PUBLISHED, None)
    assert blocking(acceptable(revived)) == []
    assert heard(alice)[-2:] == ["listing.stale", "listing.resumed"]


def test_the_owners_page_offers_the_word_after_the_suspension(offer: Listing, alice: User, client: Client) -> None:
    silent_for(offer, 61)
    flow.tidy_due()
    client.force_login(alice)
    confirm = reverse("listings:confirm", args=[offer.code])

    assert confirm in client.get(reverse("listings:mine_one", args=[offer.code])).content.decode()
    client.post(confirm)

    offer.refresh_from_db()
    assert offer.state == ListingState.PUBLISHED


def test_a_status_from_elsewhere_revives_it_as_well(offer: Listing, moderator: User) -> None:
    silent_for(offer, 61)
    flow.tidy_due()
    flow.record_status(offer.patent, status="in_force", source="登记簿", by=moderator)

    flow.tidy_due()

    offer.refresh_from_db()
    assert offer.state == ListingState.PUBLISHED


def test_a_word_does_not_revive_what_a_moderator_suspended(offer: Listing, alice: User, moderator: User) -> None:
    flow.suspend(offer, by=moderator, reason="待核实")

    assert flow.confirm_alive(Listing.objects.get(pk=offer.pk), by=alice).state == ListingState.SUSPENDED


def test_a_word_does_not_revive_what_a_rule_forbids_meanwhile(offer: Listing, alice: User) -> None:
    silent_for(offer, 61)
    flow.tidy_due()
    Patent.objects.update(pledged=True)

    listing = flow.confirm_alive(Listing.objects.get(pk=offer.pk), by=alice)

    assert (listing.state, listing.stale_since) == (ListingState.SUSPENDED, None)
    assert "PRESET-1" in listing.state_reason


@pytest.mark.parametrize(("days", "state"), [(179.9, "suspended"), (180.1, "expired")])
def test_after_half_a_year_the_offer_expires(offer: Listing, alice: User, days: float, state: str) -> None:
    silent_for(offer, 61)
    flow.tidy_due()
    silent_for(offer, days)

    flow.tidy_due()

    offer.refresh_from_db()
    assert offer.state == state


def test_a_listing_that_was_never_looked_up_counts_from_its_opening(offer: Listing, alice: User) -> None:
    Patent.objects.update(status_checked_at=None)
    Listing.objects.update(confirmed_alive_at=None, published_at=timezone.now() - timedelta(days=24))

    flow.remind_due()

    assert heard(alice) == ["listing.confirm_alive"]
