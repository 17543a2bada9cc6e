"""How any step moves a listing: who is asked, what is locked, one conditional UPDATE, what is left behind."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from listings.models import Listing, ListingState, Patent, TermSheet
from listings.states import STEPS, NotNow, Step, Who
from marketplace.accounts import people
from marketplace.accounts.current import may, roles
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit import trail
from marketplace.notices import notices
from marketplace.outbox import outbox

TOPIC = "listing.moved"
HEALTH = "patent.health_changed"


def require_lister(user: User, organization: Organization | None) -> None:
    """Let in a lister or owner of the organization. Raises PermissionDenied."""
    if organization is None or not may(user, organization, Role.LISTER):
        raise PermissionDenied(_("This takes the role “lister” in the organization. Ask an owner for it."))


def require_owner_or_signatory(user: User, organization: Organization) -> None:
    """Let in who may end a standing offer. Raises PermissionDenied."""
    if not roles(user, organization) & {Role.OWNER.value, Role.SIGNATORY.value}:
        raise PermissionDenied(_("This takes the role “owner” or “signatory” in the organization."))


def require_moderator(user: User) -> None:
    """Let in a moderator. Raises PermissionDenied."""
    if not (user.is_staff and user.is_active):
        raise PermissionDenied(_("Only the platform's moderators can do this."))


def require(user: User | None, listing: Listing, step: Step) -> None:
    """Let in who may take the step; None is the clock. Raises PermissionDenied."""
    if user is None:
        if Who.SYSTEM not in step.who:
            raise PermissionDenied(_("This step is taken by a person."))
    elif not (Who.MODERATOR in step.who and user.is_staff and user.is_active):
        if Who.LISTER in step.who:
            require_lister(user, listing.organization)
        else:
            require_moderator(user)


def lock(listing: Listing) -> Listing:
    """The listing as it is now, locked with its patent until the transaction ends; order patent, listing (OUT-9)."""
    Patent.objects.select_for_update(of=("self",)).get(pk=listing.patent_id)
    return (
        Listing.objects.select_for_update(of=("self",))
        .select_related("patent__organization", "organization", "terms", "term_sheet", "declaration")
        .get(pk=listing.pk)
    )


def move(listing: Listing, name: str, to: ListingState, *, by: User | None, reason: str = "", **fields: Any) -> Listing:
    """Take a step of the table with one conditional UPDATE on the state and revision that were looked at (LIC-12).

    `fields` are further columns. Requires a transaction. Raises NotNow when something moved first.
    """
    step = STEPS[name]
    was = listing.state
    if was not in step.source or to not in step.target or listing.track not in step.tracks:
        raise NotNow(f"cannot {name} a listing that is {was}")
    moved = Listing.objects.filter(pk=listing.pk, state=was, revision=listing.revision).update(
        state=to, state_reason=reason[:500], version=F("version") + 1, **fields
    )
    if not moved:
        raise NotNow(f"listing {listing.pk} moved on before it could {name}")
    listing = refreshed(listing)
    facts: dict[str, Any] = {"was": was, "now": listing.state, "revision": listing.revision}
    trail.record(step.action, listing, by=by, **facts, **({"reason": reason} if reason else {}))
    leave_moved(listing)
    return listing


def refreshed(listing: Listing) -> Listing:
    """The same listing read again with what belongs to it."""
    return Listing.objects.select_related(
        "patent__organization", "organization", "terms", "term_sheet", "declaration"
    ).get(pk=listing.pk)


def leave_moved(listing: Listing) -> None:
    """Let the index and others hear of the version that is stored now."""
    outbox.add(TOPIC, key=f"{listing.pk}:{listing.version}", listing=listing.pk, version=listing.version)


def touch(listing: Listing, **fields: Any) -> Listing:
    """Change columns that move no state; grows the version and lets others hear of it. Requires a transaction."""
    Listing.objects.filter(pk=listing.pk).update(version=F("version") + 1, **fields)
    listing = refreshed(listing)
    leave_moved(listing)
    return listing


def touch_all(patent: Patent) -> None:
    """A patent's facts changed: every listing of it is another version now."""
    for listing in patent.listings.all():
        touch(listing)


def desk_path(listing: Listing) -> str:
    """The owner's page of a listing."""
    return reverse("listings:mine_one", args=[listing.code])


def sheet_path(sheet: TermSheet) -> str:
    """The owner's page of a term sheet."""
    return reverse("listings:term_sheet", args=[sheet.code])


def moderation_path(listing: Listing) -> str:
    """The moderators' page of a listing."""
    return reverse("listings_moderation:listing", args=[listing.code])


def owners(listing: Listing) -> list[User]:
    """Who is told about a listing: the organization's listers and owners, and who submitted it."""
    told = list(people.members(listing.organization, Role.LISTER, Role.OWNER))
    submitter = listing.submitted_by
    if submitter and submitter not in told and submitter in people.members(listing.organization):
        told.append(submitter)
    return told


def tell_owners(listing: Listing, kind: str, **facts: Any) -> None:
    """Tell the licensor's people; once per version."""
    notices.tell(
        owners(listing),
        kind,
        key=f"{kind}:{listing.pk}:{listing.version}",
        path=desk_path(listing),
        title=listing.patent.title,
        **facts,
    )


def remind_owners(listing: Listing, kind: str, *, mark: str, **facts: Any) -> int:
    """Tell the licensor's people once per `mark`, whatever the version; how many were told."""
    told = notices.tell(
        owners(listing),
        kind,
        key=f"{kind}:{listing.pk}:{mark}",
        path=desk_path(listing),
        title=listing.patent.title,
        **facts,
    )
    return len(told)


def tell_moderators(listing: Listing, kind: str, **facts: Any) -> None:
    """Tell the moderators; once per version."""
    notices.tell(
        people.moderators(),
        kind,
        key=f"{kind}:{listing.pk}:{listing.version}",
        path=moderation_path(listing),
        title=listing.patent.title,
        organization=listing.organization.name,
        **facts,
    )
