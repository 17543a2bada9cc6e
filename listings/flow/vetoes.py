"""What a veto does to an organization's listings: held at once, checked again one by one when it is lifted (INST-5).

Both are asked for by the outbox and may be asked again: what is done is found done.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.flow import moving
from listings.models import PUBLIC, Listing, ListingState, Review, TermSheetState
from listings.states import NotNow
from marketplace.accounts import effects, people
from marketplace.accounts.models import Organization, Role, Veto
from marketplace.lib.transactions import require_transaction
from marketplace.notices import notices

HELD = (ListingState.PUBLICITY, ListingState.AWAITING_ANNOUNCEMENT, *PUBLIC)


def on_vetoed(_key: str, payload: dict[str, Any]) -> None:
    """Suspend what the organization has on offer or on its way there, and tell its people how much that is."""
    veto = Veto.objects.select_related("organization", "by").filter(pk=payload["veto"]).first()
    if veto is None or veto.lifted_at is not None:
        return
    hold(veto)
    with transaction.atomic():
        held = veto.listing_reviews.count()
        if held:
            notices.tell(
                people.members(veto.organization, Role.OWNER, Role.LISTER),
                "listing.vetoed",
                key=f"listing.vetoed:{veto.pk}",
                path=reverse("listings:mine"),
                organization=veto.organization.name,
                count=held,
                reason=veto.reason,
            )


def hold(veto: Veto) -> int:
    """Suspend every offer of a vetoed organization; how many were."""
    held = 0
    for listing in Listing.objects.filter(organization=veto.organization_id, state__in=HELD).order_by("pk"):
        with transaction.atomic():
            try:
                _hold_one(listing, veto)
            except NotNow:
                continue
        held += 1
    return held


def _hold_one(listing: Listing, veto: Veto) -> None:
    require_transaction("veto")
    listing = moving.lock(listing)
    if not listing.organization.is_vetoed:
        raise NotNow("the veto was lifted meanwhile")
    listing = moving.move(listing, "suspend", ListingState.SUSPENDED, by=None, reason=veto.reason)
    Review.objects.create(
        listing=listing,
        revision=listing.revision,
        decision="suspended",
        reason=veto.reason,
        decided_by=veto.by,
        veto=veto,
    )


def register_effects() -> None:
    """Say to moderators what a veto would stop."""
    effects.register(
        "offers",
        label=_("Listings on offer or on their way there"),
        becomes=_("Suspended; no new licenses, those given stay."),
        count=lambda organization: organization.listings.filter(state__in=HELD).count(),
        order=10,
    )
    effects.register(
        "waiting",
        label=_("Listings that wait for a moderator"),
        becomes=_("Cannot be approved."),
        count=lambda organization: organization.listings.filter(state=ListingState.SUBMITTED).count(),
        order=20,
    )
    effects.register(
        "drafts",
        label=_("Drafts"),
        becomes=_("Cannot be submitted."),
        count=lambda organization: organization.listings.filter(state=ListingState.DRAFT).count(),
        order=30,
    )
    effects.register(
        "sheets",
        label=_("Signed term sheets"),
        becomes=_("Sign nothing while it stands."),
        count=lambda organization: organization.term_sheets.filter(state=TermSheetState.SIGNED).count(),
        order=40,
    )


def hold_vetoed() -> int:
    """Suspend what was approved at the very moment of a veto and so escaped it; how many were."""
    standing = Veto.objects.filter(
        lifted_at__isnull=True, organization__in=Organization.objects.filter(listings__state__in=HELD)
    ).select_related("by")
    return sum(hold(veto) for veto in standing)


def on_lifted(_key: str, payload: dict[str, Any]) -> None:
    """Send what the veto took down to the moderators' queue; nothing comes back on offer by itself."""
    veto = Veto.objects.filter(pk=payload["veto"], lifted_at__isnull=False).first()
    if veto is None:
        return
    for review in veto.listing_reviews.select_related("listing__declaration").order_by("pk"):
        with transaction.atomic():
            try:
                _check_again(review, veto)
            except NotNow:
                continue


def _check_again(review: Review, veto: Veto) -> None:
    """Into the queue; where a withdrawal was asked for, or another suspension came on top, a moderator resumes it."""
    listing = moving.lock(review.listing)
    newest = listing.reviews.first()
    declaration = getattr(listing, "declaration", None)
    if newest != review or (declaration is not None and declaration.withdrawal_requested_at):
        raise NotNow("something else stands against it")
    moving.move(
        listing,
        "recheck",
        ListingState.SUBMITTED,
        by=None,
        reason=veto.lift_reason,
        approved_revision=None,
        submitted_at=timezone.now(),
    )
