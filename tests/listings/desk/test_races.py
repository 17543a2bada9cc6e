"""Several at once on one listing: one decision counts, on the revision that was seen (LIC-12)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, transaction

from listings import flow
from listings.models import Listing, ListingState, Review, ReviewCase
from marketplace.accounts.models import User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from tests import racing

threaded = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
ROUNDS = 5 if connection.vendor == "postgresql" else 1


def at_once(acts: Sequence[Callable[[], Any]]) -> list[str]:
    """Each act's end: "done" or the refusal's name."""
    return racing.at_once(acts, _one)


def _one(act: Callable[[], Any]) -> str:
    try:
        act()
    except (Refused, flow.NotNow) as refusal:
        return type(refusal).__name__
    return "done"


def decisions(listing: Listing) -> int:
    trail = {"listing.approve", "listing.return", "listing.refuse"}
    return Entry.objects.filter(action__in=trail, subject_id=str(listing.pk)).count()


def again(listing: Listing, alice: User) -> Listing:
    """Submitted anew, as it stood."""
    Listing.objects.filter(pk=listing.pk).update(state=ListingState.DRAFT, approved_revision=None, published_at=None)
    return flow.submit(Listing.objects.get(pk=listing.pk), by=alice)


@threaded
@pytest.mark.parametrize("other", ["approve", "return", "refuse"])
def test_of_two_decisions_one_counts(other: str, waiting: Listing, mo: User, second: User, alice: User) -> None:
    for number in range(1, ROUNDS + 1):
        seen = waiting.revision
        acts: dict[str, Callable[[], Any]] = {
            "approve": lambda: flow.approve(waiting, by=second, revision=seen),  # noqa: B023
            "return": lambda: flow.send_back(waiting, by=second, revision=seen, reason="补充"),  # noqa: B023
            "refuse": lambda: flow.refuse_listing(waiting, by=second, revision=seen, reason="重复"),  # noqa: B023
        }
        ended = at_once([lambda: flow.approve(waiting, by=mo, revision=seen), acts[other]])  # noqa: B023

        assert sorted(ended) == ["NotNow", "done"]
        assert (Review.objects.count(), decisions(waiting)) == (number, number)
        waiting = again(waiting, alice)


@threaded
def test_an_edit_at_the_same_moment_is_not_approved_unseen(waiting: Listing, mo: User, alice: User) -> None:
    for _round in range(ROUNDS):
        seen = waiting.revision
        terms = {"fee_minor": 1_000_000 + 1_000 * seen}
        at_once([
            lambda: flow.approve(waiting, by=mo, revision=seen),  # noqa: B023
            lambda: flow.edit(waiting, by=alice, draft=flow.Draft(terms=terms), revision=seen),  # noqa: B023
        ])  # fmt: skip

        now = Listing.objects.get(pk=waiting.pk)
        told = (now.state, now.approved_revision)
        assert told in {("published", seen), ("submitted", None)}
        approved = now.reviews.filter(revision=seen, decision="approved").count()
        assert approved == (1 if now.revision == seen or now.state == "published" else approved)
        assert now.state == "submitted" or now.terms.fee_minor != terms["fee_minor"]  # what was not seen is not offered
        waiting = again(now, alice) if now.state != "submitted" else now


@threaded
def test_of_two_who_take_it_one_has_it(waiting: Listing, mo: User, second: User) -> None:
    ended = at_once([lambda: flow.take(waiting, by=mo), lambda: flow.take(waiting, by=second)])

    assert sorted(ended) == ["NotNow", "done"]
    assert ReviewCase.objects.get().moderator in {mo, second}
    assert Entry.objects.filter(action="listing.assign").count() == 1


@pytest.mark.pg
@pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time needs no guard")
@pytest.mark.django_db(transaction=True)
def test_without_the_guard_both_decisions_would_count(waiting: Listing, mo: User, second: User) -> None:
    """The control: who looks first and writes then, without lock and condition, decides twice in the same race."""
    looked = threading.Barrier(2)

    def careless(by: User, to: str) -> None:
        with transaction.atomic():
            if Listing.objects.get(pk=waiting.pk).state == ListingState.SUBMITTED:
                looked.wait()
                Listing.objects.filter(pk=waiting.pk).update(state=to)
                Review.objects.create(listing=waiting, revision=1, decision="approved", decided_by=by)

    ended = at_once([lambda: careless(mo, "draft"), lambda: careless(second, "suspended")])

    assert (ended, Review.objects.count()) == (["done", "done"], 2)
