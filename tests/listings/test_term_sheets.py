"""Signed once by the signatory, used by many listings, revoked for new acceptances only (LIC-K)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from listings import flow, offers, rules, term_sheets
from listings.models import Listing, TermSheet
from listings.states import NotNow
from marketplace.accounts import seeds
from marketplace.accounts.authority import NoAuthority
from marketplace.accounts.codes import WrongCode
from marketplace.accounts.models import Membership, OneTimeCode, Organization, Role, SigningAuthority, User
from marketplace.audit import trail
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from tests.listings import making
from tests.listings.building import PRESET_TERMS, authorize, scan, sound_draft, sound_patent

FIELDS: dict[str, Any] = PRESET_TERMS | {
    "name": "先免费一年",
    "fee_mode": "free_then_paid",
    "fee_minor": 800_000,
    "fee_per_year": True,
    "free_months": 12,
    "trigger": "date",
    "later_mode": "deferred",
    "nonpayment": "停止使用并退还资料",
    "months": 60,
    "class_prices": {"micro": 300_000},
}


@pytest.fixture
def sheet(university: Organization, alice: User) -> TermSheet:
    return term_sheets.draft(university, by=alice, fields=FIELDS)


@pytest.fixture(autouse=True)
def known_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "digits", lambda seed: "246810")


def sign(sheet: TermSheet, by: User, code: str = "246810") -> TermSheet:
    term_sheets.send_code(sheet, by=by)
    return term_sheets.sign(sheet, by=by, code=code, address="192.0.2.7")


def test_a_signature_freezes_the_terms_under_their_hash(sheet: TermSheet, alice: User) -> None:
    shown = term_sheets.sha256(sheet)

    signed = sign(sheet, alice)

    assert signed.state == "signed"
    assert signed.sha256 == shown == offers.canonical_sha256(signed.snapshot)
    assert signed.snapshot["terms"]["fee_minor"] == 800_000
    assert signed.snapshot["terms"]["class_prices"] == {"micro": 300_000}
    assert (signed.signed_by, signed.signature["method"], signed.signature["address"]) == (alice, "click", "192.0.2.7")
    assert trail.of(signed).last().action == "term_sheet.sign"  # type: ignore[union-attr]
    assert term_sheets.standing(signed) is None


def test_a_wrong_code_signs_nothing_and_is_counted(sheet: TermSheet, alice: User) -> None:
    with pytest.raises(WrongCode):
        sign(sheet, alice, "111111")

    sheet.refresh_from_db()
    assert (sheet.state, sheet.sha256) == ("draft", "")
    assert OneTimeCode.objects.get().tries == 1


def test_a_code_belongs_to_the_terms_it_was_sent_for(sheet: TermSheet, university: Organization, alice: User) -> None:
    term_sheets.send_code(sheet, by=alice)
    term_sheets.draft(university, by=alice, fields={"fee_minor": 900_000}, sheet=sheet)

    with pytest.raises(WrongCode):
        term_sheets.sign(sheet, by=alice, code="246810", address=None)

    sheet.refresh_from_db()
    assert sheet.state == "draft"


def test_only_a_signatory_with_authority_signs(sheet: TermSheet, university: Organization, person: Any) -> None:
    lister = making.member(person("Lena"), university, Role.OWNER, Role.LISTER)
    with pytest.raises(NoAuthority):
        sign(sheet, lister)

    low = making.member(person("Lowell"), university, Role.SIGNATORY)
    authorize(low, university, ceiling_minor=3_199_999)
    with pytest.raises(NoAuthority):
        sign(sheet, low)

    sheet.refresh_from_db()
    assert sheet.state == "draft"
    SigningAuthority.objects.filter(user=low).update(ceiling_minor=3_200_000)  # four paid years of 8,000
    assert sign(sheet, low).state == "signed"


def test_incomplete_terms_are_not_signed(university: Organization, alice: User) -> None:
    sheet = term_sheets.draft(university, by=alice, fields=FIELDS | {"nonpayment": ""})

    with pytest.raises(Refused) as refused:
        term_sheets.send_code(sheet, by=alice)

    assert [finding.rule for finding in refused.value.findings] == ["PRESET-2"]
    assert OneTimeCode.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"ceiling_minor": 3_199_999}, "LIC-K"),
        ({"expires_on": today() - timedelta(days=1)}, "LIC-K"),
        ({"classes_only": True, "class_prices": {}}, "TRACK-5"),
        ({"acts": []}, "LIC-E"),
        ({"travel": ""}, "PRESET-3"),
    ],
)
def test_limits_that_contradict_the_terms_are_named(
    university: Organization, alice: User, fields: dict[str, Any], rule: str
) -> None:
    sheet = term_sheets.draft(university, by=alice, fields=FIELDS | fields)

    assert [finding.rule for finding in term_sheets.check(sheet)] == [rule]


def test_limits_on_their_boundary_stand(university: Organization, alice: User) -> None:
    sheet = term_sheets.draft(
        university, by=alice, fields=FIELDS | {"ceiling_minor": 3_200_000, "expires_on": today(), "max_licenses": 1}
    )

    assert term_sheets.check(sheet) == []
    assert term_sheets.standing(sign(sheet, alice)) is None


def test_a_listing_takes_the_terms_of_the_sheet(sheet: TermSheet, university: Organization, alice: User) -> None:
    sign(sheet, alice)
    sheet.refresh_from_db()

    listing = term_sheets.apply(sheet, sound_draft(sound_patent(university), alice), by=alice)

    assert listing.term_sheet == sheet
    assert listing.terms.fee_minor == 800_000
    assert [(row.licensee_class, row.fee_minor) for row in listing.terms.class_prices.all()] == [("micro", 300_000)]
    assert rules.check(listing) == []
    assert offers.snapshot(listing)["term_sheet"]["sha256"] == sheet.sha256


def test_terms_of_one_s_own_detach_the_sheet(sheet: TermSheet, university: Organization, alice: User) -> None:
    sign(sheet, alice)
    sheet.refresh_from_db()
    listing = term_sheets.apply(sheet, sound_draft(sound_patent(university), alice), by=alice)

    listing = flow.edit(listing, by=alice, draft=flow.Draft(terms={"fee_minor": 1}))

    assert listing.term_sheet is None


def test_terms_that_drift_from_the_signed_ones_are_caught(
    sheet: TermSheet, university: Organization, alice: User, moderator: User
) -> None:
    sign(sheet, alice)
    sheet.refresh_from_db()
    listing = term_sheets.apply(sheet, sound_draft(sound_patent(university), alice), by=alice)
    listing = flow.approve(flow.submit(listing, by=alice), by=moderator, revision=1)
    type(listing.terms).objects.filter(pk=listing.terms.pk).update(fee_minor=1)

    assert [finding.rule for finding in rules.acceptable(listing)] == ["LIC-K"]


def test_revoking_stops_new_acceptances(
    sheet: TermSheet, university: Organization, alice: User, moderator: User
) -> None:
    sign(sheet, alice)
    sheet.refresh_from_db()
    listing = term_sheets.apply(sheet, sound_draft(sound_patent(university), alice), by=alice)
    listing = flow.approve(flow.submit(listing, by=alice), by=moderator, revision=1)
    assert rules.acceptable(listing) == []

    sheet = term_sheets.revoke(sheet, by=alice)

    assert (sheet.state, sheet.snapshot["terms"]["fee_minor"]) == ("revoked", 800_000)
    assert [finding.rule for finding in rules.acceptable(listing)] == ["LIC-K"]
    with pytest.raises(NotNow):
        term_sheets.revoke(sheet, by=alice)


def test_a_sheet_falls_with_its_signatory_s_authority(sheet: TermSheet, alice: User) -> None:
    signed = sign(sheet, alice)
    Membership.objects.filter(user=alice, role=Role.SIGNATORY).delete()

    refusal = term_sheets.standing(signed)

    assert refusal is not None
    assert refusal.rule == "LIC-K"


def test_a_sheet_stands_through_its_last_day(sheet: TermSheet, alice: User) -> None:
    signed = sign(sheet, alice)
    for days, stands in ((0, True), (-1, False)):
        TermSheet.objects.filter(pk=signed.pk).update(expires_on=today() + timedelta(days=days))
        assert (term_sheets.standing(signed) is None) is stands


def test_a_draft_sheet_serves_no_listing(sheet: TermSheet, draft: Listing, alice: User) -> None:
    with pytest.raises(Refused):
        term_sheets.apply(sheet, draft, by=alice)

    draft.refresh_from_db()
    assert draft.term_sheet is None


def test_another_university_s_sheet_serves_no_listing(
    sheet: TermSheet, alice: User, other_university: Organization, mallory: User
) -> None:
    sign(sheet, alice)
    sheet.refresh_from_db()
    theirs = sound_draft(sound_patent(other_university), mallory)

    with pytest.raises(Refused):
        term_sheets.apply(sheet, theirs, by=mallory)


def test_a_signed_sheet_is_not_edited_but_gets_a_new_version(
    sheet: TermSheet, university: Organization, alice: User
) -> None:
    sign(sheet, alice)
    with pytest.raises(NotNow):
        term_sheets.draft(university, by=alice, fields={"fee_minor": 1}, sheet=sheet)

    sheet.refresh_from_db()
    fresh = term_sheets.new_version(sheet, by=alice)

    assert (fresh.version, fresh.state, fresh.fee_minor, fresh.class_prices) == (
        2,
        "draft",
        800_000,
        {"micro": 300_000},
    )


def test_a_name_is_used_once(sheet: TermSheet, university: Organization, alice: User) -> None:
    with pytest.raises(Refused):
        term_sheets.draft(university, by=alice, fields=FIELDS)
    assert TermSheet.objects.count() == 1


def test_strangers_write_and_revoke_nothing(
    sheet: TermSheet, university: Organization, other_university: Organization, alice: User, mallory: User
) -> None:
    with pytest.raises(PermissionDenied):
        term_sheets.draft(university, by=mallory, fields=FIELDS | {"name": "坏"})
    with pytest.raises(NoAuthority):
        sign(sheet, mallory)
    sign(sheet, alice)
    with pytest.raises(PermissionDenied):
        term_sheets.revoke(sheet, by=mallory)
    with pytest.raises(PermissionDenied):
        term_sheets.new_version(sheet, by=mallory)

    sheet.refresh_from_db()
    assert sheet.state == "signed"
    assert TermSheet.objects.count() == 1


def test_a_signed_sheet_takes_its_paper_once(sheet: TermSheet, alice: User) -> None:
    with pytest.raises(NotNow):
        term_sheets.attach_paper(sheet, scan(alice, "term_sheet"))
    signed = sign(sheet, alice)

    signed = term_sheets.attach_paper(signed, scan(alice, "term_sheet"))

    assert signed.paper is not None
    with pytest.raises(NotNow):
        term_sheets.attach_paper(signed, scan(alice, "term_sheet"))
