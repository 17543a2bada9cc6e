"""Counting how often an offer is read: daily sums, nothing about who read it (PII-1)."""

from __future__ import annotations

import hashlib
import logging
import re
from datetime import date

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest

from listings.models import Listing, ListingViews
from marketplace.accounts.models import Membership
from marketplace.accounts.requests import address_of
from marketplace.lib.terms import today

logger = logging.getLogger(__name__)
AGAIN = 30 * 60  # seconds within which the same address is counted once: a reload is no second reader
# What calls itself a program: crawlers, previews of chats, monitors, libraries.
PROGRAM = re.compile(
    r"bot|crawl|spider|slurp|preview|monitor|pingdom|uptime|curl|wget|python|httpx|java/|okhttp|go-http|headless|"
    r"lighthouse|scrapy|axios|postman|feed|baiduspider|yisou|sogou|360spider|bytespider",
    re.IGNORECASE,
)


def note(listing: Listing, request: HttpRequest) -> bool:
    """Count a reader of a public page; True where one was counted.

    Left out: programs, prefetching browsers, moderators, the licensor's own people, and reloads. To know a reload, a
    keyed hash of the address, the listing and the day is remembered for half an hour in the cache, and nowhere else.
    """
    if not _is_reader(request) or _is_own(listing, request):
        return False
    day = today()
    if not cache.add(_mark(listing, address_of(request), day), 1, AGAIN):
        return False
    try:
        _add_one(listing, day)
    except DatabaseError:  # a page is never refused because a count could not be kept
        logger.warning("a view of listing %s was not counted", listing.pk, exc_info=True)
        return False
    return True


def _is_reader(request: HttpRequest) -> bool:
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and bool(agent) and not PROGRAM.search(agent) and "prefetch" not in purpose


def _is_own(listing: Listing, request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated:
        return False
    if user.is_staff:
        return True
    return Membership.objects.live().filter(user=user, organization=listing.organization_id).exists()


def _mark(listing: Listing, address: str, day: date) -> str:
    text = f"{settings.SECRET_KEY}:{day}:{listing.pk}:{address}"
    return f"seen:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _add_one(listing: Listing, day: date) -> None:
    rows = ListingViews.objects.filter(listing=listing, day=day)
    if rows.update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            ListingViews.objects.create(listing=listing, day=day, count=1)
    except IntegrityError:  # somebody else was the day's first reader
        rows.update(count=F("count") + 1)
