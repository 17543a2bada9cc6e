"""Objections during publicity: anyone makes one, it pauses the listing, a moderator decides (INST-2)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow import moving
from listings.flow.opening import advance
from listings.flow.refusing import require_reason
from listings.models import Listing, ListingState, Objection
from listings.states import STEPS, NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.vault.models import VaultFile


def object_to(
    listing: Listing, *, name: str, contact: str, text: str, by: User | None = None, evidence: VaultFile | None = None
) -> Objection:
    """Record an objection to a listing in publicity; it pauses the listing. `by` None is somebody without an account.

    Raises NotNow when the listing is in publicity no more.
    """
    with transaction.atomic():
        listing = moving.lock(listing)
        if listing.state != ListingState.PUBLICITY:
            raise NotNow(f"listing {listing.pk} is {listing.state}")
        if not (name.strip() and contact.strip() and text.strip()):
            raise refuse("INST-2", _("Name, contact and what you object to are needed."), field="text")
        objection = Objection.objects.create(
            listing=listing, name=name.strip(), contact=contact.strip(), text=text.strip(), evidence=evidence
        )
        trail.record(Action.LISTING_OBJECTION, listing, by=by, objection=objection.pk)
        listing = moving.touch(listing)
        moving.tell_moderators(listing, "listing.objection")
        moving.tell_owners(listing, "listing.objection_to_you")
    return objection


def decide_objection(objection: Objection, *, by: User, upheld: bool, decision: str) -> Objection:
    """Record the decision: upheld sends the listing back to a draft, not upheld lets the publicity go on.

    Raises NotNow when it was decided before, Refused without a reason, PermissionDenied.
    """
    moving.require_moderator(by)
    require_reason(decision)
    with transaction.atomic():
        listing = moving.lock(objection.listing)
        decided = Objection.objects.filter(pk=objection.pk, decided_at__isnull=True).update(
            upheld=upheld, decision=decision.strip(), decided_by=by, decided_at=timezone.now()
        )
        if not decided:
            raise NotNow(f"objection {objection.pk} was decided before")
        objection.refresh_from_db()
        trail.record(
            Action.LISTING_OBJECTION_DECIDE, listing, by=by, objection=objection.pk, upheld=upheld, reason=decision
        )
        if upheld and listing.state in STEPS["uphold"].source:
            listing = moving.move(listing, "uphold", ListingState.DRAFT, by=by, reason=decision, approved_revision=None)
        else:
            listing = moving.touch(listing)
        moving.tell_owners(listing, "listing.objection_decided", reason=decision)
        if not upheld and listing.state == ListingState.PUBLICITY:
            advance(listing, by=by)
    return objection
