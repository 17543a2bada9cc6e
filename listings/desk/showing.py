"""What the page of one listing shows to a moderator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from listings import offers, reasons
from listings.completeness import hints
from listings.desk import differences, evidence, queue
from listings.models import (
    FlagState,
    IntegrityFlag,
    LicenseeClass,
    Listing,
    ReasonUse,
    Track,
)
from listings.prices import class_prices_of
from listings.rules import RULES, Stage, check
from listings.states import Who, open_to
from marketplace.accounts import people
from marketplace.audit import trail
from marketplace.lib import industries
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.look import Fact

if TYPE_CHECKING:
    from marketplace.accounts.models import User


def flags_about(listing: Listing) -> QuerySet[IntegrityFlag]:
    """The open flags that a moderator of this listing should have seen, the strongest first."""
    return (
        IntegrityFlag.objects.filter(state=FlagState.OPEN)
        .filter(
            Q(listing=listing)
            | Q(patent=listing.patent_id)
            | Q(other_patent=listing.patent_id)
            | Q(organization=listing.organization_id)
            | Q(other_organization=listing.organization_id)
        )
        .select_related("patent", "other_patent", "organization", "other_organization")
        .order_by("-score", "pk")
    )


def context(found: Listing, user: User) -> dict[str, Any]:
    """Everything the page shows."""
    return (
        _work(found, user)
        | _rules(found)
        | _offer(found)
        | _past(found)
        | {
            "listing": found,
            "patent": found.patent,
            "claims": evidence.claims(found),
            "flags": list(flags_about(found)[:20]),
            "declaration": getattr(found, "declaration", None),
            "wants_declaration": found.track == Track.OPEN and found.published_at is None,
            "objections": found.objections.select_related("evidence", "decided_by").order_by("-made_at"),
        }
    )


def _work(found: Listing, user: User) -> dict[str, Any]:
    """Who has it until when, what can be decided and said, and what comes next."""
    steps = open_to(Who.MODERATOR, found)
    uses = {"return": ReasonUse.RETURN, "refuse": ReasonUse.REFUSE, "suspend": ReasonUse.SUSPEND}
    return {
        "row": queue.row_of(found),
        "case": getattr(found, "case", None),
        "moderators": people.moderators().exclude(pk=user.pk),
        "steps": steps,
        "lists": [(name, use.label, reasons.offered(use)) for name, use in uses.items() if name in steps],
        "next": queue.following(found, user),
    }


def _rules(found: Listing) -> dict[str, Any]:
    findings = check(found)
    follows = [finding for finding in check(found, Stage.PUBLISH) if finding not in findings]
    return {"findings": findings, "follows": follows, "passable": dict.fromkeys(_passable(findings))}


def _passable(findings: list[Finding]) -> list[str]:
    """The rules that a moderator may let pass and that have something to say."""
    return [
        finding.rule
        for finding in findings
        if RULES[finding.rule].overridable and finding.severity is not Severity.INFO
    ]


def _offer(found: Listing) -> dict[str, Any]:
    price = offers.price_for(found)
    return {
        "completeness": hints(found),
        "six": offers.summary_facts(offers.snapshot(found), price),
        "price": price,
        "prices": [
            (LicenseeClass(name).label, offers.price_for(found, name).words) for name in class_prices_of(found.terms)
        ],
        "told": [fact for fact in _told(found) if fact.value],
    }


def _told(found: Listing) -> list[Fact]:
    """The texts as the reader will find them."""
    field = Listing._meta.get_field
    names = ("headline", "problem", "products", "adoption", "also_needed", "maturity", "maturity_proof")
    rows = [Fact(str(field(name).verbose_name).capitalize(), getattr(found, name)) for name in names]  # type: ignore[union-attr]
    return [*rows, Fact(str(field("industry").verbose_name).capitalize(), industries.label(found.industry))]  # type: ignore[union-attr]


def _past(found: Listing) -> dict[str, Any]:
    before, changes = differences.since_decision(found)
    return {
        "decided": before,
        "changes": changes,
        "reviews": [(review, reasons.again(review.quoted, review.reason)) for review in _reviews(found)],
        "overrides": found.overrides.select_related("by"),
        "revisions": list(found.revisions.select_related("made_by")[:10]),
        "history": trail.of(found).select_related("by").order_by("-number")[:30],
    }


def _reviews(found: Listing) -> list[Any]:
    return list(found.reviews.select_related("decided_by")[:20])


def overtaken(now: Listing, told: QueryDict) -> dict[str, Any]:
    """Who came first and with what, beside what was to be decided."""
    seen = told.get("revision", "")
    review = now.reviews.select_related("decided_by").first()
    newest = now.revisions.select_related("made_by").first()
    decided = review if review is not None and str(review.revision) == seen else None
    return {
        "listing": now,
        "patent": now.patent,
        "seen": seen,
        "decision": told.get("decision", ""),
        "review": decided,
        "said": reasons.again(decided.quoted, decided.reason) if decided else "",
        "edited": newest if newest is not None and str(newest.number) != seen else None,
    }
