"""What stops a signature or a payment, each proved by what did not happen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from listings.models import Listing, ListingState, OfferTerms, Patent, TermSheet, TermSheetState
from marketplace.accounts.authority import NoAuthority
from marketplace.accounts.codes import WrongCode
from marketplace.accounts.models import Membership, Organization, Role, SigningAuthority, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement
from marketplace.licensing.terms import clauses
from tests.access.state import changed
from tests.access.state import state as fingerprints
from tests.licensing.conftest import ask, confirm_all, make_listing, send_notice, sign


def _unmoved(act: Callable[[], Any], refusal: type[Exception]) -> Exception:
    """Run a refused act and make sure that it left nothing at all."""
    before = fingerprints()

    with pytest.raises(refusal) as refused:
        act()

    assert changed(before) == []
    return refused.value


def test_a_price_that_changed_between_view_and_request_is_shown_and_nothing_is_stored(
    listing: Listing, firm: Organization, bob: User
) -> None:
    from listings import offers

    seen = offers.canonical_sha256(offers.snapshot(listing))
    OfferTerms.objects.filter(listing=listing).update(fee_minor=3_500_000)

    refused = _unmoved(lambda: ask(listing, firm, bob, seen_sha256=seen), flow.TermsChanged)

    assert isinstance(refused, flow.TermsChanged)
    assert refused.new["terms"]["fee_minor"] == 3_500_000


def test_a_price_that_changed_between_request_and_signature_is_shown_and_nothing_is_signed(
    listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    OfferTerms.objects.filter(listing=listing).update(fee_minor=3_500_000)

    refused = _unmoved(lambda: sign(agreement, bob), flow.TermsChanged)

    assert isinstance(refused, flow.TermsChanged)
    assert (refused.old["terms"]["fee_minor"], refused.new["terms"]["fee_minor"]) == (3_000_000, 3_500_000)
    assert any_code == []


def test_a_later_look_at_the_register_that_finds_the_same_stops_nobody(
    confirmed: Agreement, bob: User, any_code: list[str]
) -> None:
    patents = Patent.objects.filter(pk=confirmed.listing.patent_id)
    patents.update(status_source="专利登记簿副本（示例，次日）", status_checked_at=timezone.now())

    assert sign(confirmed, bob).state == "active"


@pytest.mark.parametrize("status", ["lapsed", "invalid", "preserved", "late_period"])
def test_a_patent_that_died_between_stops_the_signature(
    confirmed: Agreement, bob: User, any_code: list[str], status: str
) -> None:
    Patent.objects.filter(pk=confirmed.listing.patent_id).update(status=status)

    refused = _unmoved(lambda: sign(confirmed, bob), Exception)

    assert isinstance(refused, Refused | flow.TermsChanged)
    assert any_code == []


@pytest.mark.parametrize("state", [ListingState.SUSPENDED, ListingState.WITHDRAWN, ListingState.EXPIRED])
def test_an_offer_that_is_closed_takes_no_signature(
    confirmed: Agreement, bob: User, any_code: list[str], state: ListingState
) -> None:
    Listing.objects.filter(pk=confirmed.listing_id).update(state=state)

    assert _unmoved(lambda: sign(confirmed, bob), Refused)


def test_a_withdrawn_offer_leaves_earlier_licenses_alone(active: Agreement) -> None:
    Listing.objects.filter(pk=active.listing_id).update(state=ListingState.WITHDRAWN)

    agreement = flow.settle(active.obligations.get(), proof={"kind": "bank"})

    assert agreement.state == "active"
    assert agreement.obligations.get().state == "settled"


def test_signing_waits_for_every_highlighted_clause(offered: Agreement, bob: User, any_code: list[str]) -> None:
    every = clauses.highlighted(offered)
    for clause in every[:-1]:
        flow.confirm(offered, by=bob, clause=clause.key, text_sha256=clause.sha256)

    refused = _unmoved(lambda: sign(offered, bob), Refused)

    assert isinstance(refused, Refused)
    assert refused.findings[0].rule == "LIC-F"
    assert every[-1].title in str(refused.findings[0].message)


def test_only_the_contracts_own_words_are_confirmed(offered: Agreement, bob: User) -> None:
    assert _unmoved(lambda: flow.confirm(offered, by=bob, clause="liability", text_sha256="0" * 64), Refused)


def test_confirming_twice_is_confirming_once(offered: Agreement, bob: User) -> None:
    clause = clauses.highlighted(offered)[0]
    first = flow.confirm(offered, by=bob, clause=clause.key, text_sha256=clause.sha256)
    entries = Entry.objects.count()

    second = flow.confirm(offered, by=bob, clause=clause.key, text_sha256=clause.sha256)

    assert second == first
    assert Entry.objects.count() == entries


def test_another_document_than_the_one_shown_is_not_signed(
    confirmed: Agreement, bob: User, any_code: list[str]
) -> None:
    refused = _unmoved(lambda: sign(confirmed, bob, document_sha256="0" * 64), Refused)

    assert isinstance(refused, Refused)
    assert refused.findings[0].rule == "LIC-6"


def test_a_wrong_code_signs_nothing(confirmed: Agreement, bob: User, any_code: list[str]) -> None:
    assert _unmoved(lambda: sign(confirmed, bob, code="000000"), WrongCode)


def test_a_signatory_whose_authority_ended_signs_nothing(confirmed: Agreement, bob: User, any_code: list[str]) -> None:
    SigningAuthority.objects.filter(user=bob).update(valid_until=today() - timedelta(days=1))

    assert _unmoved(lambda: sign(confirmed, bob), NoAuthority)
    assert any_code == []


def test_a_signatory_who_left_meets_a_closed_door(confirmed: Agreement, bob: User, any_code: list[str]) -> None:
    Membership.objects.filter(user=bob, role=Role.SIGNATORY).update(ended_at=timezone.now())

    assert _unmoved(lambda: sign(confirmed, bob), flow.NotYours)


def test_an_amount_above_the_signatorys_ceiling_is_refused(
    confirmed: Agreement, bob: User, any_code: list[str]
) -> None:
    SigningAuthority.objects.filter(user=bob).update(ceiling_minor=2_999_999)

    assert _unmoved(lambda: sign(confirmed, bob), NoAuthority)


@pytest.mark.parametrize(
    "change",
    [
        {"state": TermSheetState.REVOKED, "revoked_at": timezone.now()},
        {"expires_on": today() - timedelta(days=1)},
        {"max_licenses": 0},
        {"ceiling_minor": 2_999_999},
    ],
)
def test_a_term_sheet_that_no_longer_stands_takes_no_acceptance(
    confirmed: Agreement, sheet: TermSheet, bob: User, any_code: list[str], change: dict[str, Any]
) -> None:
    TermSheet.objects.filter(pk=sheet.pk).update(**change)

    refused = _unmoved(lambda: sign(confirmed, bob), Exception)

    assert isinstance(refused, Refused | flow.TermsChanged)


def test_the_licensors_signatory_must_still_have_the_authority(
    confirmed: Agreement, alice: User, bob: User, any_code: list[str]
) -> None:
    Membership.objects.filter(user=alice, role=Role.SIGNATORY).update(ended_at=timezone.now())

    refused = _unmoved(lambda: sign(confirmed, bob), Refused)

    assert isinstance(refused, Refused)
    assert refused.findings[0].rule == "LIC-K"


def test_the_last_license_of_a_term_sheet_is_given_once(
    sheet: TermSheet,
    listing: Listing,
    firm: Organization,
    strangers: Organization,
    bob: User,
    mallory: User,
    any_code: list[str],
) -> None:
    first, second = ask(listing, firm, bob), ask(listing, strangers, mallory)
    confirm_all(first, bob)
    confirm_all(second, mallory)
    TermSheet.objects.filter(pk=sheet.pk).update(max_licenses=1)
    for agreement in (first, second):  # the number is part of what was seen
        snapshot = agreement.version.snapshot
        assert snapshot["term_sheet"]["max_licenses"] is None

    outcomes = []
    for agreement, by in ((first, bob), (second, mallory)):
        try:
            outcomes.append(sign(agreement, by).state)
        except (Refused, flow.TermsChanged):
            outcomes.append("refused")

    assert outcomes.count("active") <= 1


def test_signing_twice_is_told_and_changes_nothing(active: Agreement, bob: User) -> None:
    assert _unmoved(lambda: sign(active, bob), flow.AlreadySigned)


def test_a_licensor_bound_by_its_term_sheet_cannot_decline(offered: Agreement, alice: User) -> None:
    refused = _unmoved(lambda: flow.decline(offered, by=alice, reason="改主意"), Refused)

    assert isinstance(refused, Refused)
    assert refused.findings[0].rule == "LIC-K"


def test_a_decline_needs_a_reason(listing: Listing, firm: Organization, bob: User, alice: User) -> None:
    agreement = ask(listing, firm, bob)

    assert _unmoved(lambda: flow.decline(agreement, by=alice, reason=" "), Refused)


def test_an_agreement_whose_time_ran_out_takes_no_signature_even_before_the_clock_saw_it(
    confirmed: Agreement, bob: User, any_code: list[str]
) -> None:
    Agreement.objects.filter(pk=confirmed.pk).update(acts_until=timezone.now())

    assert _unmoved(lambda: sign(confirmed, bob), flow.NotNow)


def test_a_licensee_outside_the_class_is_refused(university: Organization, alice: User, mallory: User) -> None:
    from listings.models import ClassPrice
    from tests.licensing.conftest import make_firm

    offer = make_listing(university, alice, classes_only=True)
    ClassPrice.objects.create(terms=offer.terms, licensee_class="micro", fee_minor=100)
    strangers = make_firm(mallory)

    assert _unmoved(lambda: ask(offer, strangers, mallory), Refused)


@pytest.mark.parametrize("missing", ["territory_ok", "field_ok"])
def test_territory_and_field_are_stated(listing: Listing, firm: Organization, bob: User, missing: str) -> None:
    OfferTerms.objects.filter(listing=listing).update(field_of_use="铅锌冶炼")

    refused = _unmoved(lambda: ask(listing, firm, bob, **{missing: False}), Refused)

    assert isinstance(refused, Refused)
    assert [finding.field for finding in refused.findings] == [missing]


def test_nobody_takes_a_license_on_the_own_offer(listing: Listing, university: Organization, alice: User) -> None:
    assert _unmoved(lambda: ask(listing, university, alice), Refused)


# payments


@pytest.fixture
def noticed(open_listing: Listing, firm: Organization, bob: User, any_code: list[str]) -> Agreement:
    return send_notice(ask(open_listing, firm, bob), bob)


def test_paying_twice_settles_once(noticed: Agreement) -> None:
    owed = noticed.obligations.get()
    flow.settle(owed, proof={"kind": "bank", "reference": "1"})

    assert _unmoved(lambda: flow.settle(owed, proof={"kind": "bank", "reference": "2"}), flow.AlreadySettled)

    owed.refresh_from_db()
    assert owed.proof["reference"] == "1"


@pytest.mark.parametrize("act", ["cancel", "lapse"])
def test_money_for_a_closed_agreement_belongs_into_suspense(noticed: Agreement, bob: User, act: str) -> None:
    owed = noticed.obligations.get()
    if act == "cancel":
        flow.cancel(noticed, by=bob)
    else:
        Agreement.objects.filter(pk=noticed.pk).update(acts_until=timezone.now())
        assert flow.lapse_due() == 1

    assert _unmoved(lambda: flow.settle(owed, proof={"kind": "bank"}), flow.NotPayable)

    owed.refresh_from_db()
    assert owed.state == "waived"


def test_money_that_came_in_time_counts_even_when_it_is_confirmed_later(noticed: Agreement) -> None:
    paid = timezone.now()
    Agreement.objects.filter(pk=noticed.pk).update(acts_until=paid + timedelta(microseconds=1))

    agreement = flow.settle(noticed.obligations.get(), proof={"kind": "bank", "received_at": paid.isoformat()})

    assert agreement.state == "active"


def test_a_dead_patent_takes_no_first_payment(noticed: Agreement) -> None:
    Patent.objects.filter(pk=noticed.listing.patent_id).update(status="lapsed")

    assert _unmoved(lambda: flow.settle(noticed.obligations.get(), proof={"kind": "bank"}), flow.NotPayable)


@pytest.mark.parametrize(("days", "payable"), [(1, True), (0, False)])
def test_a_withdrawal_ends_the_chance_to_complete_at_midnight_of_its_day(
    noticed: Agreement, days: int, payable: bool
) -> None:
    noticed.listing.declaration.withdrawn_on = today() + timedelta(days=days)
    noticed.listing.declaration.save()

    owed = noticed.obligations.get()
    if payable:
        assert flow.settle(owed, proof={"kind": "bank"}).state == "active"
    else:
        _unmoved(lambda: flow.settle(owed, proof={"kind": "bank"}), flow.NotPayable)


@pytest.mark.parametrize("proof", [{"amount_minor": 2_999_999}, {"amount_minor": 3_000_000, "currency": "USD"}])
def test_another_amount_settles_nothing(noticed: Agreement, proof: dict[str, Any]) -> None:
    assert _unmoved(lambda: flow.settle(noticed.obligations.get(), proof={"kind": "bank"} | proof), flow.NotPayable)


def test_an_exclusive_license_that_came_between_keeps_the_money_out(noticed: Agreement) -> None:
    from listings.models import Encumbrance

    Encumbrance.objects.create(
        patent=noticed.listing.patent, kind="exclusive", starts_at=timezone.now() - timedelta(days=1)
    )

    assert _unmoved(lambda: flow.settle(noticed.obligations.get(), proof={"kind": "bank"}), flow.NotPayable)
