"""A firm chooses one of several variants: what it saw is frozen, signed and kept, whatever becomes of the others."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from listings import offers, variants
from listings.models import Listing, OfferTerms
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, State
from tests.licensing.conftest import TERMS, ask, confirm_all, sign, sign_term_sheet


@pytest.fixture
def five(listing: Listing) -> OfferTerms:
    """A second variant beside the five years at ¥30,000: ten years at ¥80,000."""
    told = TERMS | {"fee_minor": 8_000_000, "months": 120}
    return OfferTerms.objects.create(variant_of=listing, label="十年", position=1, **told)


def ask_under(row: OfferTerms, licensee: Organization, by: User) -> Agreement:
    listing = Listing.objects.get(variants=row)
    snapshot = offers.snapshot(variants.under(listing, str(row.code)))
    return ask(listing, licensee, by, variant=str(row.code), seen_sha256=offers.canonical_sha256(snapshot))


def test_the_chosen_variant_is_what_is_frozen_signed_and_owed(
    five: OfferTerms, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    agreement = ask_under(five, firm, bob)

    assert agreement.version.snapshot["variant"] == {"code": str(five.code), "label": "十年"}
    assert agreement.version.snapshot["terms"]["months"] == 120
    assert agreement.fee_minor == 8_000_000
    confirm_all(agreement, bob)
    sign(agreement, bob)
    agreement = sign(agreement, alice)
    assert agreement.state == State.ACTIVE
    assert agreement.obligations.get().amount_minor == 8_000_000


def test_a_change_of_another_variant_disturbs_nobody(
    five: OfferTerms, listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    agreement = ask_under(five, firm, bob)
    OfferTerms.objects.filter(listing=listing).update(fee_minor=100)
    confirm_all(agreement, bob)

    assert sign(agreement, bob).signatures.count() == 1


def test_a_change_of_the_chosen_variant_refuses_and_shows_the_difference(
    five: OfferTerms, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = ask_under(five, firm, bob)
    OfferTerms.objects.filter(pk=five.pk).update(fee_minor=9_000_000)
    confirm_all(agreement, bob)

    with pytest.raises(flow.TermsChanged) as changed:
        sign(agreement, bob)

    assert (changed.value.old["terms"]["fee_minor"], changed.value.new["terms"]["fee_minor"]) == (8_000_000, 9_000_000)
    assert agreement.signatures.count() == 0


def test_a_variant_taken_off_can_be_signed_no_more(
    five: OfferTerms, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = ask_under(five, firm, bob)
    confirm_all(agreement, bob)
    five.delete()

    with pytest.raises(Refused) as refused, translation.override("en"):
        sign(agreement, bob)

    assert refused.value.finding.rule == "LIC-D"
    assert agreement.signatures.count() == 0


def test_the_hash_of_another_variant_is_not_good_for_this_one(
    five: OfferTerms, listing: Listing, firm: Organization, bob: User
) -> None:
    own = offers.canonical_sha256(offers.snapshot(listing))

    with pytest.raises(flow.TermsChanged):
        ask(listing, firm, bob, variant=str(five.code), seen_sha256=own)

    assert Agreement.objects.count() == 0


def test_a_variant_with_a_term_sheet_of_its_own_is_signed_beforehand(
    five: OfferTerms, listing: Listing, firm: Organization, bob: User, alice: User
) -> None:
    sheet = sign_term_sheet(listing, alice)  # whose terms are the standard ones; the variant takes them over
    Listing.objects.filter(pk=listing.pk).update(term_sheet=None)
    OfferTerms.objects.filter(pk=five.pk).update(term_sheet=sheet, fee_minor=3_000_000, months=60)

    beforehand, alone = ask_under(five, firm, bob), listing

    assert beforehand.term_sheet == sheet
    assert beforehand.signatures.get().term_sheet == sheet
    assert Listing.objects.get(pk=alone.pk).term_sheet is None


def test_the_page_shows_the_choices_and_the_request_carries_the_one_chosen(
    five: OfferTerms, listing: Listing, firm: Organization, bob: User
) -> None:
    client = Client()
    client.force_login(bob)
    page = client.get(listing.get_absolute_url()).content.decode()
    assert "十年" in page
    assert f"?variant={five.code}" in page

    under = client.get(f"{listing.get_absolute_url()}?variant={five.code}").content.decode()
    path = f"{reverse('licensing:request', args=[listing.code])}?variant={five.code}"
    assert path in under
    asked = client.get(path)
    typed = {
        "intended_use": "铅冶炼",
        "related": "no",
        "territory_ok": "on",
        "seen": asked.context["form"].initial["seen"],
    }
    client.post(path, typed)

    agreement = Agreement.objects.get()
    assert (agreement.fee_minor, agreement.version.snapshot["variant"]["label"]) == (8_000_000, "十年")


def test_an_address_of_a_variant_that_is_gone_shows_the_standard_terms(
    five: OfferTerms, listing: Listing, firm: Organization, bob: User
) -> None:
    client = Client()
    client.force_login(bob)
    five.delete()

    for name in ("licensing:request", "licensing:preview", "listings:listing"):
        answer = client.get(f"{reverse(name, args=[listing.code])}?variant={five.code}")
        assert answer.status_code == 200
        assert answer.context["variant"] == ""


def test_asking_again_keeps_the_variant(five: OfferTerms, listing: Listing, firm: Organization, bob: User) -> None:
    agreement = ask_under(five, firm, bob)
    client = Client()
    client.force_login(bob)

    answer = client.post(reverse("licensing:again", args=[agreement.code]))

    assert answer["Location"] == f"{reverse('licensing:request', args=[listing.code])}?variant={five.code}"
