"""Objections during publicity: anyone makes one, it pauses the listing, a moderator decides (INST-2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow import moving
from listings.flow.opening import advance
from listings.flow.refusing import language_of, require_reason
from listings.models import Listing, ListingState, Objection, Reason
from listings.reasons import Said, say
from listings.rules.institution import is_over, publicity_of
from listings.states import STEPS, NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.notices import notices
from marketplace.outbox import outbox
from marketplace.vault.models import VaultFile

DECIDED = "listing.objection_decided"  # payload: objection


def object_to(
    listing: Listing,
    *,
    name: str,
    contact: str,
    text: str,
    by: User | None = None,
    evidence: Sequence[VaultFile] = (),
) -> Objection:
    """Record an objection to a listing in publicity; it pauses the listing. `by` None is somebody without an account.

    Raises NotNow when the listing is in publicity no more, Refused without words or for a second one of the same person
    while the first is undecided.
    """
    if not (name.strip() and contact.strip() and text.strip()):
        raise refuse("INST-2", _("Name, contact and what you object to are needed."), field="text")
    with transaction.atomic():
        listing = moving.lock(listing)
        publicity = publicity_of(listing)
        if listing.state != ListingState.PUBLICITY or publicity is None or is_over(publicity):
            raise NotNow(f"listing {listing.pk} is {listing.state}")
        _require_first(listing, by, contact.strip())
        objection = Objection.objects.create(
            listing=listing,
            name=name.strip(),
            contact=contact.strip(),
            text=text.strip(),
            evidence=evidence[0] if evidence else None,
            objector=by,
        )
        objection.files.set(evidence[1:])
        trail.record(Action.LISTING_OBJECTION, listing, by=by, objection=objection.pk)
        listing = moving.touch(listing)
        moving.tell_moderators(listing, "listing.objection")
        moving.tell_owners(listing, "listing.objection_to_you")
    return objection


def _require_first(listing: Listing, by: User | None, contact: str) -> None:
    """One undecided objection of one person at a time. Raises Refused."""
    mine = Q(objector=by) if by is not None else Q(objector__isnull=True, contact__iexact=contact)
    if listing.objections.filter(mine, decided_at__isnull=True).exists():
        raise refuse(
            "INST-2",
            _("Your objection to this listing is recorded already and not decided yet."),
            _("You will hear of the decision; object again after it where something new comes up."),
            field="text",
        )


def decide_objection(
    objection: Objection, *, by: User, upheld: bool, decision: str = "", quoting: Iterable[Reason] = ()
) -> Objection:
    """Record the decision: upheld sends the listing back to a draft, not upheld lets the publicity go on.

    The licensor's people and whoever objected are told, each in his language. Raises NotNow when it was decided
    before, Refused without a reason, PermissionDenied.
    """
    moving.require_moderator(by)
    said = say(decision, quoting)
    require_reason(str(said))
    with transaction.atomic():
        listing = moving.lock(objection.listing)
        told = said.to(language_of(listing))
        decided = Objection.objects.filter(pk=objection.pk, decided_at__isnull=True).update(
            upheld=upheld, decision=told, decided_by=by, decided_at=timezone.now()
        )
        if not decided:
            raise NotNow(f"objection {objection.pk} was decided before")
        objection.refresh_from_db()
        trail.record(
            Action.LISTING_OBJECTION_DECIDE, listing, by=by, objection=objection.pk, upheld=upheld, reason=told
        )
        if upheld and listing.state in STEPS["uphold"].source:
            listing = moving.move(listing, "uphold", ListingState.DRAFT, by=by, reason=told, approved_revision=None)
        else:
            listing = moving.touch(listing)
        moving.tell_owners(listing, "listing.objection_decided", reason=said)
        _tell_objector(objection, listing, said)
        if not upheld and listing.state == ListingState.PUBLICITY:
            advance(listing, by=by)
    return objection


def _tell_objector(objection: Objection, listing: Listing, said: Said) -> None:
    """A person with an account finds it in the inbox; a guest gets a mail from the outbox."""
    if objection.objector is None:
        outbox.add(DECIDED, key=f"objection:{objection.pk}", objection=objection.pk)
        return
    notices.tell(
        [objection.objector],
        "listing.your_objection_upheld" if objection.upheld else "listing.your_objection_dismissed",
        key=f"listing.your_objection:{objection.pk}",
        path=reverse("listings:publicity_list"),
        title=listing.patent.title,
        reason=said,
    )
