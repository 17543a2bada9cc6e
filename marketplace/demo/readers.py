"""How often the demonstration's offers were read: invented counts, day by day, the same every time (示例)."""

from __future__ import annotations

import random
from datetime import timedelta

from listings.models import SHOWN, Listing, ListingViews
from marketplace.lib.terms import today

DAYS = 45
BUSIEST = 14  # readers of one offer on one day


def build() -> int:
    """Count readers of every offer that the public sees; how many rows were made."""
    chance, rows = random.Random(2026), []  # noqa: S311 - no secret, and the same on every machine
    for listing in Listing.objects.filter(state__in=SHOWN).order_by("pk"):
        usual = chance.uniform(0.2, 0.6) * BUSIEST
        for back in range(DAYS):
            day = today() - timedelta(days=back)
            count = round(usual * chance.uniform(0.2, 1.0) * (0.4 if day.weekday() >= 5 else 1.0))
            if count:
                rows.append(ListingViews(listing=listing, day=day, count=count))
    return len(ListingViews.objects.bulk_create(rows))
