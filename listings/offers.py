"""What exactly is on offer: the frozen facts that bind, their hash, who may take it and until when a license runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from listings import rules, variants
from listings.models import FeeMode, LicenseeClass, Listing, Track
from listings.prices import (
    Price,
    class_prices_of,
    free_words,
    instalment_amounts,
    later_words,
    months_words,
    price_for,
    royalty_words,
    terms_dict,
)
from listings.words import ACTS
from marketplace.accounts.models import Organization, OrganizationKind, VerificationState
from marketplace.lib import divisions
from marketplace.lib.canonical import sha256_of
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.look import Fact, money_text
from marketplace.lib.money import from_minor
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import add_months, today

SNAPSHOT_VERSION = 1
STARTUP_MONTHS = 36


def canonical_sha256(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a snapshot in its canonical form: keys sorted, no blanks, UTF-8."""
    return sha256_of(dict(snapshot))


def snapshot(listing: Listing) -> dict[str, Any]:
    """Everything that binds, as plain JSON: what a licensee sees, confirms and signs (LIC-D, LIC-E).

    Keys: `v`, `listing` (code, track, headline, problem, products, related_party_mark, contact_*), `license_kind`
    ("ordinary"), `sublicense` (False), `patent` (LIC-E facts, status with source and date), `licensor`, `terms` (every
    column of `Terms` plus `class_prices`), `declaration` and `term_sheet` (None where there is none), `variant` (code
    and label; only where the listing is read under a variant, so that each variant has a hash of its own),
    `signature_levels` (only where not every way of signing is taken). Dates are ISO, instants ISO in UTC, money in
    minor units.
    """
    key = variants.key_of(listing)
    return {
        "v": SNAPSHOT_VERSION,
        "listing": _listing_facts(listing),
        "license_kind": "ordinary",  # TRACK-4
        "sublicense": False,  # LIC-H
        "patent": _patent_facts(listing),
        "licensor": _licensor_facts(listing.organization),
        "terms": terms_dict(listing.terms),
        "declaration": _declaration_facts(listing),
        "term_sheet": _term_sheet_facts(listing),
        **({"variant": {"code": key, "label": listing.terms.label}} if key else {}),
        **({"signature_levels": sorted(listing.signature_levels)} if listing.signature_levels else {}),  # SIG-2
    }


def variant_key(snapshot: Mapping[str, Any]) -> str:
    """Which variant a snapshot froze: '' for the listing's own terms."""
    return str((snapshot.get("variant") or {}).get("code") or "")


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _listing_facts(listing: Listing) -> dict[str, Any]:
    return {
        "code": str(listing.code),
        "track": str(listing.track),
        "headline": listing.headline,
        "problem": listing.problem,
        "products": listing.products,
        "related_party_mark": listing.related_party_mark,
        "co_owner_default": listing.co_owner_default,
        "contact_name": listing.contact_name,
        "contact_phone": listing.contact_phone,
        "contact_email": listing.contact_email,
    }


def _patent_facts(listing: Listing) -> dict[str, Any]:
    patent = listing.patent
    return {
        "title": patent.title,
        "application_number": patent.application_number,
        "patent_number": patent_number(patent.application_number),
        "publication_number": patent.publication_number,
        "kind": str(patent.kind),
        "patentee": patent.patentee,
        "patentees": patent.patentees,
        "co_owners": [
            {"name": row.name, "consented_on": _iso(row.consented_on)}
            for row in sorted(patent.co_owners.all(), key=lambda one: one.name)
        ],
        "inventors": patent.inventors,
        "ipc_main": patent.ipc_main,
        "filed_on": _iso(patent.filed_on),
        "granted_on": _iso(patent.granted_on),
        "last_day": _iso(patent.last_day),
        "fees_paid_through": patent.fees_paid_through,
        "status": str(patent.status),
        "status_source": patent.status_source,
        "status_checked_at": patent.status_checked_at.isoformat() if patent.status_checked_at else None,
        "pledged": patent.pledged,
    }


def _licensor_facts(organization: Organization) -> dict[str, Any]:
    names = (
        "name",
        "name_en",
        "credit_code",
        "address",
        "legal_representative",
        "contact_name",
        "contact_phone",
        "contact_email",
        "bank_name",
        "bank_account_name",
        "bank_account",
    )
    return {"code": str(organization.code), "kind": str(organization.kind)} | {
        name: getattr(organization, name) for name in names
    }


def _declaration_facts(listing: Listing) -> dict[str, Any] | None:
    if listing.track != Track.OPEN:
        return None
    declaration = getattr(listing, "declaration", None)
    if declaration is None:
        return None
    return {"number": declaration.number, "announced_on": _iso(declaration.announced_on)}


def _term_sheet_facts(listing: Listing) -> dict[str, Any] | None:
    sheet = listing.term_sheet
    if sheet is None:
        return None
    return {
        "code": str(sheet.code),
        "name": sheet.name,
        "version": sheet.version,
        "sha256": sheet.sha256,
        "signed_at": sheet.signed_at.isoformat() if sheet.signed_at else None,
        "expires_on": _iso(sheet.expires_on),
        "max_licenses": sheet.max_licenses,
        "ceiling_minor": sheet.ceiling_minor,
    }


# who


def classes_of(organization: Organization) -> list[str]:
    """Every class of licensee an organization belongs to (TRACK-5), its size by self-declaration (NUM-6) first."""
    if organization.kind in (OrganizationKind.INDIVIDUAL, OrganizationKind.SOLE_TRADER):
        return [LicenseeClass.MICRO.value]
    if organization.is_licensor:
        return [LicenseeClass.ACADEMIC.value]
    found = [organization.size] if organization.size in ("micro", "small", "medium") else []
    founded = organization.founded_on
    if founded and today() < add_months(founded, STARTUP_MONTHS):
        found.append(LicenseeClass.STARTUP.value)
    return found


def class_of(organization: Organization, offer: Listing | Mapping[str, Any] | None = None) -> str:
    """The class of licensee, '' for none; with an offer or snapshot, the one with the lowest price there."""
    found = classes_of(organization)
    if offer is None:
        return found[0] if found else ""
    if isinstance(offer, Listing):
        track, prices = offer.track, class_prices_of(offer.terms)
    else:
        track, prices = offer["listing"]["track"], offer["terms"]["class_prices"]
    if track == Track.OPEN:
        return ""  # one price for everyone (TRACK-1)
    priced = [name for name in found if name in prices]
    if priced:
        return min(priced, key=lambda name: (prices[name], found.index(name)))
    return found[0] if found else ""


def eligibility(listing: Listing, organization: Organization) -> list[Finding]:
    """Whether an organization can take this offer: blocking findings forbid it, others say what will happen."""
    found: list[Finding] = []
    if organization.pk == listing.organization_id:
        found.append(
            Finding("TRACK-5", Severity.BLOCK, _("This is your own organization's offer."), _("Choose another one."))
        )
    if organization.state == VerificationState.SUSPENDED or organization.is_vetoed:
        found.append(
            Finding(
                "INST-5",
                Severity.BLOCK,
                _("Your organization is suspended on this platform."),
                _("Ask the moderators what has to be settled."),
            )
        )
    elif not organization.is_verified:
        found.append(
            Finding(
                "SIG-3",
                Severity.INFO,
                _("Your organization is not verified yet. You can request and prepare; signing waits for it."),
                _("Submit the evidence under “Verification”."),
                "《电子商务法》第27条",
            )
        )
    found += rules.meet(listing, organization)
    if listing.track == Track.PRESET:
        found += [*_class_findings(listing, organization), *_place_findings(listing, organization)]
    return found


def _class_findings(listing: Listing, organization: Organization) -> list[Finding]:
    prices = class_prices_of(listing.terms)
    mine = [name for name in classes_of(organization) if name in prices]
    if mine or not prices:
        return []
    classes = "、".join(str(LicenseeClass(name).label) for name in prices)
    undeclared = organization.kind == OrganizationKind.FIRM and not organization.size
    if listing.terms.classes_only:
        return [
            Finding(
                "TRACK-2",
                Severity.BLOCK,
                _("This offer is only for: %(classes)s.") % {"classes": classes},
                _("State staff, revenue and founding date of your firm under “Organization”.")
                if undeclared
                else _("Look for an offer that is open to everybody."),
                "《民法典》第472条",
            )
        ]
    return []


def covers(territory: str, division: str) -> bool:
    """Whether a place (GB/T 2260 code) lies in a territory: "CN" or codes split by ","; a province holds its cities."""
    codes = [code.strip() for code in territory.split(",") if code.strip()]
    if not codes or "CN" in codes:
        return True
    return any(division.startswith(_stem(code)) for code in codes) if division else False


def _stem(code: str) -> str:
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def territory_words(territory: str) -> str:
    """The territory for people: the whole country, or the places' names."""
    codes = [code.strip() for code in territory.split(",") if code.strip()]
    if not codes or "CN" in codes:
        return _("mainland China")
    return "、".join(divisions.name_of(code) or code for code in codes)


def _place_findings(listing: Listing, organization: Organization) -> list[Finding]:
    territory = listing.terms.territory
    if covers(territory, organization.division):
        return []
    return [
        Finding(
            "TRACK-2",
            Severity.BLOCK,
            _("This offer is only for: %(place)s.") % {"place": territory_words(territory)},
            _("If your firm works there, correct its place under “Organization”."),
            "《专利法》第12条",
        )
    ]


# how much and how long


def acts_words(acts: list[str]) -> str:
    """The permitted acts for people."""
    return _(", ").join(str(ACTS[act]) for act in ACTS if act in acts)


def license_last_day(snapshot: Mapping[str, Any], start: date) -> date:
    """The last day of a license that begins on `start`: its months, never beyond the patent (DECL-5).

    Raises ValueError when the patent's last day is not known or already past.
    """
    last = snapshot["patent"]["last_day"]
    if not last:
        raise ValueError("the patent's last day is not known")
    patent_last = date.fromisoformat(last)
    if patent_last < start:
        raise ValueError("the patent has ended")
    months = snapshot["terms"]["months"]
    return patent_last if months is None else min(add_months(start, months) - timedelta(days=1), patent_last)


def term_words(told: Mapping[str, Any], last_day: str | None) -> str:
    """The license term for people."""
    if told["months"]:
        return months_words(told["months"])
    if last_day:
        return _("until the patent ends on %(day)s") % {"day": last_day}
    return _("until the patent ends")


def guidance_words(told: Mapping[str, Any]) -> str:
    """The support plan in a few words."""
    if told["guidance_none"]:
        return _("none")
    hours = ngettext("%(count)d hour", "%(count)d hours", told["guidance_hours"]) % {"count": told["guidance_hours"]}
    return _("%(hours)s, answer within %(days)d working days") % {"hours": hours, "days": told["response_days"]}


def summary_facts(snapshot: Mapping[str, Any], price: Price) -> list[Fact]:
    """The six numbers: at the start, free or over the term, afterwards, how long, guidance, where or way out."""
    told = snapshot["terms"]
    last_day = snapshot["patent"]["last_day"]
    amount = money_text(from_minor(price.now_minor, price.currency))
    facts = [Fact(_("Pay at the start"), amount)]
    if price.mode == FeeMode.FREE_THEN_PAID:
        facts += [Fact(_("Free"), free_words(price)), Fact(_("Afterwards"), later_words(price))]
    else:
        royalty = royalty_words(price.royalty_bp, price.royalty_base) if price.royalty_bp else _("none")
        facts += [Fact(_("Over the whole term"), _total_words(price)), Fact(_("Royalty"), royalty)]
    facts += [Fact(_("License term"), term_words(told, last_day)), Fact(_("Guidance"), guidance_words(told))]
    if price.mode == FeeMode.FREE_THEN_PAID:
        facts.append(Fact(_("Way out"), _("at any time in the free period, at no cost")))
    else:
        facts.append(Fact(_("Where"), territory_words(told["territory"])))
    return facts


def _total_words(price: Price) -> str:
    if price.total_minor is not None:
        return money_text(from_minor(price.total_minor, price.currency))
    if price.royalty_bp:
        fixed = money_text(from_minor(price.fee_minor if price.mode == FeeMode.ENTRY_ROYALTY else 0, price.currency))
        return _("%(fixed)s and the royalty") % {"fixed": fixed}
    return price.words


__all__ = [
    "ACTS",
    "Price",
    "acts_words",
    "canonical_sha256",
    "class_of",
    "classes_of",
    "covers",
    "eligibility",
    "guidance_words",
    "instalment_amounts",
    "license_last_day",
    "price_for",
    "snapshot",
    "summary_facts",
    "term_words",
    "territory_words",
    "variant_key",
]
