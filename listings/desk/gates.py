"""How the gates stood when a listing last moved, kept beside it so that the queue can show and filter by it."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from listings.models import FlagState, IntegrityFlag, Listing, ListingState, ReviewCase
from listings.rules import check
from marketplace.lib.findings import Severity


def on_listing_moved(_key: str, payload: dict[str, Any]) -> None:
    """Ask the rules about a listing that waits; the newest version wins, whatever the order of the calls."""
    listing = (
        Listing.objects.select_related("patent__organization", "organization", "terms", "term_sheet", "declaration")
        .filter(pk=payload["listing"], state=ListingState.SUBMITTED)
        .first()
    )
    if listing is not None:
        keep(listing)


def keep(listing: Listing) -> ReviewCase:
    """Count what the rules say of a listing as it stands."""
    found = [finding.severity for finding in check(listing)]
    case, _new = ReviewCase.objects.get_or_create(listing=listing)
    ReviewCase.objects.filter(pk=case.pk, version__lte=listing.version).update(
        version=listing.version,
        blocks=found.count(Severity.BLOCK),
        warns=found.count(Severity.WARN),
        checked_at=timezone.now(),
    )
    return case


def flags_of() -> QuerySet[IntegrityFlag]:
    """Open flags about the offer itself in an outer query of listings: its price, its patent's words.

    What is odd between its organization and a firm concerns their deals, and is shown with the listing and with them.
    """
    return IntegrityFlag.objects.filter(state=FlagState.OPEN).filter(
        Q(listing=OuterRef("pk")) | Q(patent=OuterRef("patent")) | Q(other_patent=OuterRef("patent"))
    )


def green() -> QuerySet[Listing]:
    """Listings that wait, with all gates green at their present version and no flag up."""
    return Listing.objects.filter(
        ~Exists(flags_of()),
        state=ListingState.SUBMITTED,
        case__version=F("version"),
        case__blocks=0,
        case__warns=0,
    )
