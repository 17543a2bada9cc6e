"""The choices of a listing: its own terms and further variants beside them, each an offer of its own."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from listings.models import Listing, OfferTerms
from listings.prices import class_prices_of

MOST = 5  # variants beside the listing's own terms: more than six choices nobody compares


class NoVariant(Exception):
    """The listing has no variant of this name (any more)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: its key (empty for the listing's own terms, else the variant's code), name, and the listing under it.

    `listing` is for reading: its `terms` and `term_sheet` are the variant's. Flow functions read the stored row again.
    """

    key: str
    label: str
    listing: Listing


def key_of(listing: Listing) -> str:
    """Under which variant a listing is read: '' for its own terms."""
    terms = getattr(listing, "terms", None)
    return str(terms.code) if terms is not None and terms.variant_of_id else ""


def rows(listing: Listing) -> list[OfferTerms]:
    """The further variants in their order; constant queries where they are prefetched, none where they are known."""
    if listing.known_variants is not None:
        return listing.known_variants
    return sorted(listing.variants.all(), key=lambda row: (row.position, row.pk))


def further(listing: Listing) -> list[Choice]:
    """The variants beside the listing's own terms."""
    return [Choice(str(row.code), row.label, _under(listing, row)) for row in rows(listing)]


def choices(listing: Listing) -> list[Choice]:
    """Every choice, the listing's own terms first."""
    own = own_terms(listing)
    beside = further(listing)
    return [Choice("", own.label or _("Standard"), listing if not key_of(listing) else _own(listing, own)), *beside]


def own_terms(listing: Listing) -> OfferTerms:
    """The listing's own terms, under whichever variant it is read."""
    return OfferTerms.objects.get(listing_id=listing.pk) if key_of(listing) else listing.terms


def under(listing: Listing, key: str) -> Listing:
    """The listing as the variant `key` offers it, for reading. Raises NoVariant."""
    if key == key_of(listing):
        return listing
    if not key:
        return _own(listing, own_terms(listing))
    for row in rows(listing):
        if str(row.code) == key:
            return _under(listing, row)
    raise NoVariant(key)


def cheapest(listing: Listing, classes: Iterable[str] = ()) -> tuple[int, OfferTerms]:
    """The lowest fixed part for a reader of these classes, in minor units (a year's, where yearly), and its terms."""
    names = list(classes)
    return min(
        ((_fixed_part(row, names), row) for row in [listing.terms, *rows(listing)]),
        key=lambda offered: (offered[0], offered[1].royalty_bp, offered[1].position),
    )


def cheapest_face(listing: Listing, classes: Iterable[str] = ()) -> Listing:
    """The listing under its cheapest terms for a reader of these classes."""
    terms = cheapest(listing, classes)[1]
    return _under(listing, terms) if terms.variant_of_id else listing


def _fixed_part(terms: OfferTerms, classes: list[str]) -> int:
    prices = class_prices_of(terms) if classes else {}
    return min((prices[name] for name in classes if name in prices), default=terms.fee_minor)


def _under(listing: Listing, row: OfferTerms) -> Listing:
    """A copy of the listing in memory with the variant's terms and sheet; the database refuses to store it."""
    read = copy.copy(listing)
    read.terms = copy.copy(row)
    read.term_sheet = row.term_sheet
    return read


def _own(listing: Listing, own: OfferTerms) -> Listing:
    stored = Listing.objects.select_related("term_sheet").only("term_sheet").get(pk=listing.pk)
    read = copy.copy(listing)
    read.terms = own
    read.term_sheet = stored.term_sheet
    return read


__all__ = [
    "MOST",
    "Choice",
    "NoVariant",
    "cheapest",
    "cheapest_face",
    "choices",
    "further",
    "key_of",
    "own_terms",
    "rows",
    "under",
]
