"""Atom feeds (RFC 4287) of what is in publicity and of what came on offer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Max, Q
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from listings import offers
from listings.models import PUBLIC, Listing, ListingState
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import start_of

MOST = 50  # entries of a feed, the newest
EPOCH = datetime.fromisoformat("2026-01-01T00:00:00+00:00")  # what an empty feed says


def publicity_rows() -> Sequence[Listing]:
    """What is in publicity, the newest first."""
    rows = Listing.objects.filter(state=ListingState.PUBLICITY).annotate(
        begins=Max("publicities__starts_on", filter=Q(publicities__held_at="")),
        ends=Max("publicities__ends_on", filter=Q(publicities__held_at="")),
    )
    return _whole(rows.order_by("-begins", "-pk"))


def offer_rows() -> Sequence[Listing]:
    """What came on offer, the newest first."""
    return _whole(Listing.objects.filter(state__in=PUBLIC).order_by("-published_at", "-pk"))


def _whole(rows) -> Sequence[Listing]:  # type: ignore[no-untyped-def]
    return list(rows.select_related("patent", "organization", "terms").prefetch_related("terms__class_prices")[:MOST])


def publicity_feed() -> bytes:
    """The feed of publicities: each entry is a listing, dated by the day on which its publicity began."""
    rows = publicity_rows()
    feed = _feed(
        _("Publicity"),
        _("What institutions are about to offer. Anyone may object until the last day."),
        "listings:publicity_list",
        "listings:publicity_feed",
    )
    for row in rows:
        begins, ends = row.begins, row.ends  # type: ignore[attr-defined]
        until = _("Objections until %(day)s") % {"day": ends.isoformat()} if ends else ""
        at = start_of(begins) if begins else row.changed_at
        _entry(feed, row, at, "listings:objection", [until])
    return _text(feed)


def offer_feed() -> bytes:
    """The feed of new offers."""
    feed = _feed(
        _("New offers"),
        _("Patents that can be licensed here, the newest first."),
        "listings:find",
        "listings:offer_feed",
    )
    for row in offer_rows():
        _entry(feed, row, row.published_at or row.changed_at, "listings:listing", [])
    return _text(feed)


def _url(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


class Feed(Atom1Feed):
    """An Atom feed that an empty list does not date by the clock, so that equal content has equal bytes."""

    def latest_post_date(self) -> datetime:
        dates = [item["updateddate"] for item in self.items if item.get("updateddate")]
        return max(dates, default=EPOCH)


def _feed(title: str, subtitle: str, page: str, itself: str) -> Feed:
    return Feed(
        title=_("Kaixu: %(title)s") % {"title": title},
        link=_url(reverse(page)),
        description=subtitle,
        subtitle=subtitle,
        language=get_language() or settings.LANGUAGE_CODE,
        author_name=_("Kaixu"),
        feed_url=_url(reverse(itself)),
        feed_guid=_url(reverse(itself)),
    )


def _entry(feed: Feed, row: Listing, at: datetime, page: str, more: Iterable[str]) -> None:
    told = [
        row.organization.name,
        patent_number(row.patent.application_number),
        str(row.get_track_display()),
        str(offers.price_for(row).words),
        *more,
    ]
    lines = [" · ".join(part for part in told if part), row.headline]
    url = _url(reverse(page, args=[row.code]))
    feed.add_item(
        title=row.patent.title,
        link=url,
        description="\n".join(line for line in lines if line),
        author_name=row.organization.name,
        unique_id=url,
        pubdate=at,
        updateddate=at,
        categories=[str(row.get_track_display())],
    )


def _text(feed: Feed) -> bytes:
    return feed.writeString("utf-8").encode()
