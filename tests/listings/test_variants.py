"""Several variants of one listing: each an offer of its own, seen side by side, checked, frozen and asked for."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from listings import flow, offers, rules, variants
from listings.models import Listing, OfferTerms, Patent, Track
from listings.rules.institution import publicity_sha256
from listings.search.documents import document_of, price_of
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused, blocking
from tests.listings.building import PRESET_TERMS, offered, sound_draft, sound_patent

TRIAL: dict[str, Any] = PRESET_TERMS | {
    "fee_mode": "free_then_paid",
    "fee_minor": 900_000,
    "free_months": 12,
    "trigger": "date",
    "later_mode": "deferred",
    "nonpayment": "停止使用并退还资料",
    "months": 36,
}
FIVE: dict[str, Any] = PRESET_TERMS | {"fee_minor": 8_000_000, "months": 60}


def add(listing: Listing, by: User, label: str, terms: dict[str, Any], prices: dict[str, int] | None = None) -> Listing:
    return flow.put_variant(listing, by=by, label=label, draft=flow.Draft(terms=terms, prices=prices or {}))


@pytest.fixture
def varied(draft: Listing, alice: User) -> Listing:
    """A draft at 30,000 yuan with a trial (9,000 afterwards) and five years (80,000; micro firms 20,000)."""
    add(draft, alice, "先试一年", TRIAL)
    return add(draft, alice, "五年", FIVE, {"micro": 2_000_000})


def test_a_listing_of_one_choice_is_frozen_as_before(draft: Listing) -> None:
    assert "variant" not in offers.snapshot(draft)
    with translation.override("en"):
        assert [(choice.key, choice.label) for choice in variants.choices(draft)] == [("", "Standard")]


def test_each_variant_is_a_frozen_offer_of_its_own(varied: Listing) -> None:
    before = offers.canonical_sha256(offers.snapshot(varied))
    told = [offers.snapshot(choice.listing) for choice in variants.choices(varied)]

    assert [one.get("variant", {}).get("label") for one in told] == [None, "先试一年", "五年"]
    assert [one["terms"]["months"] for one in told] == [24, 36, 60]
    assert told[2]["terms"]["class_prices"] == {"micro": 2_000_000}
    hashes = [offers.canonical_sha256(one) for one in told]
    assert len(set(hashes)) == 3
    assert hashes[0] == before
    assert [offers.variant_key(one) for one in told] == [choice.key for choice in variants.choices(varied)]


def test_reading_under_a_variant_changes_nothing_and_cannot_be_stored(varied: Listing) -> None:
    trial = variants.choices(varied)[1]

    read = variants.under(varied, trial.key)

    assert (read.terms.months, varied.terms.months) == (36, 24)
    assert variants.own_terms(read).months == 24
    assert variants.under(read, "").terms.months == 24
    with pytest.raises(IntegrityError), transaction.atomic():
        read.terms.save()
    with pytest.raises(variants.NoVariant):
        variants.under(varied, "0")


def test_the_database_refuses_terms_that_are_both_or_neither(varied: Listing) -> None:
    row = OfferTerms.objects.filter(variant_of=varied).first()
    assert row is not None
    for wrong in ({"listing": varied}, {"variant_of": None}, {"label": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OfferTerms.objects.filter(pk=row.pk).update(**wrong)


def test_rules_name_the_variant_that_breaks_them(varied: Listing, alice: User) -> None:
    assert blocking(rules.check(varied)) == []

    row = variants.rows(varied)[0]
    OfferTerms.objects.filter(pk=row.pk).update(free_months=0)
    varied = Listing.objects.get(pk=varied.pk)

    with translation.override("en"):
        (finding,) = blocking(rules.check(varied))
        assert finding.rule == "PRESET-2"
        assert str(finding.message) == "Variant “先试一年”: The free period must have 1 to 60 months."
    with pytest.raises(Refused):
        flow.submit(varied, by=alice)
    OfferTerms.objects.filter(pk=row.pk).update(free_months=12)
    assert flow.submit(varied, by=alice).state == "submitted"


def test_only_the_variant_asked_for_must_be_acceptable(patent: Patent, alice: User, moderator: User) -> None:
    listing = offered(patent, alice, moderator)
    add(listing, alice, "五年", FIVE)
    listing.refresh_from_db()
    flow.approve(listing, by=moderator, revision=listing.revision)
    listing = Listing.objects.get(pk=listing.pk)
    (five,) = variants.further(listing)
    OfferTerms.objects.filter(variant_of=listing).update(acts=[])

    assert rules.acceptable(Listing.objects.get(pk=listing.pk)) == []
    (finding,) = rules.acceptable(five.listing)
    assert finding.rule == "LIC-E"

    OfferTerms.objects.filter(variant_of=listing).delete()
    with translation.override("en"):
        assert [str(one.message) for one in rules.acceptable(five.listing)] == ["This variant is not offered any more."]


def test_a_variant_added_to_an_offer_goes_to_the_moderators_first(offer: Listing, alice: User) -> None:
    after = add(offer, alice, "五年", FIVE)

    assert (after.state, after.revision, after.approved_revision) == ("submitted", 2, None)
    kept = after.revisions.get(number=2).snapshot
    assert kept["variants"]["五年"]["months"] == 60
    again = flow.drop_variant(after, by=alice, key=variants.choices(after)[1].key)
    assert (again.state, again.revision, variants.rows(again)) == ("submitted", 3, [])


def test_publicity_is_of_every_variant(draft: Listing, alice: User) -> None:
    before = publicity_sha256(draft)

    after = add(draft, alice, "五年", FIVE)

    assert publicity_sha256(after) != before
    assert {publicity_sha256(choice.listing) for choice in variants.choices(after)} == {publicity_sha256(after)}


def test_an_open_license_has_no_variants(open_draft: Listing, alice: User) -> None:
    with pytest.raises(Refused) as refused:
        add(open_draft, alice, "五年", FIVE)

    assert refused.value.finding.rule == "TRACK-1"
    assert OfferTerms.objects.filter(variant_of=open_draft).count() == 0


def test_names_are_needed_and_differ_and_six_choices_are_enough(varied: Listing, alice: User) -> None:
    for label in ("", "  ", "五年"):
        with pytest.raises(Refused):
            add(varied, alice, label, FIVE)
    for number in range(3):
        add(varied, alice, f"第{number}种", FIVE)
    with pytest.raises(Refused):
        add(varied, alice, "再一种", FIVE)

    assert len(variants.choices(varied)) == 6


def test_others_cannot_write_variants(varied: Listing, mallory: User) -> None:
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        add(varied, mallory, "我的", FIVE)
    with pytest.raises(PermissionDenied):
        flow.drop_variant(varied, by=mallory, key=variants.choices(varied)[1].key)
    assert len(variants.choices(varied)) == 3


def test_a_copy_has_the_variants_too(varied: Listing, alice: User, university: Organization) -> None:
    made = flow.copy(varied, by=alice, patent=sound_patent(university))

    assert [(row.label, row.months) for row in variants.rows(made)] == [("先试一年", 36), ("五年", 60)]
    codes = {str(row.code) for row in (*variants.rows(made), *variants.rows(varied))}
    assert len(codes) == 4


def test_search_knows_the_price_of_the_cheapest_variant(patent: Patent, alice: User, moderator: User) -> None:
    listing = offered(patent, alice, moderator)
    assert price_of(listing, "") == 3_000_000
    add(listing, alice, "先试一年", TRIAL)
    add(listing, alice, "五年", FIVE, {"micro": 200_000})
    listing.refresh_from_db()
    listing = flow.approve(listing, by=moderator, revision=listing.revision)

    assert (price_of(listing, ""), price_of(listing, "micro"), price_of(listing, "small")) == (
        900_000,
        200_000,
        900_000,
    )
    document = document_of(listing)
    assert document.values["fee"] == ("fixed", "free_then_paid")
    assert "micro:to_10k" in document.values["band"]


def test_variants_of_two_listings_do_not_mix(varied: Listing, alice: User, university: Organization) -> None:
    other = sound_draft(sound_patent(university), alice, track=Track.PRESET)

    with pytest.raises(variants.NoVariant):
        variants.under(other, variants.choices(varied)[1].key)
    with pytest.raises(flow.NotNow):
        flow.drop_variant(other, by=alice, key=variants.choices(varied)[1].key)


def test_a_firm_reads_what_it_pays_by_its_own_statement(
    university: Organization, alice: User, firm: Organization, bob: User
) -> None:
    from django.test import Client

    from tests.listings import making

    listing = making.offer(university, alice, "分级定价的装置", prices={"small": 800_000, "startup": 500_000})
    Organization.objects.filter(pk=firm.pk).update(size_year=2025)
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(bob)
    page = client.get(listing.get_absolute_url()).content.decode()
    assert "You pay ¥8,000 as: Small firm, by your own statement with figures of 2025 (rule NUM-6)." in page

    Organization.objects.filter(pk=firm.pk).update(size="large")
    assert "You pay ¥8,000" not in client.get(listing.get_absolute_url()).content.decode()


def test_the_publicity_shows_every_variant_with_its_price(
    varied: Listing, state_university: Organization, alice: User, moderator: User
) -> None:
    from django.test import Client
    from django.urls import reverse

    listing = flow.approve(flow.submit(varied, by=alice), by=moderator, revision=varied.revision)

    page = Client().get(reverse("listings:objection", args=[listing.code])).content.decode()

    assert listing.state == "publicity"
    assert all(words in page for words in ("先试一年", "五年", "¥30,000", "¥80,000", "¥20,000", "¥9,000"))
