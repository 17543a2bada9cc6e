"""Organizations: registered, changed, verified, suspended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from marketplace.accounts import flow
from marketplace.accounts.current import roles
from marketplace.accounts.models import Organization, SigningAuthority, User, Verification
from marketplace.audit import trail
from marketplace.lib.findings import Refused
from marketplace.vault import files
from marketplace.vault.models import VaultFile
from tests.accounts.conftest import FAILING_CODE, GOOD_CODE, PDF, deliver

FIRM: dict[str, Any] = {
    "name": "Example Zinc",
    "credit_code": GOOD_CODE,
    "legal_representative": "Bob",
    "is_legal_representative": "on",
    "country": "CN",
    "division": "410300",
    "address": "Example Road 1",
    "contact_name": "Bob",
    "contact_phone": "13800005678",
}
NEW_FIRM = "/organization/new/?kind=firm"


@pytest.fixture
def browser(bob: User, log_in: Callable[[User], Client]) -> Client:
    """Bob's."""
    return log_in(bob)


def _evidence(by: User, organization: Organization) -> VaultFile:
    return files.store(PDF, kind="organization_evidence", name="license.pdf", by=by, subject=organization)


def test_a_firm_is_registered_and_its_founder_owns_it(bob: User, browser: Client) -> None:
    answer = browser.post(NEW_FIRM, FIRM)

    assert answer.headers["Location"] == reverse("accounts:verification")
    firm = Organization.objects.get()
    assert (firm.kind, firm.credit_code, firm.division, firm.state) == ("firm", GOOD_CODE, "410300", "unverified")
    assert roles(bob, firm) == {"owner", "signatory"}
    asked = SigningAuthority.objects.get()
    assert (asked.basis, asked.state) == ("legal_representative", "pending")


@pytest.mark.parametrize(
    ("kind", "held", "basis"),
    [
        ("university", {"owner"}, None),
        ("institute", {"owner"}, None),
        ("firm", {"owner"}, None),
        ("sole_trader", {"owner", "signatory"}, "self"),
        ("individual", {"owner", "signatory"}, "self"),
    ],
)
def test_each_kind_registers_with_its_own_fields(
    bob: User, browser: Client, kind: str, held: set[str], basis: str | None
) -> None:
    given = FIRM | {"is_legal_representative": ""}

    answer = browser.post(f"/organization/new/?kind={kind}", given)

    assert answer.status_code == 302
    own = Organization.objects.get()
    assert (own.kind, roles(bob, own)) == (kind, held)
    assert [authority.basis for authority in SigningAuthority.objects.all()] == ([basis] if basis else [])
    assert own.credit_code == ("" if kind == "individual" else GOOD_CODE)


def test_a_field_of_another_kind_is_ignored(browser: Client) -> None:
    given = FIRM | {"credit_code_override": "why not", "state_established": "on", "name": ""}

    assert browser.post("/organization/new/?kind=individual", given).status_code == 422


def test_nobody_registers_the_platform(browser: Client) -> None:
    assert "Register: " not in browser.get("/organization/new/?kind=platform").content.decode()
    browser.post("/organization/new/?kind=platform", FIRM)

    assert not Organization.objects.exists()


def test_nothing_but_the_form_s_fields_is_stored(browser: Client) -> None:
    browser.post(NEW_FIRM, FIRM | {"state": "verified", "is_demo": "1", "size": "micro", "kind": "university"})

    firm = Organization.objects.get()
    assert (firm.state, firm.is_demo, firm.size, firm.kind) == ("unverified", False, "", "firm")


def test_a_failing_credit_code_warns_and_passes_with_a_reason(browser: Client) -> None:
    given = FIRM | {"credit_code": FAILING_CODE}

    answer = browser.post(NEW_FIRM, given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "should be F by the standard" in page
    assert "NUM-2" in page
    assert 'name="credit_code_override"' in page
    assert "Example Road 1" in page
    assert not Organization.objects.exists()

    answer = browser.post(NEW_FIRM, given | {"credit_code_override": "printed so"})
    assert answer.status_code == 302
    assert Organization.objects.get().credit_code_override == "printed so"


def test_a_right_credit_code_needs_and_keeps_no_reason(browser: Client) -> None:
    assert 'name="credit_code_override"' not in browser.get(NEW_FIRM).content.decode()

    browser.post(NEW_FIRM, FIRM | {"credit_code": f" {GOOD_CODE.lower()} ", "credit_code_override": "needless"})

    firm = Organization.objects.get()
    assert (firm.credit_code, firm.credit_code_override) == (GOOD_CODE, "")


@pytest.mark.parametrize("code", ["123", "IIIIIIIIIIIIIIIIII", "410305199001011234X"])
def test_what_is_no_credit_code_is_refused_even_with_a_reason(browser: Client, code: str) -> None:
    answer = browser.post(NEW_FIRM, FIRM | {"credit_code": code, "credit_code_override": "because"})

    assert answer.status_code == 422
    assert not Organization.objects.exists()


def test_a_credit_code_is_registered_once(mallory: User, firm: Organization, log_in: Callable[[User], Client]) -> None:
    answer = log_in(mallory).post(NEW_FIRM, FIRM)

    assert answer.status_code == 422
    assert "registered already" in answer.content.decode()
    assert Organization.objects.count() == 1
    assert not mallory.memberships.exists()


@pytest.mark.parametrize(
    ("people", "revenue", "size"),
    [
        (1000, 40_000, "large"),
        (999, 50_000, "medium"),
        (300, 2_000, "medium"),
        (300, 1_999, "small"),
        (25, 299, "micro"),
    ],
)
def test_the_size_follows_the_national_table(browser: Client, people: int, revenue: int, size: str) -> None:
    year = browser.get(NEW_FIRM).context["form"].fields["size_year"].choices[1][0]
    figures = {"industry": "industry", "people": people, "revenue_wan": revenue, "size_year": year, "undertaking": "on"}

    assert browser.post(NEW_FIRM, FIRM | figures).status_code == 302

    assert Organization.objects.get().size == size


@pytest.mark.parametrize("missing", ["revenue_wan", "size_year", "undertaking"])
def test_a_size_takes_figures_year_and_undertaking(browser: Client, missing: str) -> None:
    year = browser.get(NEW_FIRM).context["form"].fields["size_year"].choices[1][0]
    figures = {"industry": "industry", "people": 5, "revenue_wan": 5, "size_year": year, "undertaking": "on"}

    answer = browser.post(NEW_FIRM, FIRM | figures | {missing: ""})

    assert answer.status_code == 422
    assert "NUM-6" in answer.content.decode()
    assert not Organization.objects.exists()


def test_districts_are_shown_for_a_city_without_losing_what_was_typed(browser: Client) -> None:
    answer = browser.post(NEW_FIRM, FIRM | {"districts": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "涧西区" in page
    assert "Example Zinc" in page
    assert not Organization.objects.exists()

    browser.post(NEW_FIRM, FIRM | {"county": "410305"})
    assert Organization.objects.get().division == "410305"


def test_a_place_is_needed_in_china_and_not_elsewhere(browser: Client) -> None:
    assert browser.post(NEW_FIRM, FIRM | {"division": ""}).status_code == 422

    foreign = FIRM | {"division": "", "country": "DE", "credit_code": "HRB 12345"}
    assert browser.post(NEW_FIRM, foreign).status_code == 302
    assert Organization.objects.get().country == "DE"


def test_evidence_goes_in_and_a_moderator_decides(
    bob: User, moderator: User, firm: Organization, browser: Client, log_in: Callable[[User], Client]
) -> None:
    upload = SimpleUploadedFile("license.pdf", PDF, content_type="application/pdf")
    answer = browser.post(reverse("accounts:verification"), {"evidence": [upload], "note": "the license"})
    assert answer.status_code == 302
    firm.refresh_from_db()
    assert firm.state == "pending"
    deliver()
    assert mail.outbox[-1].to == [moderator.email]

    desk = log_in(moderator)
    page = desk.get(reverse("accounts_moderation:organization", args=[firm.pk])).content.decode()
    assert "license.pdf" in page
    tried = Verification.objects.get()
    answer = desk.post(
        reverse("accounts_moderation:decide", args=[firm.pk]), {"decision": "verified", "verification": tried.pk}
    )
    assert answer.status_code == 302
    firm.refresh_from_db()
    assert firm.is_verified
    deliver()
    assert mail.outbox[-1].subject == "Example Smelting is verified"
    assert [entry.action for entry in trail.of(firm)][-1] == "organization.verify"


def test_evidence_that_is_no_document_is_refused_and_nothing_is_stored(firm: Organization, browser: Client) -> None:
    upload = SimpleUploadedFile("license.pdf", b"<html>", content_type="application/pdf")

    answer = browser.post(reverse("accounts:verification"), {"evidence": [upload], "note": "look here"})

    assert answer.status_code == 422
    assert "look here" in answer.content.decode()
    assert not VaultFile.objects.exists()
    firm.refresh_from_db()
    assert firm.state == "unverified"


def test_only_owners_hand_in_and_only_moderators_decide(
    alice: User, bob: User, mallory: User, firm: Organization
) -> None:
    for user in (alice, mallory):
        with pytest.raises(Refused):
            flow.submit_verification(firm, by=user, evidence=[_evidence(user, firm)])
    tried = flow.submit_verification(firm, by=bob, evidence=[_evidence(bob, firm)])
    for user in (alice, bob, mallory):
        with pytest.raises(Refused):
            flow.decide_verification(tried, by=user, decision="verified")

    firm.refresh_from_db()
    assert firm.state == "pending"


def test_the_first_decision_wins(bob: User, moderator: User, firm: Organization) -> None:
    tried = flow.submit_verification(firm, by=bob, evidence=[_evidence(bob, firm)])
    stale = Verification.objects.get(pk=tried.pk)
    flow.decide_verification(tried, by=moderator, decision="refused", reason="The scan is cut off.")

    with pytest.raises(Refused, match="decided already"):
        flow.decide_verification(stale, by=moderator, decision="verified")

    firm.refresh_from_db()
    assert (firm.state, firm.state_reason) == ("refused", "The scan is cut off.")


def test_a_refusal_says_why_and_the_firm_may_try_again(bob: User, moderator: User, firm: Organization) -> None:
    tried = flow.submit_verification(firm, by=bob, evidence=[_evidence(bob, firm)])
    with pytest.raises(Refused, match="reason is needed"):
        flow.decide_verification(tried, by=moderator, decision="refused", reason=" ")
    flow.decide_verification(tried, by=moderator, decision="refused", reason="The scan is cut off.")
    deliver()
    assert "The scan is cut off." in mail.outbox[-1].body

    flow.submit_verification(firm, by=bob, evidence=[_evidence(bob, firm)])

    assert firm.state == "pending"


def test_who_changes_who_it_is_is_checked_again(bob: User, moderator: User, firm: Organization, verify: Any) -> None:
    verify(firm)
    flow.change_organization(firm, by=bob, contact_phone="139")
    assert firm.is_verified

    flow.change_organization(firm, by=bob, name="Example Copper")
    assert firm.state == "unverified"


def test_a_decision_on_details_that_changed_meanwhile_is_refused(
    bob: User, moderator: User, firm: Organization
) -> None:
    tried = flow.submit_verification(firm, by=bob, evidence=[_evidence(bob, firm)])
    seen = Verification.objects.get(pk=tried.pk)
    flow.change_organization(firm, by=bob, name="Somebody Else")

    with pytest.raises(Refused, match="decided already"):
        flow.decide_verification(seen, by=moderator, decision="verified")

    firm.refresh_from_db()
    assert firm.state == "unverified"


def test_a_new_bank_account_is_told_to_every_owner(alice: User, bob: User, firm: Organization) -> None:
    firm.memberships.create(user=alice, role="owner")

    flow.change_organization(firm, by=bob, bank_account="6222 0000")
    deliver()

    assert {letter.to[0] for letter in mail.outbox} == {alice.email, bob.email}


def test_a_suspension_stops_and_its_end_restores_what_was(bob: User, moderator: User, firm: Organization) -> None:
    flow.suspend_organization(firm, by=moderator, reason="Complaint.")
    with pytest.raises(Refused, match="cannot change who it is"):
        flow.change_organization(firm, by=bob, name="New Name")

    flow.reinstate_organization(firm, by=moderator, reason="Settled.")

    assert (firm.state, firm.name) == ("unverified", "Example Smelting")


def test_a_verified_firm_is_verified_again_after_a_suspension(
    moderator: User, firm: Organization, verify: Any, bob: User
) -> None:
    verify(firm)
    flow.suspend_organization(firm, by=moderator, reason="Complaint.")
    assert not firm.is_verified

    flow.reinstate_organization(firm, by=moderator, reason="Settled.")

    assert firm.is_verified


def test_evidence_is_read_by_owners_and_moderators_only(
    alice: User, bob: User, mallory: User, moderator: User, firm: Organization, log_in: Callable[[User], Client]
) -> None:
    page = reverse("vault:file", args=[_evidence(bob, firm).code])
    firm.memberships.create(user=alice, role="viewer")

    assert Client().get(page).status_code == 404
    assert [log_in(user).get(page).status_code for user in (bob, moderator, alice, mallory)] == [200, 200, 404, 404]


def test_the_desk_finds_by_name_state_and_kind(
    moderator: User, firm: Organization, university: Organization, log_in: Callable[[User], Client]
) -> None:
    desk = log_in(moderator)
    page = reverse("accounts_moderation:organizations")

    def names(query: str) -> set[str]:
        return {one.name for one in desk.get(f"{page}?{query}").context["page"]}

    assert names("") == {"Example Smelting", "Example University"}
    assert names("q=smelt") == {"Example Smelting"}
    assert names(f"q={GOOD_CODE}") == {"Example Smelting"}
    assert names("kind=university") == {"Example University"}
    assert names("state=pending") == set()


def test_the_desk_asks_the_same_number_of_questions_for_two_and_twelve(
    moderator: User, log_in: Callable[[User], Client], bob: User
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk = log_in(moderator)
    page = reverse("accounts_moderation:organizations")
    flow.register_organization(by=bob, kind="firm", name="One")
    flow.register_organization(by=bob, kind="firm", name="Two")
    desk.get(page)
    with CaptureQueriesContext(connection) as few:
        desk.get(page)
    for number in range(10):
        flow.register_organization(by=bob, kind="firm", name=f"More {number}")
    with CaptureQueriesContext(connection) as many:
        desk.get(page)

    assert len(many) == len(few)
