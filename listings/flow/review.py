"""The moderators' decisions: on the exact revision they saw, the first one wins (LIC-12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow import cases, moving
from listings.flow.asking import into_approval
from listings.flow.belonging import where_it_belongs
from listings.flow.opening import publicity_needed, start_publicity
from listings.flow.posting import Post
from listings.flow.refusing import language_of, require_reason
from listings.flow.writing import keep_revision
from listings.models import Listing, ListingState, Override, Reason, Review
from listings.reasons import Said, say
from listings.rules import RULES, Stage, check
from listings.states import STEPS, NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, Severity, blocking, refuse


def submit(listing: Listing, *, by: User, post: Post | None = None) -> Listing:
    """Hand a draft to the moderators, or first to the institution's own steps where its price takes them (INST-4).

    With `post` the steps are asked in letters with others that are submitted in the same act.

    Raises Refused with everything the rules still want, NotNow, PermissionDenied.
    """
    moving.require(by, listing, STEPS["submit"])
    with transaction.atomic():
        listing = moving.lock(listing)
        found = blocking(check(listing, Stage.SUBMIT))
        # What a moderator may let pass is for the moderator to say: it does not stop the submission.
        found = [finding for finding in found if not RULES[finding.rule].overridable]
        if any(finding.rule != "INST-4" for finding in found):
            raise Refused(found)
        if found:
            return into_approval(listing, by=by, post=post)
        listing = moving.move(
            listing, "submit", ListingState.SUBMITTED, by=by, submitted_at=timezone.now(), submitted_by=by
        )
        keep_revision(listing, by)
        moving.tell_moderators(listing, "listing.submitted")
    return listing


def _lock_revision(listing: Listing, revision: int) -> Listing:
    """The locked listing, if it is still the revision that the moderator saw. Raises NotNow."""
    locked = moving.lock(listing)
    if locked.revision != revision or locked.state != ListingState.SUBMITTED:
        raise NotNow(f"listing {locked.pk} is {locked.state} in revision {locked.revision}, not {revision}")
    return locked


def approve(listing: Listing, *, by: User, revision: int, note: str = "") -> Listing:
    """Approve a revision: it goes into publicity, waits for the announcement, or is on offer, as the rules want.

    Raises NotNow when somebody decided or edited first, Refused with what still stands against it.
    """
    moving.require(by, listing, STEPS["approve"])
    with transaction.atomic():
        listing = _lock_revision(listing, revision)
        to = where_it_belongs(listing)
        opened: dict[str, Any] = {"published_at": timezone.now()} if to == ListingState.PUBLISHED else {}
        listing = moving.move(listing, "approve", to, by=by, approved_revision=revision, **opened)
        Review.objects.create(listing=listing, revision=revision, decision="approved", reason=note, decided_by=by)
        if to == ListingState.PUBLICITY and publicity_needed(listing):
            start_publicity(listing, by=by)
        cases.close(listing)
        _tell_approval(listing)
    return moving.refreshed(listing)


def _tell_approval(listing: Listing) -> None:
    kinds = {
        ListingState.PUBLICITY: "listing.publicity",
        ListingState.AWAITING_ANNOUNCEMENT: "listing.awaiting",
        ListingState.PUBLISHED: "listing.published",
    }
    moving.tell_owners(listing, kinds[ListingState(listing.state)])


def send_back(
    listing: Listing, *, by: User, revision: int, reason: str = "", quoting: Iterable[Reason] = ()
) -> Listing:
    """Return a revision with the reasons; the submitter edits and submits again. Raises NotNow, Refused."""
    return _turn_down(listing, "return", by=by, revision=revision, said=say(reason, quoting))


def refuse_listing(
    listing: Listing, *, by: User, revision: int, reason: str = "", quoting: Iterable[Reason] = ()
) -> Listing:
    """Refuse a revision for good, with the reasons; the patent can be listed anew. Raises NotNow, Refused."""
    return _turn_down(listing, "refuse", by=by, revision=revision, said=say(reason, quoting))


_TURNED_DOWN = {
    "return": (ListingState.DRAFT, "returned", "listing.returned"),
    "refuse": (ListingState.REFUSED, "refused", "listing.refused"),
}


def _turn_down(listing: Listing, step: str, *, by: User, revision: int, said: Said) -> Listing:
    """Each person is told in his own language; the column keeps the submitter's."""
    to, decision, kind = _TURNED_DOWN[step]
    moving.require(by, listing, STEPS[step])
    require_reason(str(said))
    with transaction.atomic():
        listing = _lock_revision(listing, revision)
        told = said.to(language_of(listing))
        listing = moving.move(listing, step, to, by=by, reason=told)
        Review.objects.create(
            listing=listing,
            revision=revision,
            decision=decision,
            reason=said.free if said.quotes else told,
            quoted=said.stored(),
            decided_by=by,
        )
        cases.close(listing)
        moving.tell_owners(listing, kind, reason=said)
    return listing


def override(listing: Listing, *, rule: str, reason: str, by: User) -> Override:
    """Let a listing pass a rule that may be let pass, with a written reason that everybody can read.

    Raises Refused for any other rule, without a reason, or a second time; PermissionDenied.
    """
    moving.require_moderator(by)
    require_reason(reason)
    row = RULES.get(rule)
    if row is None or not row.overridable:
        raise refuse(rule, _("Nobody can let this rule pass."), _("The listing has to be changed."), field="rule")
    with transaction.atomic():
        listing = moving.lock(listing)
        if not any(finding.rule == rule for finding in check(listing) if finding.severity != Severity.INFO):
            raise refuse(rule, _("This rule has nothing against the listing."), field="rule")
        try:
            with transaction.atomic():
                passed = Override.objects.create(listing=listing, rule=rule, reason=reason.strip(), by=by)
        except IntegrityError as error:
            raise refuse(rule, _("This rule was let pass already."), field="rule") from error
        trail.record(Action.LISTING_OVERRIDE, listing, by=by, rule=rule, reason=reason, revision=listing.revision)
        moving.tell_owners(moving.touch(listing), "listing.overridden", rule=rule, reason=reason)
    return passed
