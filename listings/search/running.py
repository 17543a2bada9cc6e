"""What searching does by itself: hears what moves, computes meanings, counts words, mends drift."""

from __future__ import annotations

from django.core import checks as django_checks

from listings.search import checks, drift, health, indexer, meanings, vocabulary
from marketplace.outbox import outbox


def register() -> None:
    """Called once, from the room's AppConfig.ready()."""
    indexer.register()
    outbox.handles("listing.moved", "meaning")(meanings.on_listing_moved)
    outbox.every(60, "listings.compute_meanings")(meanings.compute_missing)
    outbox.every(600, "listings.count_words")(vocabulary.count_if_changed)
    outbox.every(drift.EVERY, "listings.search_drift")(drift.sweep)
    health.register()
    django_checks.register(checks.compares_meanings)
