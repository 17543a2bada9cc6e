"""An offer read under terms that two parties negotiated: for reading and for asking the rules, never to be stored."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from listings import rules
from listings.models import FeeMode, Listing, OfferTerms
from listings.prices import TERM_FIELDS, price_for
from listings.rules import Stage
from marketplace.lib.findings import Finding, blocking

# What the rules say of the terms themselves; the rest is about the patent, the offer's state and its publicity.
OF_TERMS = frozenset({"DECL-4", "DECL-5", "LIC-B", "LIC-E", "LIC-H", "LIC-K", "PRESET-2", "PRESET-3", "PRESET-4"})
OF_TERMS |= {"TRACK-1", "TRACK-2"}
KEY = "negotiation"  # in a snapshot: from which version of which negotiation its terms come


def normal(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Terms for one licensee, as JSON: every column, no prices by class (one party is meant), acts in order.

    What belongs to another way of paying is left out: it would not bind.
    """
    told: dict[str, Any] = {name: terms[name] for name in TERM_FIELDS}
    mode = told["fee_mode"]
    if mode in (FeeMode.FREE, FeeMode.ROYALTY):
        told |= {"fee_minor": 0, "fee_per_year": False}
    if mode in (FeeMode.FREE, FeeMode.FIXED):
        told |= {"royalty_bp": 0}
    if mode != FeeMode.FREE_THEN_PAID:
        told |= {"free_months": 0, "trigger": "", "milestone": "", "later_mode": "", "instalments": 0}
    if not told["royalty_bp"]:
        told |= {"royalty_base": ""}
    return told | {"acts": sorted(told["acts"]), "class_prices": {}, "classes_only": False}


def starting(snapshot: Mapping[str, Any], licensee_class: str) -> dict[str, Any]:
    """The terms that an offer makes to a licensee of this class: where a negotiation begins."""
    return normal(snapshot["terms"] | {"fee_minor": price_for(snapshot, licensee_class).fee_minor})


def under(listing: Listing, terms: Mapping[str, Any]) -> Listing:
    """The listing as if it offered these terms: no variant, no term sheet. The database refuses to store it."""
    read = copy.copy(listing)
    read.terms = OfferTerms(**{name: terms[name] for name in TERM_FIELDS})
    read.term_sheet = None
    return read


def is_negotiated(listing: Listing) -> bool:
    """Whether a listing is read under negotiated terms."""
    terms = getattr(listing, "terms", None)
    return terms is not None and terms.pk is None


def findings(listing: Listing, terms: Mapping[str, Any]) -> list[Finding]:
    """What the rules of its track have to say about these terms on this patent (PRESET-2, PRESET-3, PRESET-4, …)."""
    read = under(listing, terms)
    asked = [rule for rule in rules.for_track(listing.track) if rule.id in OF_TERMS]
    return [finding for rule in asked for finding in rule.look(read, Stage.ACCEPT)]


def acceptable(listing: Listing) -> list[Finding]:
    """What forbids accepting negotiated terms right now: the offer's state, the patent, and the terms themselves.

    What the rules have against the offer's own terms does not matter here, nor whether its term sheet still stands.
    """
    state = [one for one in rules.acceptable(_stored(listing)) if one.rule not in OF_TERMS - {"LIC-E"}]
    told = {name: getattr(listing.terms, name) for name in TERM_FIELDS}
    return [*state, *blocking(findings(listing, told))]


def _stored(listing: Listing) -> Listing:
    return Listing.objects.select_related("terms").get(pk=listing.pk)


__all__ = ["KEY", "OF_TERMS", "acceptable", "findings", "is_negotiated", "normal", "starting", "under"]
