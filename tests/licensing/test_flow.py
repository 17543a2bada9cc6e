"""From request to license on both tracks: what is frozen, signed, owed, recorded and told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from listings import offers
from listings.models import EncumbranceKind, Listing, OfferTerms, TermSheet
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, OfferVersion
from marketplace.notices.models import Message
from marketplace.outbox.models import Effect
from tests.licensing.conftest import ask, confirm_all, send_notice, sign


def _told(user: User) -> set[str]:
    return set(Message.objects.filter(user=user).values_list("kind", flat=True))


# preset track


def test_a_request_freezes_what_the_firm_saw(offered: Agreement, listing: Listing) -> None:
    snapshot = offers.snapshot(Listing.objects.get(pk=listing.pk))

    assert offered.state == "offered"
    assert offered.version.snapshot == snapshot
    assert offered.version.sha256 == offers.canonical_sha256(snapshot)
    assert offered.reference == f"KX-{today().year}-00001"
    assert (offered.licensee_class, offered.fee_minor) == ("small", 3_000_000)


def test_the_same_offer_is_frozen_once(
    offered: Agreement, listing: Listing, strangers: Organization, mallory: User
) -> None:
    second = ask(listing, strangers, mallory)

    assert second.version == offered.version
    assert OfferVersion.objects.count() == 1


def test_a_term_sheet_signs_for_the_licensor_with_its_own_earlier_date(
    offered: Agreement, sheet: TermSheet, alice: User
) -> None:
    signature = offered.signatures.get()

    assert (signature.party, signature.user, signature.term_sheet) == ("licensor", alice, sheet)
    assert (signature.at, signature.document_sha256) == (sheet.signed_at, sheet.sha256)
    assert signature.address == "192.0.2.7"


def test_the_contract_is_rendered_once_in_both_languages_and_its_hash_is_what_will_be_signed(
    offered: Agreement,
) -> None:
    from marketplace.vault import files

    binding, rendering = offered.papers.order_by("-language")

    assert [p.language for p in (binding, rendering)] == ["zh-hans", "en"]
    assert binding.sha256 == binding.file.sha256 == offered.contract_sha256
    assert files.read(binding.file).startswith(b"%PDF-")
    assert "deal_sign" in _told(offered.requested_by)


def test_the_last_signature_brings_the_license_into_force(
    confirmed: Agreement, bob: User, alice: User, any_code: list[str]
) -> None:
    agreement = sign(confirmed, bob)

    mine = agreement.signatures.get(party="licensee")
    owed = agreement.obligations.get()
    burden = agreement.listing.patent.encumbrances.get(reference=agreement.reference)
    assert agreement.state == "active"
    assert agreement.effective_at == agreement.signed_at
    assert agreement.ends_on is not None
    assert agreement.acts_until is None
    assert (mine.user, mine.method, mine.document_sha256) == (bob, "click", agreement.contract_sha256)
    assert (mine.evidence["signer"], mine.evidence["basis"], mine.address) == (
        "Bob",
        "legal_representative",
        "192.0.2.1",
    )
    assert (owed.kind, owed.amount_minor, owed.state, owed.due_on) == (
        "fee",
        3_000_000,
        "due",
        today() + timedelta(days=15),
    )
    assert (burden.kind, burden.starts_at) == (EncumbranceKind.ORDINARY, agreement.effective_at)
    assert {"deal_in_force", "deal_pay"} <= _told(bob)
    assert "deal_in_force" in _told(alice)
    assert "deal_pay" not in _told(alice) or alice == bob


def test_a_license_in_force_leaves_each_of_its_papers_to_be_sealed_once(active: Agreement) -> None:
    keys = {effect.key.rsplit(":", 2)[-2:][1] for effect in Effect.objects.filter(topic="paper.seal")}

    assert {paper.kind for paper in active.papers.all()} == {"contract", "signatures"}
    assert keys == {str(paper.pk) for paper in active.papers.all()}


def test_the_trail_tells_every_step(active: Agreement, bob: User) -> None:
    told = list(trail.of(active).values_list("action", flat=True))

    assert told[0] == "agreement.request"
    assert told.count("agreement.confirm_clause") == active.confirmations.count() > 0
    assert told.index("agreement.sign") < told.index("agreement.activate")
    assert trail.of(active).get(action="agreement.sign").facts["document_sha256"] == active.contract_sha256


def test_without_a_term_sheet_both_sides_sign(
    listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    assert "deal_sign_licensor" in _told(alice)

    first = sign(agreement, bob)
    assert (first.state, first.signed_at) == ("offered", None)
    assert "deal_other_signed" in _told(alice)

    last = sign(agreement, alice)
    assert last.state == "active"
    assert set(last.signatures.values_list("party", "user")) == {("licensee", bob.pk), ("licensor", alice.pk)}


def test_where_payment_is_a_condition_the_license_waits_for_it(
    listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    OfferTerms.objects.filter(listing=listing).update(payment_is_condition=True)
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    agreement = sign(sign(agreement, bob), alice)
    assert (agreement.state, agreement.effective_at) == ("signed", None)
    assert not agreement.listing.patent.encumbrances.exists()

    agreement = flow.settle(agreement.obligations.get(), proof={"kind": "bank_transfer", "reference": "7"})

    assert agreement.state == "active"
    assert agreement.obligations.get().proof == {"kind": "bank_transfer", "reference": "7"}
    assert agreement.listing.patent.encumbrances.count() == 1


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        ({"related_party": True, "related_detail": "发明人是股东"}, "LIC-J"),
        ({}, "LIC-I"),
    ],
)
def test_a_foreign_or_related_licensee_waits_for_a_moderator(
    listing: Listing, firm: Organization, bob: User, moderator: User, facts: dict[str, Any], rules: str
) -> None:
    if rules == "LIC-I":
        Organization.objects.filter(pk=firm.pk).update(country="DE")
        firm.refresh_from_db()

    agreement = ask(listing, firm, bob, **facts)
    assert (agreement.state, agreement.needs_person) == ("requested", rules)
    assert not agreement.papers.exists()
    assert "deal_look" in _told(moderator)

    agreement = flow.offer(agreement, by=moderator)
    assert agreement.state == "offered"
    assert agreement.papers.count() == 2


def test_the_same_legal_representative_on_both_sides_is_found_without_being_declared(
    listing: Listing, university: Organization, firm: Organization, bob: User
) -> None:
    Organization.objects.filter(pk=firm.pk).update(legal_representative=university.legal_representative)
    firm.refresh_from_db()

    assert ask(listing, firm, bob).needs_person == "LIC-J"


def test_an_unverified_firm_prepares_but_cannot_sign(
    sheet: TermSheet, listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    from marketplace.accounts.authority import NoAuthority

    Organization.objects.filter(pk=firm.pk).update(state="unverified")
    agreement = ask(listing, Organization.objects.get(pk=firm.pk), bob)
    confirm_all(agreement, bob)

    with pytest.raises(NoAuthority) as refused:
        sign(agreement, bob)

    agreement.refresh_from_db()
    assert refused.value.finding.rule == "SIG-3"
    assert agreement.state == "offered"
    assert not agreement.signatures.filter(party="licensee").exists()
    assert any_code == []


def test_a_firm_asks_once_and_may_ask_again_after_it_cancelled(
    offered: Agreement, listing: Listing, firm: Organization, bob: User
) -> None:
    with pytest.raises(flow.AlreadyAsked) as asked:
        ask(listing, firm, bob)
    assert asked.value.agreement == offered

    flow.cancel(offered, by=bob)

    assert ask(listing, firm, bob).reference.endswith("-00002")


# open track


def test_an_open_license_needs_no_class_no_reasons_and_no_approval(
    open_listing: Listing, firm: Organization, bob: User, alice: User
) -> None:
    agreement = ask(open_listing, firm, bob, intended_use="", territory_ok=False, field_ok=False)

    assert (agreement.state, agreement.licensee_class, agreement.fee_minor) == ("prepared", "", 3_000_000)
    assert {paper.kind for paper in agreement.papers.all()} == {"notice"}
    assert not Agreement.objects.visible_to(alice).exists()


def test_the_notice_is_served_with_its_instant_and_waits_for_the_payment(
    open_listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)

    owed = agreement.obligations.get()
    assert (agreement.state, agreement.effective_at) == ("noticed", None)
    assert agreement.noticed_at is not None
    assert (owed.kind, owed.state) == ("fee", "due")
    assert agreement.signatures.get().party == "licensee"
    assert "deal_notice" in _told(alice)
    assert Agreement.objects.visible_to(alice).get() == agreement


def test_an_open_license_takes_effect_at_the_later_of_notice_and_payment(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    earlier = (timezone.now() - timedelta(days=2)).isoformat()

    agreement = flow.settle(agreement.obligations.get(), proof={"kind": "bank", "received_at": earlier})

    assert agreement.state == "active"
    assert agreement.effective_at == agreement.noticed_at
    assert {paper.kind for paper in agreement.papers.all()} == {"notice", "certificate"}
    assert agreement.listing.patent.encumbrances.get(reference=agreement.reference).kind == EncumbranceKind.OPEN


def test_a_payment_after_the_notice_sets_the_instant(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    paid = timezone.now()

    agreement = flow.settle(agreement.obligations.get(), proof={"kind": "bank", "received_at": paid.isoformat()})

    assert agreement.effective_at == paid


def test_a_free_open_license_is_in_force_with_the_notice(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    OfferTerms.objects.filter(listing=open_listing).update(fee_mode="free", fee_minor=0)

    agreement = send_notice(ask(open_listing, firm, bob), bob)

    assert agreement.state == "active"
    assert agreement.effective_at == agreement.noticed_at
    assert not agreement.obligations.exists()


def test_a_foreign_licensee_gets_no_instant_open_license(open_listing: Listing, firm: Organization, bob: User) -> None:
    from marketplace.lib.findings import Refused

    Organization.objects.filter(pk=firm.pk).update(country="DE")

    with pytest.raises(Refused) as refused:
        ask(open_listing, Organization.objects.get(pk=firm.pk), bob)

    assert [finding.rule for finding in refused.value.findings] == ["LIC-I"]
    assert not Agreement.objects.exists()
