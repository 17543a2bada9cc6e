"""From request to license on both tracks, and what is refused on the way."""

from __future__ import annotations

from tests.licensing.conftest import ask, confirm_all, send_notice, sign


def test_a_preset_request_freezes_the_offer_and_shows_the_licensors_standing_signature(offered, sheet, alice):
    signature = offered.signatures.get()

    assert offered.state == "offered"
    assert offered.reference.startswith("KX-")
    assert (signature.party, signature.user, signature.at) == ("licensor", alice, sheet.signed_at)
    assert signature.document_sha256 == sheet.sha256
    assert offered.papers.get(language="zh-hans").sha256 == offered.contract_sha256


def test_signing_the_last_signature_brings_a_preset_license_into_force(confirmed, bob, any_code):
    agreement = sign(confirmed, bob)

    assert agreement.state == "active"
    assert agreement.signed_at == agreement.effective_at
    owed = agreement.obligations.get()
    assert (owed.kind, owed.amount_minor, owed.state) == ("fee", 3_000_000, "due")
    assert agreement.listing.patent.encumbrances.get(reference=agreement.reference).kind == "ordinary"


def test_the_open_track_takes_effect_with_notice_and_payment(open_listing, firm, bob, any_code):
    from marketplace.licensing import flow

    agreement = ask(open_listing, firm, bob)
    assert agreement.state == "prepared"

    agreement = send_notice(agreement, bob)
    assert agreement.state == "noticed"

    agreement = flow.settle(agreement.obligations.get(), proof={"kind": "bank", "reference": "1"})
    assert agreement.state == "active"
    assert sorted(agreement.papers.values_list("kind", "language")) == [
        ("certificate", "en"),
        ("certificate", "zh-hans"),
        ("notice", "en"),
        ("notice", "zh-hans"),
    ]


_ = confirm_all
