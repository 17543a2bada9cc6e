"""The end of a term in sight: who is reminded when, on which terms it can go on, what differs from those of now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from listings import negotiated, offers, rules
from listings.models import Listing, Track
from marketplace.lib.findings import blocking
from marketplace.lib.terms import today
from marketplace.licensing import effective, letters_of_changes, redlines
from marketplace.licensing.flow import amending
from marketplace.licensing.models import TALKING, Agreement, NegotiationKind, OfferVersion, State

REMIND_DAYS = (90, 30, 7)


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


def remind_of_ends() -> int:
    """Tell licensees whose term ends soon, once for each mark; not where it is talked about. Returns how many deals."""
    count = 0
    most = today() + timedelta(days=REMIND_DAYS[0])
    rows = Agreement.objects.filter(
        state=State.ACTIVE, track=Track.PRESET, ends_on__gte=today(), ends_on__lte=most
    ).select_related("listing__patent", "licensee", "licensor")
    for deal in rows.order_by("pk"):
        if deal.ends_on is None or deal.negotiations.filter(state__in=TALKING).exists():
            continue
        patent_ends = deal.listing.patent.last_day
        if patent_ends is not None and deal.ends_on >= patent_ends:
            continue
        left = (deal.ends_on - today()).days
        mark = min(days for days in REMIND_DAYS if left <= days)
        with transaction.atomic():
            path = reverse("licensing:renew", args=[deal.code])
            letters_of_changes.renewal_near(deal, days=mark, path=path)
        count += 1
    return count
