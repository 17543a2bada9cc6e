"""The facts of one deal that its papers state, read from the database once and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from listings.models import Track
from marketplace.lib.terms import day_of

if TYPE_CHECKING:
    from marketplace.accounts.models import Organization
    from marketplace.licensing.models import Agreement, Obligation, Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """Who stands on one side: what a contract must say of a party and where notices reach it."""

    name: str = ""
    name_en: str = ""
    credit_code: str = ""
    address: str = ""
    country: str = "CN"
    legal_representative: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    bank_name: str = ""
    bank_account_name: str = ""
    bank_account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """One signature as SIG-4 keeps it. `at` is when it was made, `received_at` when the server got it (both UTC)."""

    party: str
    signer: str
    basis: str
    method: str
    document_sha256: str
    at: datetime
    received_at: datetime
    address: str = ""
    term_sheet: str = ""
    term_sheet_sha256: str = ""
    copy: Mapping[str, str] = field(default_factory=dict)  # of a stamped paper: its scan, and who confirmed it
    certificate: Mapping[str, str] = field(default_factory=dict)  # whose, by whom, its SHA-256


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationFacts:
    """One highlighted clause, confirmed on its own (LIC-F)."""

    clause: str
    text_sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """Something owed, and how and when it was settled. Amounts in minor units; `proof` as licensing keeps it."""

    kind: str
    number: int
    amount_minor: int
    currency: str
    state: str
    due_on: date | None = None
    settled_at: datetime | None = None
    proof: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFacts:
    """Everything a paper says about one deal beyond the frozen offer. `made_on` dates the paper (Asia/Shanghai)."""

    reference: str = ""
    verify_code: str = ""
    verify_url: str = ""
    licensor: PartyFacts = field(default_factory=PartyFacts)
    licensee: PartyFacts = field(default_factory=PartyFacts)
    licensee_class: str = ""
    fee_minor: int = 0
    currency: str = "CNY"
    intended_use: str = ""
    standing_signer: str = ""  # who signed the term sheet for the licensor (LIC-K)
    related_party: bool = False
    related_detail: str = ""
    made_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    noticed_at: datetime | None = None
    effective_at: datetime | None = None
    offer_sha256: str = ""
    contract_sha256: str = ""
    signatures: tuple[SignatureFacts, ...] = ()
    confirmations: tuple[ConfirmationFacts, ...] = ()
    payments: tuple[PaymentFacts, ...] = ()


def party_of(organization: Organization) -> PartyFacts:
    """What papers say about an organization today."""
    return PartyFacts(**{name: getattr(organization, name) for name in PartyFacts.__dataclass_fields__})


def frozen_party(facts: Mapping[str, Any]) -> PartyFacts:
    """The licensor as the frozen offer has it: what binds does not change with the organization's page (LIC-D)."""
    return PartyFacts(**{name: str(facts[name]) for name in PartyFacts.__dataclass_fields__ if facts.get(name)})


def facts_of(agreement: Agreement) -> DealFacts:
    """The facts of an agreement as the database has them now."""
    signatures = agreement.own_signatures.select_related("user", "authority", "term_sheet").order_by("at", "pk")
    effective = agreement.effective_at
    return DealFacts(
        reference=agreement.reference,
        verify_code=agreement.verify_code,
        verify_url=verify_url(agreement.verify_code),
        licensor=frozen_party(agreement.version.snapshot.get("licensor") or {}),
        licensee=_licensee(agreement),
        licensee_class=agreement.licensee_class,
        fee_minor=agreement.fee_minor,
        currency=agreement.currency,
        intended_use=agreement.intended_use,
        standing_signer=_standing_signer(agreement),
        related_party=agreement.related_party,
        related_detail=agreement.related_detail,
        made_on=day_of(agreement.requested_at),
        starts_on=day_of(effective) if effective else None,
        ends_on=agreement.ends_on,
        noticed_at=agreement.noticed_at,
        effective_at=effective,
        offer_sha256=agreement.version.sha256,
        contract_sha256=agreement.contract_sha256,
        signatures=tuple(_signature(row) for row in signatures),
        confirmations=tuple(
            ConfirmationFacts(clause=row.clause, text_sha256=row.text_sha256, by=row.by.name, at=row.at)
            for row in agreement.confirmations.filter(paper__isnull=True).select_related("by").order_by("at", "pk")
        ),
        payments=tuple(_payment(row) for row in agreement.obligations.order_by("kind", "number")),
    )


def _licensee(agreement: Agreement) -> PartyFacts:
    """The licensee as papers name it: its contact person only where it said yes to this licensor (PII-2).

    The notice of the open track is the licensee's own letter and names whom to answer. What was decided with the
    request is frozen with it, so that a paper made later says the same.
    """
    told = party_of(agreement.licensee)
    if agreement.track == Track.OPEN or agreement.statements.get("contact") is True:
        return told
    return replace(told, contact_name="", contact_phone="", contact_email="")


def _standing_signer(agreement: Agreement) -> str:
    sheet = agreement.term_sheet
    return sheet.signed_by.name if sheet and sheet.signed_by else ""


def verify_url(code: str) -> str:
    """The public address that a paper's QR code carries."""
    return f"{settings.SITE_URL.rstrip('/')}/v/{code}/"


def _signature(row: Signature) -> SignatureFacts:
    return SignatureFacts(
        party=row.party,
        signer=str(row.evidence.get("signer") or row.user.name),
        basis=row.authority.basis,
        method=row.method,
        document_sha256=row.document_sha256,
        at=row.at,
        received_at=row.received_at,
        address=row.address or "",
        term_sheet=str(row.term_sheet) if row.term_sheet else "",
        term_sheet_sha256=row.term_sheet.sha256 if row.term_sheet else "",
        copy=row.evidence.get("copy") or {},
        certificate=row.evidence.get("certificate") or {},
    )


def _payment(row: Obligation) -> PaymentFacts:
    return PaymentFacts(
        kind=row.kind,
        number=row.number,
        amount_minor=row.amount_minor,
        currency=row.currency,
        state=row.state,
        due_on=row.due_on,
        settled_at=row.settled_at,
        proof=dict(row.proof),
    )
