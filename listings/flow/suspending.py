"""Taking an offer down for a while: by a moderator, or at once when a gate closes (DECL-8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from listings.flow import moving
from listings.flow.belonging import where_it_belongs
from listings.flow.refusing import language_of, require_reason
from listings.models import PUBLIC, Listing, ListingState, Patent, Reason, Review
from listings.reasons import say
from listings.rules import check_patent
from listings.states import STEPS
from marketplace.accounts.models import User
from marketplace.lib.findings import blocking

APPROVED = (ListingState.PUBLICITY, ListingState.AWAITING_ANNOUNCEMENT, *PUBLIC)


def suspend(listing: Listing, *, by: User, reason: str = "", quoting: Iterable[Reason] = ()) -> Listing:
    """A moderator takes a listing down for a while; licenses stay. Raises NotNow, Refused, PermissionDenied."""
    moving.require(by, listing, STEPS["suspend"])
    said = say(reason, quoting)
    require_reason(str(said))
    with transaction.atomic():
        listing = moving.lock(listing)
        told = said.to(language_of(listing))
        listing = moving.move(listing, "suspend", ListingState.SUSPENDED, by=by, reason=told)
        Review.objects.create(
            listing=listing,
            revision=listing.revision,
            decision="suspended",
            reason=said.free if said.quotes else told,
            quoted=said.stored(),
            decided_by=by,
        )
        moving.tell_owners(listing, "listing.suspended", reason=said)
    return listing


def suspend_for_health(patent: Patent) -> list[Listing]:
    """Suspend the offers that a patent's present facts forbid. Requires a transaction; returns those suspended."""
    stopped = []
    for listing in patent.listings.filter(state__in=APPROVED):
        listing = moving.lock(listing)
        found = blocking(check_patent(listing.patent, listing.track))
        passed = set(listing.overrides.values_list("rule", flat=True))
        found = [finding for finding in found if finding.rule not in passed]
        if not found or listing.state not in APPROVED:
            continue
        reason = " ".join(str(finding) for finding in found)
        listing = moving.move(listing, "suspend", ListingState.SUSPENDED, by=None, reason=reason)
        moving.tell_owners(listing, "listing.suspended", reason=listing.state_reason)
        moving.tell_moderators(listing, "listing.suspended_by_rule", reason=listing.state_reason)
        stopped.append(listing)
    return stopped


def resume(listing: Listing, *, by: User, reason: str = "") -> Listing:
    """Put a suspended listing back where it belongs now. Raises NotNow, Refused with what still stands against it."""
    moving.require(by, listing, STEPS["resume"])
    with transaction.atomic():
        listing = moving.lock(listing)
        to = where_it_belongs(listing)
        opened: dict[str, Any] = {"published_at": listing.published_at or timezone.now()} if to in PUBLIC else {}
        listing = moving.move(listing, "resume", to, by=by, reason=reason, **opened)
        moving.tell_owners(listing, "listing.resumed", state=ListingState(listing.state).label)
    return listing
