"""The end of a term in sight: on which terms a license can go on, and what differs from those of now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from listings import negotiated, offers, rules
from listings.models import Listing, Track
from marketplace.lib.findings import blocking
from marketplace.lib.terms import today
from marketplace.licensing.flow import amending
from marketplace.licensing.models import Agreement, NegotiationKind, OfferVersion
from marketplace.licensing.terms import effective, redlines


def present_terms(deal: Agreement) -> dict[str, Any]:
    """The terms that count for the license now."""
    return negotiated.starting(effective.snapshot_of(deal), deal.licensee_class)


def todays_terms(deal: Agreement) -> dict[str, Any]:
    """The terms on which it can be renewed: those of the offer today; where it stands no more, those of now."""
    listing = Listing.objects.select_related("patent", "organization", "terms", "term_sheet").get(pk=deal.listing_id)
    if blocking(rules.acceptable(listing)):
        base = effective.version_of(deal)
    else:
        base = OfferVersion(listing=listing, snapshot=offers.snapshot(listing))
    return amending.starting(deal, base, NegotiationKind.RENEWAL)


def last_day_after(days: int) -> date:
    """The last day of a license whose notice arrives today."""
    return today() + timedelta(days=days)


def context(deal: Agreement) -> dict[str, Any]:
    """What the page of a renewal shows."""
    now, then = present_terms(deal), todays_terms(deal)
    begins = deal.ends_on + timedelta(days=1) if deal.ends_on else today()
    last = deal.listing.patent.last_day
    snapshot = {"terms": then, "patent": {"last_day": last.isoformat() if last else None}}
    ends = offers.license_last_day(snapshot, begins) if last and begins <= last else None
    return {
        "agreement": deal,
        "lines": redlines.lines(now, then),
        "all_lines": redlines.table(now, then),
        "price": offers.price_for(then),
        "begins": begins,
        "ends": ends,
        "by_sheet": deal.listing.term_sheet_id is not None,
    }


def path_of(deal: Agreement) -> str:
    """The page on which a license is renewed; '' where there is nothing to renew: the open track, the patent's end."""
    last = deal.listing.patent.last_day
    if deal.track != Track.PRESET or deal.ends_on is None or (last is not None and deal.ends_on >= last):
        return ""
    return reverse("licensing:renew", args=[deal.code])
