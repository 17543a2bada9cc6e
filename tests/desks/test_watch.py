"""What the watch over patents puts on the owner's desk: silence, events, late fees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from listings.models import HealthEvent, LegalStatus, Listing, Patent
from marketplace.accounts.models import Organization, Role
from marketplace.desks import needs, showing
from marketplace.lib.terms import today


def titles(organization: Organization) -> list[str]:
    fees = showing.fees_due(organization, today())
    return [need.title for need in needs.of_university(organization, {Role.OWNER.value}, [], today(), fees)]


@pytest.mark.parametrize(("days", "asked"), [(22, False), (24, True)])
def test_an_offer_that_nobody_confirmed_for_three_weeks_asks_for_the_word(
    university: Organization, listing: Callable[..., Listing], days: int, asked: bool
) -> None:
    made = listing()
    Patent.objects.update(status_checked_at=timezone.now() - timedelta(days=days), fees_paid_through=20)

    assert any(made.patent.title in title for title in titles(university)) is asked


def test_a_word_is_enough(university: Organization, listing: Callable[..., Listing]) -> None:
    listing()
    Patent.objects.update(status_checked_at=timezone.now() - timedelta(days=40), fees_paid_through=20)
    Listing.objects.update(confirmed_alive_at=timezone.now())

    assert titles(university) == []


def test_an_event_waits_for_its_outcome_and_then_is_gone(
    university: Organization, listing: Callable[..., Listing]
) -> None:
    made = listing()
    Patent.objects.update(status_checked_at=timezone.now(), fees_paid_through=20)
    event = HealthEvent.objects.create(patent=made.patent, kind="pledge", happened_on=today(), source="登记簿")
    assert titles(university) == [f"{made.patent.title} · {event.get_kind_display()}"]

    HealthEvent.objects.update(settled_at=timezone.now(), settled_how="已解除")

    assert titles(university) == []


def test_a_late_fee_is_due_by_the_end_of_its_late_period(
    university: Organization, listing: Callable[..., Listing]
) -> None:
    listing()
    Patent.objects.update(filed_on=today() - timedelta(days=366 * 3 + 20), fees_paid_through=3)
    Patent.objects.update(status=LegalStatus.LATE_PERIOD)

    (fee,) = showing.fees_due(university, today())

    assert (fee.year, fee.due_on > today()) == (4, True)
