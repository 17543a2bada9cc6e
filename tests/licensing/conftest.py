"""A university that offers, a firm that takes, a stranger, and the papers between them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from listings import offers
from listings.models import (
    Declaration,
    LegalStatus,
    Listing,
    ListingState,
    OfferTerms,
    Patent,
    TermSheet,
    TermSheetState,
    Track,
)
from listings.models.patent import PatentKind
from listings.prices import terms_dict
from marketplace.accounts.models import (
    AuthorityBasis,
    AuthorityState,
    Membership,
    Organization,
    OrganizationKind,
    Role,
    SigningAuthority,
    User,
    VerificationState,
)
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.terms import clauses

if TYPE_CHECKING:
    from django.test import Client

PASSWORD = "correct horse battery staple 9"
CODE = "135790"


def _join(user: User, organization: Organization, *roles: Role) -> None:
    for role in roles:
        Membership.objects.create(user=user, organization=organization, role=role)


def _authority(user: User, organization: Organization, **fields: Any) -> SigningAuthority:
    return SigningAuthority.objects.create(
        user=user,
        organization=organization,
        basis=AuthorityBasis.LEGAL_REPRESENTATIVE,
        valid_from=today() - timedelta(days=30),
        state=AuthorityState.CONFIRMED,
        confirmed_at=timezone.now(),
        **fields,
    )


def make_university(alice: User) -> Organization:
    """A verified university with Alice as owner, signatory, lister and finance."""
    made = Organization.objects.create(
        kind=OrganizationKind.UNIVERSITY,
        name="示范理工大学（示例）",
        credit_code="12410000MB0000001X",
        division="410000",
        address="示范省示范市示范路 1 号",
        legal_representative="王示范",
        bank_name="示范银行",
        bank_account_name="示范理工大学",
        bank_account="6222000000000000001",
        contact_name="张老师",
        contact_phone="13800000001",
        contact_email="office@university.example",
        state=VerificationState.VERIFIED,
    )
    _join(alice, made, Role.OWNER, Role.SIGNATORY, Role.LISTER, Role.FINANCE)
    _authority(alice, made)
    return made


def make_firm(bob: User, name: str = "示范环保有限公司（示例）") -> Organization:
    """A verified small firm with Bob as owner, signatory, lister and finance."""
    made = Organization.objects.create(
        kind=OrganizationKind.FIRM,
        name=name,
        division="419001",
        address="示范省示范市工业路 2 号",
        legal_representative="李示范",
        contact_name="李示范",
        contact_phone="13900000002",
        contact_email="boss@firm.example",
        size="small",
        size_year=2025,
        state=VerificationState.VERIFIED,
    )
    _join(bob, made, Role.OWNER, Role.SIGNATORY, Role.LISTER, Role.FINANCE)
    _authority(bob, made)
    return made


@pytest.fixture
def university(alice: User) -> Organization:
    """Alice's."""
    return make_university(alice)


@pytest.fixture
def firm(bob: User) -> Organization:
    """Bob's."""
    return make_firm(bob)


@pytest.fixture
def strangers(mallory: User) -> Organization:
    """Mallory's firm, verified like any other."""
    return make_firm(mallory, "旁观者有限公司（示例）")


def make_patent(organization: Organization, number: str = "2019111898054") -> Patent:
    """A granted invention in force, its status just looked up."""
    return Patent.objects.create(
        organization=organization,
        application_number=number,
        kind=PatentKind.INVENTION,
        title="低浓度 SO₂ 烟气的两段吸收方法（示例）",
        patentee=organization.name,
        ipc_main="B01D 53/50",
        filed_on=date(2019, 11, 6),
        granted_on=date(2021, 5, 4),
        last_day=date(2039, 11, 5),
        fees_paid_through=20,
        status=LegalStatus.IN_FORCE,
        status_source="专利登记簿副本（示例）",
        status_checked_at=timezone.now(),
    )


TERMS: dict[str, Any] = {
    "fee_mode": "fixed",
    "fee_minor": 3_000_000,
    "pay_within_days": 15,
    "months": 60,
    "territory": "CN",
    "acts": ["make", "sell", "use"],
    "guidance": "现场指导与远程答疑",
    "guidance_hours": 24,
    "guidance_persons": "发明人团队",
    "travel": "按实报销",
}


def make_listing(organization: Organization, by: User, *, track: str = Track.PRESET, **terms: Any) -> Listing:
    """A published listing with its terms; on the open track with its declaration."""
    patent = make_patent(organization)
    listing = Listing.objects.create(
        patent=patent,
        organization=organization,
        track=track,
        state=ListingState.DRAFT,
        headline="低浓度烟气也能稳定脱硫",
        problem="冶炼尾气 SO₂ 浓度低，常规吸收跟不上。",
        products="脱硫塔",
        industry="nonferrous",
        contact_name="张老师",
        contact_phone="13800000001",
        contact_email="office@university.example",
        undertaking_at=timezone.now(),
        confirmed_alive_at=timezone.now(),
        created_by=by,
        published_at=timezone.now(),
        submitted_at=timezone.now(),
    )
    OfferTerms.objects.create(listing=listing, fee_explanation="参照同类许可估算。", **(TERMS | terms))
    if track == Track.OPEN:
        Declaration.objects.create(listing=listing, number="KX2026000001", announced_on=today() - timedelta(days=20))
    Listing.objects.filter(pk=listing.pk).update(state=ListingState.PUBLISHED)
    return Listing.objects.get(pk=listing.pk)


def sign_term_sheet(listing: Listing, by: User, **fields: Any) -> TermSheet:
    """A standing offer with the listing's own terms, signed three days ago, and attached to it."""
    told = terms_dict(listing.terms)
    columns = {name: value for name, value in told.items() if name != "class_prices"}
    signed_at = timezone.now() - timedelta(days=3)
    sheet = TermSheet.objects.create(
        organization=listing.organization,
        name="小微企业快速许可",
        class_prices=told["class_prices"],
        state=TermSheetState.SIGNED,
        snapshot={"terms": told},
        sha256=hashlib.sha256(b"term sheet").hexdigest(),
        signed_by=by,
        signed_at=signed_at,
        authority=SigningAuthority.objects.get(user=by, organization=listing.organization),
        signature={"method": "click", "address": "192.0.2.7"},
        **(columns | fields),
    )
    listing.term_sheet = sheet
    listing.save()
    return sheet


@pytest.fixture
def listing(university: Organization, alice: User) -> Listing:
    """Preset track: ¥30,000 once, five years; the university signs each contract itself."""
    return make_listing(university, alice)


@pytest.fixture
def sheet(listing: Listing, alice: User) -> TermSheet:
    """The same, with the university's standing offer (LIC-K)."""
    return sign_term_sheet(listing, alice)


@pytest.fixture
def open_listing(university: Organization, alice: User) -> Listing:
    """Open track: announced, ¥30,000 for everybody."""
    return make_listing(university, alice, track=Track.OPEN)


def ask(listing: Listing, licensee: Organization, by: User, **facts: Any) -> Agreement:
    """A request on the terms of this moment."""
    listing = Listing.objects.get(pk=listing.pk)
    seen = offers.canonical_sha256(offers.snapshot(listing))
    told: dict[str, Any] = {"intended_use": "铅冶炼尾气", "territory_ok": True, "field_ok": True, "seen_sha256": seen}
    told |= facts
    return flow.request(listing, flow.Wish(**told), licensee=licensee, by=by)


def confirm_all(agreement: Agreement, by: User) -> None:
    """Every highlighted clause, one by one."""
    for clause in clauses.highlighted(agreement):
        flow.confirm(agreement, by=by, clause=clause.key, text_sha256=clause.sha256)


@pytest.fixture
def any_code(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The mailbox stands open: CODE is right, everything else is wrong. Gives the subjects that were opened."""
    from marketplace.accounts import codes
    from marketplace.lib.findings import Finding, Severity

    opened: list[str] = []

    def use(user: User, *, purpose: str, subject: str, code: str) -> None:
        if code != CODE:
            raise codes.WrongCode([Finding("SIG-2", Severity.BLOCK, "The code is wrong.", field="code")])
        opened.append(subject)

    monkeypatch.setattr(codes, "use", use)
    return opened


def sign(agreement: Agreement, by: User, **facts: Any) -> Agreement:
    """A click signature over the very document that waits."""
    told = {"code": CODE, "document_sha256": agreement.contract_sha256, "address": "192.0.2.1"} | facts
    return flow.sign(agreement, Signing.now(by, **told))


def send_notice(agreement: Agreement, by: User, **facts: Any) -> Agreement:
    """The notice, signed and served."""
    told = {"code": CODE, "document_sha256": agreement.contract_sha256, "address": "192.0.2.1"} | facts
    return flow.send_notice(agreement, Signing.now(by, **told))


@pytest.fixture
def offered(sheet: TermSheet, listing: Listing, firm: Organization, bob: User) -> Agreement:
    """Signed beforehand by the university, waiting for Bob's confirmations and signature."""
    return ask(listing, firm, bob)


@pytest.fixture
def confirmed(offered: Agreement, bob: User) -> Agreement:
    """The same with every highlighted clause confirmed."""
    confirm_all(offered, bob)
    return offered


@pytest.fixture
def active(confirmed: Agreement, bob: User, any_code: list[str]) -> Agreement:
    """Signed by both: in force."""
    return sign(confirmed, bob)


@pytest.fixture
def log_in(client: Client) -> Callable[[User], Client]:
    """A browser in which somebody is logged in, just now."""

    def enter(user: User) -> Client:
        import time

        client.force_login(user)
        session = client.session
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time(), "email": user.email, "reauthenticated": True},
        ]
        session.save()
        return client

    return enter
