"""Other terms than those on offer: who may, which version binds, what was never touched (TRACK-3, LIC-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.errors import AlreadyTalking
from marketplace.licensing.flow import negotiating, talk_clock
from marketplace.licensing.models import (
    Acceptance,
    Agreement,
    Negotiation,
    OfferVersion,
    Proposal,
)
from marketplace.notices.models import Message
from tests.licensing.changes.conftest import LOWER, accept, ask_other, counter, live, made, run_outbox, sign_both
from tests.licensing.conftest import ask, confirm_all, sign

pytestmark = pytest.mark.django_db


def test_a_wish_waits_for_a_coordinator_with_a_day_and_the_licensor_has_not_heard_of_it(
    asked: Negotiation, alice: User, bob: User
) -> None:
    assert (asked.state, asked.turn) == ("asked", "licensor")
    assert asked.due_at is not None
    assert live(asked).terms["fee_minor"] == LOWER
    assert list(Negotiation.objects.visible_to(bob)) == [asked]
    assert not Negotiation.objects.visible_to(alice).exists()


def test_a_coordinator_takes_it_and_then_the_licensor_is_told(asked: Negotiation, moderator: User, alice: User) -> None:
    taken = negotiating.take(asked, by=moderator)

    assert (taken.state, taken.coordinator) == ("open", moderator)
    assert Negotiation.objects.visible_to(alice).get() == taken
    assert Message.objects.filter(user=alice, kind="talk_turn").count() == 1


def test_nobody_takes_it_in_time_and_it_goes_on_by_itself(asked: Negotiation, alice: User) -> None:
    Negotiation.objects.filter(pk=asked.pk).update(due_at=timezone.now() - timedelta(seconds=1))

    assert talk_clock.talks_due() == 1

    asked.refresh_from_db()
    assert (asked.state, asked.coordinator) == ("open", None)
    assert Negotiation.objects.visible_to(alice).exists()


def test_an_open_license_is_not_negotiated(open_listing: Listing, firm: Organization, bob: User) -> None:
    with pytest.raises(Refused) as refused:
        ask_other(open_listing, firm, bob)

    assert refused.value.findings[0].rule == "TRACK-3"
    assert not Negotiation.objects.exists()


def test_one_firm_negotiates_about_an_offer_once_at_a_time(
    asked: Negotiation, listing: Listing, firm: Organization, bob: User
) -> None:
    with pytest.raises(AlreadyTalking):
        ask_other(listing, firm, bob, months=24)

    assert Negotiation.objects.count() == 1


def test_what_the_rules_forbid_is_not_even_proposed(listing: Listing, firm: Organization, bob: User) -> None:
    trial = {"fee_mode": "free_then_paid", "free_months": 72, "trigger": "date", "later_mode": "deferred"}

    with pytest.raises(Refused) as refused:
        ask_other(listing, firm, bob, **trial)

    assert {finding.rule for finding in refused.value.findings} == {"PRESET-2"}
    assert not Negotiation.objects.exists()
    assert not OfferVersion.objects.exists()


def test_a_stranger_a_viewer_and_the_other_side_may_not_accept_for_a_side(
    talking: Negotiation, bob: User, strangers: Organization
) -> None:
    with pytest.raises(flow.NotNow):
        accept(talking, bob)  # his own version

    assert Acceptance.objects.filter(proposal=live(talking)).count() == 1
    assert not Agreement.objects.exists()


def test_either_side_counters_and_every_version_is_kept(talking: Negotiation, alice: User, bob: User) -> None:
    counter(talking, alice, fee_minor=2_700_000)
    counter(talking, bob, fee_minor=2_600_000, months=48)

    told = list(talking.proposals.values_list("number", "party", "live"))
    assert told == [(1, "licensee", False), (2, "licensor", False), (3, "licensee", True)]
    assert [row.terms["fee_minor"] for row in talking.proposals.all()] == [LOWER, 2_700_000, 2_600_000]
    talking.refresh_from_db()
    assert talking.turn == "licensor"


def test_a_version_that_was_countered_cannot_be_accepted_any_more(talking: Negotiation, alice: User, bob: User) -> None:
    first = live(talking)
    counter(talking, bob, fee_minor=2_500_000)

    with pytest.raises(flow.NotNow):
        negotiating.accept(talking, by=alice, number=first.number, sha256=first.sha256)

    assert not Agreement.objects.exists()


def test_a_version_is_never_changed_or_deleted_even_by_the_database(asked: Negotiation) -> None:
    for act in (
        lambda: Proposal.objects.update(reason="anders"),
        lambda: Proposal.objects.update(terms={}),
        lambda: Proposal.objects.all().delete(),
        lambda: Acceptance.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()

    Proposal.objects.update(live=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.update(live=True)


def test_two_versions_of_one_negotiation_never_live_at_once(talking: Negotiation, bob: User) -> None:
    standing = live(talking)

    with pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.create(
            negotiation=talking, number=2, party="licensee", by=bob, terms=standing.terms, sha256="0" * 64
        )


def test_both_accept_and_the_contract_stands_on_that_very_version(agreed: Negotiation, listing: Listing) -> None:
    agreement = made(agreed)

    snapshot = agreement.version.snapshot
    assert agreement.state == "offered"
    assert agreement.term_sheet is None
    assert agreement.fee_minor == LOWER
    assert snapshot["terms"]["fee_minor"] == LOWER
    assert snapshot["negotiation"]["sha256"] == live(agreed).sha256
    assert snapshot["term_sheet"] is None
    assert not agreement.signatures.exists()
    assert listing.terms.fee_minor == 3_000_000


def test_a_term_sheet_behind_the_offer_never_signs_negotiated_terms(
    sheet: object, listing: Listing, firm: Organization, bob: User, alice: User, moderator: User
) -> None:
    negotiation = negotiating.take(ask_other(listing, firm, bob), by=moderator)

    agreement = made(accept(negotiation, alice))

    assert agreement.term_sheet is None
    assert not agreement.signatures.exists()


def test_both_sign_and_it_is_in_force_at_the_agreed_price(
    agreed: Negotiation, alice: User, bob: User, any_code: list[str]
) -> None:
    agreement = sign_both(made(agreed), bob, alice)
    run_outbox()

    agreed.refresh_from_db()
    assert agreement.state == "active"
    assert [row.amount_minor for row in agreement.obligations.all()] == [LOWER]
    assert agreed.state == "done"


def test_a_counter_after_the_agreement_voids_its_contract(
    agreed: Negotiation, alice: User, bob: User, any_code: list[str]
) -> None:
    agreement = made(agreed)
    confirm_all(agreement, bob)
    sign(agreement, alice)

    counter(agreed, bob, fee_minor=2_000_000)

    with pytest.raises(flow.NotNow):
        sign(agreement, bob)
    agreement.refresh_from_db()
    assert agreement.state == "cancelled"
    assert agreement.effective_at is None
    assert not agreement.obligations.exists()
    assert agreement.signatures.filter(party="licensee").count() == 0


def test_a_contract_that_both_signed_is_not_countered_any_more(
    agreed: Negotiation, alice: User, bob: User, any_code: list[str]
) -> None:
    agreement = sign_both(made(agreed), bob, alice)

    with pytest.raises(flow.NotNow):
        counter(agreed, bob, fee_minor=1)

    agreement.refresh_from_db()
    assert agreement.state == "active"
    assert agreed.proposals.count() == 1


def test_a_request_on_the_offers_own_terms_makes_room_for_the_negotiated_one(
    listing: Listing, firm: Organization, bob: User, alice: User, moderator: User
) -> None:
    waiting = ask(listing, firm, bob)
    negotiation = negotiating.take(ask_other(listing, firm, bob), by=moderator)

    agreement = made(accept(negotiation, alice))

    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert agreement.state == "offered"


def test_words_alone_are_answered_with_a_version_and_never_accepted_as_they_stand(
    listing: Listing, firm: Organization, bob: User, alice: User, moderator: User
) -> None:
    negotiation = negotiating.take(ask_other(listing, firm, bob, fee_minor=3_000_000), by=moderator)

    with pytest.raises(Refused):
        accept(negotiation, alice)

    assert not Agreement.objects.exists()
    assert Acceptance.objects.count() == 1


def test_breaking_off_leaves_nothing_to_accept_and_nothing_owed(talking: Negotiation, alice: User, bob: User) -> None:
    negotiating.withdraw(talking, by=bob, reason="换一家")

    talking.refresh_from_db()
    assert (talking.state, talking.close_reason) == ("withdrawn", "换一家")
    assert not talking.proposals.filter(live=True).exists()
    assert Message.objects.filter(user=alice, kind="talk_over").count() == 1


def test_silence_lapses_and_what_was_agreed_lapses_unsigned(agreed: Negotiation) -> None:
    Negotiation.objects.filter(pk=agreed.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    agreement = made(agreed)

    talk_clock.talks_due()

    agreed.refresh_from_db()
    agreement.refresh_from_db()
    assert (agreed.state, agreement.state) == ("lapsed", "cancelled")


def test_a_contract_that_its_licensee_gives_up_ends_the_negotiation(agreed: Negotiation, bob: User) -> None:
    flow.cancel(made(agreed), by=bob)
    run_outbox()

    agreed.refresh_from_db()
    assert agreed.state == "withdrawn"
    assert not agreed.proposals.filter(live=True).exists()


def test_a_patent_that_changes_after_the_agreement_stops_the_signature(
    agreed: Negotiation, alice: User, any_code: list[str], listing: Listing
) -> None:
    agreement = made(agreed)
    type(listing.patent).objects.filter(pk=listing.patent.pk).update(title="别的名称（示例）")

    with pytest.raises(flow.TermsChanged):
        sign(agreement, alice)

    assert not agreement.signatures.exists()
