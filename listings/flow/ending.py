"""How an offer ends: taken back, withdrawn in two steps, expired; and the word that it still stands."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow import moving
from listings.flow.refusing import require_reason
from listings.models import Declaration, EncumbranceKind, Listing, ListingState
from listings.rules import RULES
from listings.states import STEPS, NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.lib.terms import start_of, today

S = ListingState


def request_withdrawal(listing: Listing, *, by: User, reason: str) -> Listing:
    """Say that the declaration will be withdrawn (DECL-7, first step): the offer stands until the announcement.

    Raises Refused without a legitimate reason, NotNow, PermissionDenied.
    """
    step = STEPS["request_withdrawal"]
    moving.require(by, listing, step)
    require_reason(reason)
    with transaction.atomic():
        listing = moving.lock(listing)
        if not hasattr(listing, "declaration"):
            raise NotNow(f"listing {listing.pk} has no declaration")
        Declaration.objects.filter(listing=listing).update(
            withdrawal_requested_at=timezone.now(), withdrawal_reason=reason[:500]
        )
        listing = moving.move(listing, "request_withdrawal", S.WITHDRAWAL_REQUESTED, by=by, reason=reason)
        moving.tell_moderators(listing, "listing.withdrawal_requested", reason=reason)
    return listing


def withdraw(listing: Listing, *, by: User, reason: str = "", announced_on: date | None = None) -> Listing:
    """Take a listing off the offer; licenses given before stay.

    A declared open license needs the day on which the patent office announces the withdrawal (DECL-7, second step): it
    takes effect at 00:00 Asia/Shanghai of that day, by itself where the day is still to come. Everything else ends at
    once. Raises Refused, NotNow, PermissionDenied.
    """
    with transaction.atomic():
        listing = moving.lock(listing)
        name = _way_out(listing)
        moving.require(by, listing, STEPS[name])
        if name == "withdraw":
            return _withdraw_declared(listing, by, announced_on)
        return moving.move(listing, name, S.WITHDRAWN, by=by, reason=reason)


def _way_out(listing: Listing) -> str:
    for name in ("drop", "end_offer", "withdraw"):
        if listing.state in STEPS[name].source and listing.track in STEPS[name].tracks:
            return name
    raise NotNow(f"an {listing.track} listing that is {listing.state} cannot be withdrawn in one step")


def _withdraw_declared(listing: Listing, by: User, announced_on: date | None) -> Listing:
    declaration = listing.declaration
    if announced_on is None:
        raise refuse(
            "DECL-7",
            _("The day of the announcement is missing."),
            _("Record the day on which the patent office announces the withdrawal."),
            citation=RULES["DECL-7"].citation,
            field="announced_on",
        )
    if announced_on < declaration.announced_on or (declaration.withdrawn_on and declaration.withdrawn_on <= today()):
        raise refuse(
            "DECL-7",
            _("The withdrawal cannot be announced before the declaration."),
            _("Correct the date."),
            citation=RULES["DECL-7"].citation,
            field="announced_on",
        )
    declaration.withdrawn_on = announced_on
    declaration.save(update_fields=["withdrawn_on"])
    listing.patent.encumbrances.filter(
        kind=EncumbranceKind.OPEN_DECLARATION, reference=declaration.number, ends_at__isnull=True
    ).update(ends_at=start_of(announced_on))
    if announced_on <= today():
        return moving.move(listing, "withdraw", S.WITHDRAWN, by=by, reason=declaration.withdrawal_reason)
    trail.record(Action.LISTING_WITHDRAW_REQUEST, listing, by=by, withdrawn_on=announced_on)
    return moving.touch(listing)


def expire_due() -> int:
    """End what has ended by the calendar: patents past their last day, withdrawals announced; returns how many."""
    over = Listing.objects.filter(state__in=STEPS["expire"].source, patent__last_day__lt=today())
    announced = Listing.objects.filter(state=S.WITHDRAWAL_REQUESTED, declaration__withdrawn_on__lte=today())
    return sum(_end(listing, "withdraw", S.WITHDRAWN) for listing in announced.order_by("pk")) + sum(
        _end(listing, "expire", S.EXPIRED) for listing in over.order_by("pk")
    )


def _end(listing: Listing, name: str, to: ListingState) -> bool:
    with transaction.atomic():
        listing = moving.lock(listing)
        if listing.state not in STEPS[name].source:
            return False
        listing = moving.move(listing, name, to, by=None)
        moving.tell_owners(listing, f"listing.{to.value}")
    return True
