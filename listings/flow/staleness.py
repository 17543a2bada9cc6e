"""The licensor's word that an offer still stands, and what follows where it does not come (LIC-9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow import moving
from listings.flow.belonging import where_it_belongs
from listings.models import ALIVE, PUBLIC, Listing, ListingState
from listings.rules import RULES
from listings.rules.contract import STATUS_DAYS, fresh_since
from listings.states import NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, refuse
from marketplace.lib.terms import day_of

S = ListingState
REMIND_ON = (23, 28, STATUS_DAYS)  # days since the last word; from the last of them on nothing new can be signed
SUSPEND_ON = 60
EXPIRE_ON = 180


def confirm_alive(listing: Listing, *, by: User) -> Listing:
    """The licensor's word that the recorded status still holds (LIC-9); good for thirty days.

    An offer that was suspended because the word did not come stands again, unless a rule speaks against it meanwhile.
    Raises Refused where the record says that the patent is not in force, PermissionDenied.
    """
    moving.require_lister(by, listing.organization)
    with transaction.atomic():
        listing = moving.lock(listing)
        if listing.patent.status not in ALIVE:
            raise refuse(
                "LIC-9",
                _("The record says “%(status)s”, which cannot be confirmed.")
                % {"status": listing.patent.get_status_display()},
                _("Record the present status with a source and a date on the patent's page."),
                citation=RULES["LIC-9"].citation,
                field="status",
            )
        listing = moving.touch(listing, confirmed_alive_at=timezone.now())
        trail.record(Action.LISTING_CONFIRM, listing, by=by, status=listing.patent.status)
        return _revive(listing, by)


def _revive(listing: Listing, by: User | None) -> Listing:
    """Put an offer that was suspended for staleness alone back where it belongs; requires a lock on it."""
    if listing.state != S.SUSPENDED or listing.stale_since is None:
        return listing
    try:
        to = where_it_belongs(listing)
    except Refused as refused:
        return moving.touch(listing, stale_since=None, state_reason=str(refused)[:500])
    listing = moving.move(listing, "resume", to, by=by, stale_since=None)
    moving.tell_owners(listing, "listing.resumed", state=ListingState(listing.state).label)
    return listing


def _silent(rows: QuerySet[Listing], days: int) -> QuerySet[Listing]:
    """Those about which nobody has said anything for `days`, oldest rows first."""
    since = timezone.now() - timedelta(days=days)
    return (
        rows.filter(
            Q(patent__status_checked_at__isnull=True) | Q(patent__status_checked_at__lte=since),
            Q(confirmed_alive_at__isnull=True) | Q(confirmed_alive_at__lte=since),
        )
        .select_related("patent", "organization")
        .order_by("pk")
    )


def _since(listing: Listing) -> datetime:
    """The last word about the status, or the opening of the offer where there never was one."""
    return fresh_since(listing) or listing.published_at or listing.created_at


def remind_due() -> int:
    """Remind licensors on day 23, day 28 and day 30, when new licenses stop; once each. Returns how many listings."""
    reminded = 0
    for listing in _silent(Listing.objects.filter(state__in=PUBLIC), REMIND_ON[0]):
        at = _since(listing)
        age = timezone.now() - at
        due = [days for days in REMIND_ON if age >= timedelta(days=days)]
        if not due:
            continue
        with transaction.atomic():
            listing = moving.refreshed(listing)
            frozen = due[-1] == REMIND_ON[-1]
            kind = "listing.frozen" if frozen else "listing.confirm_alive"
            day = day_of(at + timedelta(days=SUSPEND_ON if frozen else STATUS_DAYS))
            mark = f"{at:%Y%m%d}:{due[-1]}"
            reminded += bool(moving.remind_owners(listing, kind, mark=mark, day=day.isoformat()))
    return reminded


def tidy_due() -> int:
    """Suspend offers not confirmed for sixty days, revive confirmed ones, expire those of half a year; how many."""
    stale = Listing.objects.filter(state=S.SUSPENDED, stale_since__isnull=False)
    old = _silent(stale, EXPIRE_ON)
    done = sum(_expire(listing) for listing in old)
    fresh = timezone.now() - timedelta(days=STATUS_DAYS)
    heard = stale.filter(Q(patent__status_checked_at__gt=fresh) | Q(confirmed_alive_at__gt=fresh))
    done += sum(_take_up(listing) for listing in heard.select_related("patent").order_by("pk"))
    return done + sum(_suspend(listing) for listing in _silent(Listing.objects.filter(state__in=PUBLIC), SUSPEND_ON))


def _suspend(listing: Listing) -> bool:
    with transaction.atomic():
        listing = moving.lock(listing)
        at = _since(listing)
        if listing.state not in PUBLIC or timezone.now() - at < timedelta(days=SUSPEND_ON):
            return False
        reason = _("The legal status was not confirmed for %(days)d days.") % {"days": SUSPEND_ON}
        listing = moving.move(listing, "suspend", S.SUSPENDED, by=None, reason=reason, stale_since=timezone.now())
        moving.tell_owners(listing, "listing.stale", day=day_of(at + timedelta(days=EXPIRE_ON)).isoformat())
    return True


def _take_up(listing: Listing) -> bool:
    try:
        with transaction.atomic():
            listing = moving.lock(listing)
            if listing.patent.status not in ALIVE:
                return False
            return _revive(listing, None).state != S.SUSPENDED
    except NotNow:
        return False


def _expire(listing: Listing) -> bool:
    with transaction.atomic():
        listing = moving.lock(listing)
        if listing.state != S.SUSPENDED or listing.stale_since is None:
            return False
        if timezone.now() - _since(listing) < timedelta(days=EXPIRE_ON):
            return False
        reason = _("The legal status was not confirmed for %(days)d days.") % {"days": EXPIRE_ON}
        listing = moving.move(listing, "expire", S.EXPIRED, by=None, reason=reason)
        moving.tell_owners(listing, "listing.stale_expired")
    return True
