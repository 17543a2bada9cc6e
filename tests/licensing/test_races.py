"""Two at once: threads behind a barrier on PostgreSQL, one after the other on SQLite, whose writers queue anyway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, transaction

from listings.models import Listing, OfferTerms, TermSheet
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement
from marketplace.outbox.models import Effect
from tests import racing
from tests.licensing.conftest import ask, confirm_all, send_notice, sign

threaded = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
REFUSALS = (Refused, flow.NotNow, flow.NotPayable, flow.AlreadyAsked, flow.TermsChanged)


def at_once(acts: Sequence[Callable[[], Any]]) -> list[str]:
    """Each act's end: "done" or the refusal's name. Anything else is an error."""
    return racing.at_once(acts, _one)


def _one(act: Callable[[], Any]) -> str:
    try:
        with transaction.atomic() if connection.vendor != "postgresql" else _nothing():
            act()
    except REFUSALS as refusal:
        return type(refusal).__name__
    return "done"


class _nothing:  # noqa: N801
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


@threaded
def test_of_many_clicks_on_request_one_makes_the_agreement(
    sheet: TermSheet, listing: Listing, firm: Organization, bob: User
) -> None:
    ended = at_once([lambda: ask(listing, firm, bob)] * 4)

    assert sorted(ended) == ["AlreadyAsked"] * 3 + ["done"]
    assert Agreement.objects.count() == 1


@threaded
def test_of_many_clicks_on_sign_one_signs(confirmed: Agreement, bob: User, any_code: list[str]) -> None:
    ended = at_once([lambda: sign(Agreement.objects.get(pk=confirmed.pk), bob)] * 4)

    assert sorted(ended) == ["AlreadySigned"] * 3 + ["done"]
    assert confirmed.signatures.filter(party="licensee").count() == 1
    assert confirmed.listing.patent.encumbrances.count() == 1
    assert Effect.objects.filter(topic="paper.seal").count() == confirmed.papers.count()


@threaded
def test_both_sides_sign_at_once_and_the_last_one_completes_it_once(
    listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)

    ended = at_once([lambda: sign(agreement, bob), lambda: sign(agreement, alice)])

    agreement.refresh_from_db()
    assert ended == ["done", "done"]
    assert agreement.state == "active"
    assert agreement.obligations.count() == 1


@threaded
def test_the_last_license_of_a_term_sheet_is_given_once(
    listing: Listing,
    firm: Organization,
    strangers: Organization,
    alice: User,
    bob: User,
    mallory: User,
    any_code: list[str],
) -> None:
    from tests.licensing.conftest import sign_term_sheet

    sign_term_sheet(listing, alice, max_licenses=1)
    first, second = ask(listing, firm, bob), ask(listing, strangers, mallory)
    confirm_all(first, bob)
    confirm_all(second, mallory)

    ended = at_once([lambda: sign(first, bob), lambda: sign(second, mallory)])

    assert sorted(ended) == ["Refused", "done"]
    assert Agreement.objects.filter(state="active").count() == 1


@threaded
def test_a_payment_comes_twice_at_once_and_is_booked_once(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    owed = agreement.obligations.get()

    ended = at_once([lambda: flow.settle(owed, proof={"kind": "bank"})] * 3)

    agreement.refresh_from_db()
    assert sorted(ended) == ["AlreadySettled"] * 2 + ["done"]
    assert agreement.state == "active"
    assert agreement.listing.patent.encumbrances.count() == 1


@threaded
def test_a_payment_and_a_cancellation_meet_and_one_of_them_wins(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    owed = agreement.obligations.get()

    ended = at_once([lambda: flow.settle(owed, proof={"kind": "bank"}), lambda: flow.cancel(agreement, by=bob)])

    agreement.refresh_from_db()
    owed.refresh_from_db()
    assert ended.count("done") == 1
    assert (agreement.state, owed.state) in {("active", "settled"), ("cancelled", "waived")}


@threaded
def test_a_price_that_changes_while_somebody_signs_is_never_signed_unseen(
    listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)

    def change() -> None:
        with transaction.atomic():
            Listing.objects.select_for_update().get(pk=listing.pk)
            OfferTerms.objects.filter(listing=listing).update(fee_minor=100)

    ended = at_once([change, lambda: sign(agreement, bob)])

    signed = agreement.signatures.filter(party="licensee").exists()
    assert ended[0] == "done"
    assert signed == (ended[1] == "done")
    assert Agreement.objects.get(pk=agreement.pk).version.snapshot["terms"]["fee_minor"] == 3_000_000
