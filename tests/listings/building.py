"""Invented patents and listings that every rule lets pass, to be spoiled one fact at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from listings import flow
from listings.models import Listing, Patent, Track
from marketplace.accounts.models import AuthorityState, Organization, SigningAuthority, User
from marketplace.lib.terms import patent_year, today
from marketplace.vault.files import store
from marketplace.vault.models import VaultFile
from tests.listings.making import number
from tests.vault.making import pdf


def scan(by: User | None = None, kind: str = "status_evidence", subject: Any = None) -> VaultFile:
    """A small PDF in the vault."""
    return store(pdf(), kind=kind, name="scan.pdf", by=by, subject=subject)


def sound_patent(organization: Organization | None, kind: str = "invention", **fields: Any) -> Patent:
    """Granted, in force, fees paid, alone, looked up today."""
    filed_on = fields.pop("filed_on", date(2021, 3, 15))
    digit = {"invention": 1, "utility_model": 2, "design": 3}[kind]
    made = {
        "application_number": number(filed_on.year, digit),
        "kind": kind,
        "title": "低浓度烟气两段吸收方法（示例）",
        "patentee": organization.name if organization else "别的大学",
        "ipc_main": "B01D 53/50" if kind != "design" else "09-03",
        "filed_on": filed_on,
        "granted_on": date(2023, 5, 2),
        "status": "in_force",
        "status_source": "登记簿副本",
        "status_checked_at": timezone.now(),
        "fees_paid_through": patent_year(filed_on, today()),
        "is_demo": True,
    }
    return Patent.objects.create(organization=organization, **(made | fields))


PRESET_TERMS = {
    "fee_mode": "fixed",
    "fee_minor": 3_000_000,
    "months": 24,
    "acts": ["make", "use"],
    "guidance": "到厂调试",
    "guidance_hours": 16,
    "guidance_persons": "发明人团队",
    "travel": "被许可人按实报销",
}
OPEN_TERMS = {
    "fee_mode": "fixed",
    "fee_minor": 3_000_000,
    "months": 24,
    "acts": ["make", "use"],
    "guidance_none": True,
    "fee_explanation": "参照同类专利的许可费估算。",
}
TEXTS = {
    "headline": "低浓度烟气也能稳定脱硫",
    "problem": "冶炼尾气浓度忽高忽低，吸收塔跟不上，排放时常超标。",
    "products": "脱硫塔",
    "industry": "nonferrous",
    "adoption": "改造一台塔约 40 万元，停产三天。",
    "contact_name": "张老师",
    "contact_phone": "13800000001",
}


def sound_draft(
    patent: Patent, by: User, *, track: Track = Track.PRESET, prices: dict[str, int] | None = None, **terms: Any
) -> Listing:
    """A draft that the rules let pass on submission."""
    told = (PRESET_TERMS if track == Track.PRESET else OPEN_TERMS) | terms
    return flow.create(
        patent, track=track, by=by, draft=flow.Draft(texts=TEXTS, terms=told, prices=prices, undertaking=True)
    )


def offered(patent: Patent, by: User, moderator: User, *, track: Track = Track.PRESET, **more: Any) -> Listing:
    """A listing on offer, by the front door: submitted, declared where open, approved."""
    listing = flow.submit(sound_draft(patent, by, track=track, **more), by=by)
    if track == Track.OPEN:
        flow.record_declaration(
            listing, by=moderator, number=f"KX{listing.pk:010d}", announced_on=today() - timedelta(days=20)
        )
    return flow.approve(listing, by=moderator, revision=listing.revision)


def authorize(user: User, organization: Organization, **fields: Any) -> SigningAuthority:
    """A confirmed authority as legal representative."""
    made = {
        "basis": "legal_representative",
        "valid_from": today() - timedelta(days=100),
        "state": AuthorityState.CONFIRMED,
    }
    return SigningAuthority.objects.create(user=user, organization=organization, **(made | fields))
