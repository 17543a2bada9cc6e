"""Keeping a search, and hearing of new offers that fit it: the only writers of saved searches and alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import unquote_plus
from uuid import UUID

from django.core import signing
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.models import Alert, AlertItem, Listing, Pace, SavedSearch
from listings.offers import classes_of
from listings.search import Query
from listings.search.whole import fitting
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import refuse
from marketplace.lib.terms import start_of
from marketplace.outbox import outbox

TOPIC = "listings.alert"
MOST = 30  # searches one person keeps
MORNING = timedelta(hours=8)  # mail comes at eight, Shanghai time
_LOOK_BACK = timedelta(days=60)  # older offers were told, or came when nobody listened
_LONGEST = 2_000
_A_TURN = 500
_SIGNER = signing.Signer(salt="listings.saved.off", sep=".")


def query_of(saved: SavedSearch) -> Query:
    """The question that was kept."""
    return Query.from_get(QueryDict(saved.query.removeprefix("?")))


def canonical(query: Query) -> str:
    """How a question is kept: the address part of its first page."""
    return replace(query, page=1).to_url()


def next_look(pace: str, after: datetime) -> datetime:
    """When a search of this pace is looked at next: the next morning, or the next Monday's."""
    morning = start_of(timezone.localtime(after).date()) + MORNING
    if morning <= after:
        morning += timedelta(days=1)
    if pace == Pace.WEEKLY:
        morning += timedelta(days=(7 - timezone.localtime(morning).weekday()) % 7)
    return morning


def keep(query: Query, *, by: User, pace: str = Pace.DAILY) -> SavedSearch:
    """Keep a question; one that is kept already stays as it is. Raises Refused for too many or too long ones."""
    address = canonical(query)
    if not address:
        raise refuse("FIND-1", _("There is nothing to keep yet."), _("Search for something, or choose a filter."))
    if len(address) > _LONGEST:
        raise refuse("FIND-1", _("This search is too long to be kept."), _("Choose fewer filters."))
    kept = SavedSearch.objects.filter(user=by, query=address).first()
    if kept:
        return kept
    if SavedSearch.objects.filter(user=by).count() >= MOST:
        words = _("You keep %(most)d searches already.") % {"most": MOST}
        raise refuse("FIND-1", words, _("Delete one that you no longer need."))
    now = timezone.now()
    try:
        with transaction.atomic():
            return SavedSearch.objects.create(
                user=by, query=address, pace=pace, created_at=now, next_at=next_look(pace, now)
            )
    except IntegrityError:  # the same was sent twice at once
        return SavedSearch.objects.get(user=by, query=address)


def set_pace(saved: SavedSearch, pace: str) -> None:
    """Change how often mail comes."""
    SavedSearch.objects.filter(pk=saved.pk).update(pace=Pace(pace), next_at=next_look(pace, timezone.now()))


def drop(saved: SavedSearch) -> None:
    """Forget a search."""
    SavedSearch.objects.filter(pk=saved.pk).delete()


def off_token(saved: SavedSearch) -> str:
    """What the link in a mail carries: whoever holds the mail may stop it, without log-in (RFC 8058)."""
    return _SIGNER.sign(saved.code.hex)


def by_token(token: str) -> SavedSearch | None:
    """The search whose mail carried this token."""
    try:
        code = UUID(hex=_SIGNER.unsign(unquote_plus(token)))
    except (signing.BadSignature, ValueError):
        return None
    return SavedSearch.objects.filter(code=code).first()


def tell_due() -> int:
    """Look at every search whose time has come; how many alerts were left for the outbox."""
    now = timezone.now()
    due = SavedSearch.objects.exclude(pace=Pace.NEVER).filter(next_at__lte=now, user__is_active=True)
    told = 0
    for saved in due.select_related("user").order_by("next_at", "pk")[:_A_TURN]:
        told += _look(saved, now)
    return told


def _look(saved: SavedSearch, now: datetime) -> int:
    """Find what is new for one search, then leave one mail with it: once, however often and by whomever this runs."""
    since = max(saved.created_at, now - _LOOK_BACK)
    found = fitting(query_of(saved), classes=_classes(saved.user), since=since).listings
    with transaction.atomic():
        mine = SavedSearch.objects.filter(pk=saved.pk, next_at=saved.next_at, pace=saved.pace)
        if not mine.update(next_at=next_look(saved.pace, now)):
            return 0  # another worker was quicker, or the owner changed it meanwhile
        new = _untold(saved, found)
        if not new:
            return 0
        alert = Alert.objects.create(saved=saved)
        AlertItem.objects.bulk_create(AlertItem(alert=alert, saved=saved, listing=listing) for listing in new)
        outbox.add(TOPIC, key=f"alert:{alert.pk}", alert=alert.pk)
    return 1


def _untold(saved: SavedSearch, found: Sequence[Listing]) -> list[Listing]:
    told = set(AlertItem.objects.filter(saved=saved, listing__in=found).values_list("listing_id", flat=True))
    return [listing for listing in found if listing.pk not in told]


def _classes(user: User) -> list[str]:
    organization = organization_of(user)
    return list(classes_of(organization)) if organization else []


def organization_of(user: User) -> Organization | None:
    """The organization in whose terms a person is told prices by mail: the first one."""
    live = user.memberships.live().select_related("organization")
    first = live.order_by("started_at", "organization_id").first()
    return first.organization if first else None
