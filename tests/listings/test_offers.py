"""What an offer says, costs, and to whom: exact values for every mode and class."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from listings import offers
from listings.models import Listing, Patent
from listings.prices import instalment_amounts, terms_dict
from marketplace.accounts.models import Organization, OrganizationKind, User, VerificationState
from marketplace.lib.findings import Severity
from marketplace.lib.terms import today
from tests.listings import making
from tests.listings.building import sound_draft, sound_patent

BASE: dict[str, Any] = {
    "fee_mode": "fixed",
    "currency": "CNY",
    "fee_minor": 0,
    "fee_per_year": False,
    "royalty_bp": 0,
    "royalty_base": "",
    "free_months": 0,
    "trigger": "",
    "milestone": "",
    "later_mode": "",
    "instalments": 0,
    "months": 60,
    "class_prices": {"micro": 500_000, "small": 0},
}
FREE_FIRST: dict[str, Any] = {"fee_mode": "free_then_paid", "free_months": 12, "trigger": "date"}
CASES: list[tuple[dict[str, Any], str, int, int, int | None, str]] = [
    # terms, class, fee, now, total, words
    ({"fee_minor": 3_000_000}, "", 3_000_000, 3_000_000, 3_000_000, "¥30,000"),
    ({"fee_minor": 3_000_000}, "micro", 500_000, 500_000, 500_000, "¥5,000"),
    ({"fee_minor": 3_000_000}, "small", 0, 0, 0, "¥0"),
    ({"fee_minor": 3_000_000}, "medium", 3_000_000, 3_000_000, 3_000_000, "¥30,000"),
    ({"fee_minor": 800_000, "fee_per_year": True}, "", 800_000, 800_000, 4_000_000, "¥8,000 a year"),
    ({"fee_minor": 800_000, "fee_per_year": True, "months": 61}, "", 800_000, 800_000, 4_800_000, "¥8,000 a year"),
    ({"fee_minor": 800_000, "fee_per_year": True, "months": None}, "", 800_000, 800_000, None, "¥8,000 a year"),
    (
        {"fee_mode": "entry_royalty", "fee_minor": 1_000_000, "royalty_bp": 350, "royalty_base": "net_sales"},
        "",
        1_000_000,
        1_000_000,
        None,
        "¥10,000 at the start and 3.5% of net sales",
    ),
    (
        {"fee_mode": "entry_royalty", "fee_minor": 1_000_000, "royalty_bp": 350, "royalty_base": "net_sales"},
        "micro",
        500_000,
        500_000,
        None,
        "¥5,000 at the start and 3.5% of net sales",
    ),
    ({"fee_mode": "royalty", "royalty_bp": 500, "royalty_base": "profit"}, "", 0, 0, None, "5% of profit"),
    ({"fee_mode": "free", "class_prices": {}}, "", 0, 0, 0, "Free"),
    (
        FREE_FIRST | {"fee_minor": 2_000_000, "later_mode": "deferred"},
        "",
        2_000_000,
        0,
        2_000_000,
        "Free 1 year, then ¥20,000",
    ),
    (
        FREE_FIRST | {"fee_minor": 2_000_000, "later_mode": "deferred"},
        "micro",
        500_000,
        0,
        500_000,
        "Free 1 year, then ¥5,000",
    ),
    (
        FREE_FIRST | {"fee_minor": 800_000, "fee_per_year": True, "later_mode": "deferred"},
        "",
        800_000,
        0,
        3_200_000,
        "Free 1 year, then ¥8,000 a year",
    ),
    (
        FREE_FIRST
        | {"fee_minor": 1_000_001, "later_mode": "instalments", "instalments": 3, "trigger": "first_revenue"},
        "",
        1_000_001,
        0,
        1_000_001,
        "Free until the first revenue, 1 year at most, then ¥10,000.01 in 3 yearly instalments",
    ),
    (
        FREE_FIRST
        | {"fee_minor": 900_000, "later_mode": "conditional", "trigger": "milestone", "milestone": "产出 500 吨"},
        "",
        900_000,
        0,
        900_000,
        "Free until “产出 500 吨”, 1 year at most, then ¥9,000, only if the milestone is reached",
    ),
    (
        FREE_FIRST
        | {"royalty_bp": 300, "royalty_base": "net_sales", "later_mode": "revenue_share", "class_prices": {}},
        "",
        0,
        0,
        None,
        "Free 1 year, then 3% of net sales",
    ),
]


@pytest.mark.parametrize(("terms", "licensee_class", "fee", "now", "total", "words"), CASES)
def test_a_price_is_exact_for_every_mode_and_class(
    terms: dict[str, Any], licensee_class: str, fee: int, now: int, total: int | None, words: str
) -> None:
    with translation.override("en"):
        price = offers.price_for(BASE | terms, licensee_class)

        assert (price.fee_minor, price.now_minor, price.total_minor, price.words) == (fee, now, total, words)


def test_a_yearly_fee_to_the_last_day_has_a_total_once_the_start_is_known() -> None:
    told = {
        "terms": BASE | {"fee_minor": 800_000, "fee_per_year": True, "months": None},
        "patent": {"last_day": "2041-03-14"},
    }

    assert offers.price_for(told, on=date(2039, 3, 15)).total_minor == 1_600_000
    assert offers.price_for(told, on=date(2039, 3, 14)).total_minor == 2_400_000


def test_instalments_add_up_to_the_fee() -> None:
    assert instalment_amounts(1_000_001, 3) == [333_333, 333_333, 333_335]
    with pytest.raises(ValueError, match="fewer than one"):
        instalment_amounts(100, 0)


def test_the_same_offer_has_the_same_hash_and_another_price_another(draft: Listing) -> None:
    first = offers.snapshot(draft)
    assert offers.canonical_sha256(first) == offers.canonical_sha256(offers.snapshot(Listing.objects.get(pk=draft.pk)))

    draft.terms.fee_minor += 1

    assert offers.canonical_sha256(offers.snapshot(draft)) != offers.canonical_sha256(first)


def test_a_snapshot_says_everything_that_binds(draft: Listing, university: Organization) -> None:
    told = offers.snapshot(draft)

    assert told["license_kind"] == "ordinary"
    assert told["sublicense"] is False
    assert told["patent"]["filed_on"] == "2021-03-15"
    assert told["patent"]["last_day"] == "2041-03-14"
    assert told["patent"]["status"] == "in_force"
    assert told["patent"]["status_source"] == "登记簿副本"
    assert told["licensor"]["name"] == university.name
    assert told["terms"] == terms_dict(draft.terms)
    assert told["terms"]["fee_minor"] == 3_000_000
    assert told["declaration"] is None
    assert told["term_sheet"] is None


def test_a_declaration_is_part_of_the_snapshot(open_offer: Listing) -> None:
    told = offers.snapshot(open_offer)["declaration"]

    assert told == {
        "number": open_offer.declaration.number,
        "announced_on": (today() - timedelta(days=20)).isoformat(),
    }


@pytest.mark.parametrize(
    ("months", "start", "last"),
    [
        (60, date(2026, 1, 31), date(2031, 1, 30)),
        (1, date(2026, 1, 31), date(2026, 2, 27)),
        (None, date(2026, 1, 31), date(2041, 3, 14)),
        (60, date(2036, 3, 15), date(2041, 3, 14)),  # exactly fits
        (60, date(2036, 3, 16), date(2041, 3, 14)),  # would be one day longer than the patent (DECL-5)
    ],
)
def test_a_license_never_outlives_its_patent(months: int | None, start: date, last: date) -> None:
    told = {"terms": {"months": months}, "patent": {"last_day": "2041-03-14"}}

    assert offers.license_last_day(told, start) == last


def test_no_license_begins_after_the_patent_has_ended() -> None:
    with pytest.raises(ValueError, match="has ended"):
        offers.license_last_day({"terms": {"months": 1}, "patent": {"last_day": "2041-03-14"}}, date(2041, 3, 15))


K = OrganizationKind


@pytest.mark.parametrize(
    ("fields", "classes"),
    [
        ({"kind": K.INDIVIDUAL}, ["micro"]),
        ({"kind": K.SOLE_TRADER}, ["micro"]),
        ({"kind": K.UNIVERSITY}, ["academic"]),
        ({"kind": K.FIRM, "size": "small"}, ["small"]),
        ({"kind": K.FIRM, "size": "large"}, []),
        ({"kind": K.FIRM, "size": ""}, []),
        ({"kind": K.FIRM, "size": "micro", "founded_on": today() - timedelta(days=300)}, ["micro", "startup"]),
        ({"kind": K.FIRM, "size": "micro", "founded_on": today() - timedelta(days=1200)}, ["micro"]),
    ],
)
def test_the_class_of_a_licensee_follows_kind_size_and_age(fields: dict[str, Any], classes: list[str]) -> None:
    organization = Organization(name="示范", **fields)

    assert offers.classes_of(organization) == classes
    assert offers.class_of(organization) == (classes[0] if classes else "")


def test_of_several_classes_the_cheapest_counts(patent: Patent, alice: User) -> None:
    listing = sound_draft(patent, alice, prices={"micro": 500_000, "startup": 100_000})
    young = Organization(kind=K.FIRM, name="新厂", size="micro", founded_on=today() - timedelta(days=10))

    assert offers.class_of(young, listing) == "startup"
    assert offers.class_of(young, offers.snapshot(listing)) == "startup"


def test_the_open_track_knows_no_class(open_draft: Listing, firm: Organization) -> None:
    assert offers.class_of(firm, open_draft) == ""


def rules_of(listing: Listing, organization: Organization) -> list[tuple[str, Severity]]:
    return [(finding.rule, finding.severity) for finding in offers.eligibility(listing, organization)]


def test_a_verified_firm_in_the_territory_may_take_an_offer(draft: Listing, firm: Organization) -> None:
    assert rules_of(draft, firm) == []


def test_nobody_takes_his_own_offer(draft: Listing, university: Organization) -> None:
    assert ("TRACK-5", Severity.BLOCK) in rules_of(draft, university)


def test_an_unverified_firm_may_prepare_and_a_suspended_one_may_not(draft: Listing, firm: Organization) -> None:
    firm.state = VerificationState.PENDING
    assert rules_of(draft, firm) == [("SIG-3", Severity.INFO)]

    firm.state = VerificationState.SUSPENDED
    assert rules_of(draft, firm) == [("INST-5", Severity.BLOCK)]


@pytest.mark.parametrize(
    ("territory", "division", "inside"),
    [
        ("CN", "440300", True),
        ("410000", "419001", True),
        ("410000", "420100", False),
        ("410300,419001", "410305", True),
        ("419001", "410300", False),
        ("410000", "", False),
    ],
)
def test_a_preset_offer_can_be_local(
    patent: Patent, alice: User, firm: Organization, territory: str, division: str, inside: bool
) -> None:
    listing = sound_draft(patent, alice, territory=territory)
    firm.division = division

    assert rules_of(listing, firm) == ([] if inside else [("TRACK-2", Severity.BLOCK)])


def test_an_offer_for_classes_only_refuses_others(patent: Patent, alice: User, firm: Organization) -> None:
    listing = sound_draft(patent, alice, prices={"micro": 1}, classes_only=True)
    assert rules_of(listing, firm) == [("TRACK-2", Severity.BLOCK)]

    firm.size = "micro"
    assert rules_of(listing, firm) == []


def test_an_open_offer_asks_for_neither_class_nor_place(open_offer: Listing) -> None:
    far = making.firm("边疆厂", division="650100", size="")

    assert rules_of(open_offer, far) == []


def test_the_six_numbers_are_six(university: Organization, alice: User) -> None:
    trial: dict[str, Any] = FREE_FIRST | {"later_mode": "deferred", "nonpayment": "停用"}
    free: dict[str, Any] = {"fee_mode": "free", "fee_minor": 0}
    for terms in ({}, free, trial):
        listing = sound_draft(sound_patent(university), alice, **terms)
        told = offers.snapshot(listing)

        assert len(offers.summary_facts(told, offers.price_for(told))) == 6


def test_the_six_numbers_of_a_trial(patent: Patent, alice: User) -> None:
    listing = sound_draft(
        patent, alice, **(FREE_FIRST | {"fee_minor": 800_000, "fee_per_year": True, "later_mode": "deferred"})
    )
    told = offers.snapshot(listing)

    with translation.override("en"):
        facts = {str(fact.label): str(fact.value) for fact in offers.summary_facts(told, offers.price_for(told))}

    assert facts == {
        "Pay at the start": "¥0",
        "Free": "1 year",
        "Afterwards": "¥8,000 a year",
        "License term": "2 years",
        "Guidance": "16 hours, answer within 5 working days",
        "Way out": "at any time in the free period, at no cost",
    }
