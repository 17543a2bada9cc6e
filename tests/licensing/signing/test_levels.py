"""A licensor says which ways of signing it takes; everything else is refused before a code is used up (SIG-2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from listings.forms.listings import BindingForm
from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.licensing.models import Method
from marketplace.licensing.signing import levels
from tests.licensing.conftest import ask, confirm_all, send_notice, sign

pytestmark = pytest.mark.django_db


def test_named_ways_are_frozen_with_the_offer_and_others_refused(
    listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    Listing.objects.filter(pk=listing.pk).update(signature_levels=["passkey", "paper"])
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    assert agreement.version.snapshot["signature_levels"] == ["paper", "passkey"]
    assert levels.accepted(agreement) == [Method.PASSKEY, Method.PAPER]

    with pytest.raises(Refused) as refused:
        sign(agreement, bob)
    assert (refused.value.finding.rule, any_code, agreement.signatures.count()) == ("SIG-2", [], 0)


def test_where_none_is_named_every_way_is_taken(listing: Listing, firm: Organization, bob: User) -> None:
    agreement = ask(listing, firm, bob)

    assert "signature_levels" not in agreement.version.snapshot
    assert levels.accepted(agreement) == list(levels.LEVELS)


def test_on_the_open_track_no_way_is_shut(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    Listing.objects.filter(pk=open_listing.pk).update(signature_levels=["ca"])
    agreement = send_notice(ask(open_listing, firm, bob), bob)

    assert agreement.state == "noticed"
    assert "signature_levels" not in BindingForm(track="open").fields


def test_the_page_offers_only_what_is_taken(
    listing: Listing, firm: Organization, bob: User, log_in: Callable[[User], Client]
) -> None:
    Listing.objects.filter(pk=listing.pk).update(signature_levels=["paper"])
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    page = log_in(bob).get(reverse("licensing:sign", args=[agreement.code])).content.decode()

    assert "/scan/" in page
    assert "/ca/practice/" not in page
    assert reverse("licensing:code", args=[agreement.code]) not in page


def test_an_unknown_way_is_not_kept() -> None:
    form = BindingForm({"signature_levels": ["telepathy"]}, track="preset")

    assert not form.is_valid()
    assert "signature_levels" in form.errors
