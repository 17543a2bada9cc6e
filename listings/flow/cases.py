"""Who has which listing on the desk: taken, given, released. It hinders nobody's decision; it says who is at it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow import moving
from listings.models import Listing, ListingState, ReviewCase
from listings.states import NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.notices import notices


def take(listing: Listing, *, by: User) -> ReviewCase:
    """Take a listing that nobody has. Raises NotNow where somebody was faster or it waits no more."""
    return _assign(listing, by, by=by, was=None)


def give(listing: Listing, *, to: User, by: User) -> ReviewCase:
    """Give a listing to another moderator, who is told, whoever has it now. Raises Refused, NotNow."""
    moving.require_moderator(by)
    if not (to.is_staff and to.is_active):
        raise refuse("LIC-12", _("Only a moderator can check it."), _("Choose another person."), field="moderator")
    case, _new = ReviewCase.objects.get_or_create(listing=listing)
    with transaction.atomic():
        case = _assign(listing, to, by=by, was=case.moderator_id)
        if to != by:
            notices.tell(
                [to],
                "listing.given",
                key=f"listing.given:{listing.pk}:{case.taken_at.isoformat() if case.taken_at else ''}",
                path=moving.moderation_path(listing),
                title=listing.patent.title,
                name=str(by),
            )
    return case


def _assign(listing: Listing, to: User, *, by: User, was: int | None) -> ReviewCase:
    moving.require_moderator(by)
    with transaction.atomic():
        case, _new = ReviewCase.objects.get_or_create(listing=listing)
        moved = ReviewCase.objects.filter(pk=case.pk, moderator=was, listing__state=ListingState.SUBMITTED).update(
            moderator=to, taken_at=timezone.now()
        )
        if not moved:
            raise NotNow(f"listing {listing.pk} is in other hands or waits no more")
        trail.record(Action.LISTING_ASSIGN, listing, by=by, to=to.pk, was=was)
    case.refresh_from_db()
    return case


def release(listing: Listing, *, by: User) -> None:
    """Put a listing back for everybody. Raises NotNow where it is not `by`'s."""
    moving.require_moderator(by)
    with transaction.atomic():
        if not ReviewCase.objects.filter(listing=listing, moderator=by).update(moderator=None, taken_at=None):
            raise NotNow(f"listing {listing.pk} is not {by.pk}'s")
        trail.record(Action.LISTING_RELEASE, listing, by=by)


def close(listing: Listing) -> None:
    """The decision ends who has it. Requires the decision's transaction."""
    ReviewCase.objects.filter(listing=listing).update(moderator=None, taken_at=None)
