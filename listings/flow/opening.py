"""From approval to the offer: publicity, the announcement, and what opens by itself when its time has come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow import moving
from listings.flow.belonging import where_it_belongs
from listings.flow.encumbering import encumber
from listings.models import Declaration, EncumbranceKind, Listing, ListingState, Publicity, Track
from listings.rules import RULES
from listings.rules.institution import PUBLICITY_DAYS, needs_publicity, publicity_of, publicity_sha256
from listings.states import EDITABLE, STEPS, NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, refuse
from marketplace.lib.terms import next_working_day, start_of, today
from marketplace.vault.models import VaultFile

S = ListingState


def last_day_of(starts_on: date) -> date:
    """The last day for objections to a publicity that begins on a day: fifteen days, the first not counted.

    One that falls on a legal holiday moves to the next working day (CC 201, 203).
    """
    return next_working_day(starts_on + timedelta(days=PUBLICITY_DAYS))


def start_publicity(listing: Listing, *, by: User) -> Publicity:
    """Begin publicity on this platform today, for fifteen days; the same terms again give the one that runs.

    Called by the approval; a moderator may call it where terms changed meanwhile. Raises PermissionDenied.
    """
    moving.require_moderator(by)
    with transaction.atomic():
        listing = moving.lock(listing)
        running = publicity_of(listing)
        if running is not None:
            return running
        publicity = Publicity.objects.create(
            listing=listing,
            starts_on=today(),
            ends_on=last_day_of(today()),
            terms_sha256=publicity_sha256(listing),
        )
        _record_publicity(listing, publicity, by)
    return publicity


def _record_publicity(listing: Listing, publicity: Publicity, by: User) -> None:
    trail.record(
        Action.LISTING_PUBLICITY,
        listing,
        by=by,
        publicity=publicity.pk,
        starts_on=publicity.starts_on,
        ends_on=publicity.ends_on,
        terms_sha256=publicity.terms_sha256,
    )


def record_publicity(
    listing: Listing, *, by: User, starts_on: date, ends_on: date, held_at: str, proof: VaultFile | None
) -> Publicity:
    """Record a publicity that the institution held elsewhere, with place, dates and proof (INST-1).

    Opens the listing where that was all it waited for. Raises Refused when a fact is missing, PermissionDenied.
    """
    if not by.is_staff:
        moving.require_lister(by, listing.organization)
    _publicity_fits(starts_on, ends_on, held_at, proof)
    with transaction.atomic():
        listing = moving.lock(listing)
        if listing.state not in EDITABLE:
            raise NotNow(f"listing {listing.pk} is {listing.state}")
        publicity = Publicity.objects.create(
            listing=listing,
            starts_on=starts_on,
            ends_on=ends_on,
            held_at=held_at.strip(),
            proof=proof,
            terms_sha256=publicity_sha256(listing),
        )
        _record_publicity(listing, publicity, by)
        moving.tell_moderators(moving.touch(listing), "listing.publicity_recorded", held_at=publicity.held_at)
        if listing.state == S.PUBLICITY:
            advance(listing, by=by)
    return publicity


def record_publicity_of_terms(
    listing: Listing,
    *,
    by: User,
    starts_on: date,
    ends_on: date,
    held_at: str,
    proof: VaultFile | None,
    terms_sha256: str,
) -> Publicity:
    """Record that an institution has made terms public that were negotiated with one firm (INST-1).

    `terms_sha256` names the version; the offer itself does not move. Raises Refused, PermissionDenied.
    """
    if not by.is_staff:
        moving.require_lister(by, listing.organization)
    _publicity_fits(starts_on, ends_on, held_at, proof)
    with transaction.atomic():
        listing = moving.lock(listing)
        publicity = Publicity.objects.create(
            listing=listing,
            starts_on=starts_on,
            ends_on=ends_on,
            held_at=held_at.strip(),
            proof=proof,
            terms_sha256=terms_sha256,
        )
        _record_publicity(listing, publicity, by)
    return publicity


def _publicity_fits(starts_on: date, ends_on: date, held_at: str, proof: VaultFile | None) -> None:
    citation = RULES["INST-1"].citation
    if not held_at.strip():
        raise refuse("INST-1", _("It is not said where it was held."), _("Name the page or board."), field="held_at")
    if proof is None:
        raise refuse("INST-1", _("The proof is missing."), _("Upload the page or the stamped notice."), field="proof")
    if ends_on < starts_on + timedelta(days=PUBLICITY_DAYS):
        raise refuse(
            "INST-1",
            _("The publicity was shorter than fifteen days."),
            _("Correct the dates, or let it be held on this platform."),
            citation=citation,
            field="ends_on",
        )
    if ends_on >= today():
        raise refuse(
            "INST-1",
            _("The publicity is not over yet."),
            _("Record it on the day after its last day."),
            citation=citation,
            field="ends_on",
        )


def record_declaration(
    listing: Listing, *, by: User, number: str, announced_on: date, evidence: VaultFile | None = None
) -> Declaration:
    """Record the patent office's announcement of the open license (TRACK-1), and open what waited for it.

    From the announcement on nothing exclusive can stand beside it. Raises Refused, NotNow, PermissionDenied.
    """
    if not by.is_staff:
        moving.require_lister(by, listing.organization)
    _declaration_fits(listing, number, announced_on, evidence, by)
    with transaction.atomic():
        listing = moving.lock(listing)
        if listing.state not in EDITABLE:
            raise NotNow(f"listing {listing.pk} is {listing.state}")
        if getattr(listing, "declaration", None) is not None and listing.published_at is not None:
            raise NotNow(f"listing {listing.pk} was opened under {listing.declaration.number}")
        declaration = _store_declaration(listing, number.strip(), announced_on, evidence)
        trail.record(
            Action.DECLARATION_RECORD, listing, by=by, number=declaration.number, announced_on=declaration.announced_on
        )
        _bind(listing, declaration, by)
        listing = moving.touch(listing)
        moving.tell_moderators(listing, "listing.declaration_recorded", number=declaration.number)
        if listing.state == S.AWAITING_ANNOUNCEMENT:
            advance(listing, by=by)
    return declaration


def _declaration_fits(listing: Listing, number: str, announced_on: date, evidence: VaultFile | None, by: User) -> None:
    citation = RULES["TRACK-1"].citation
    if listing.track != Track.OPEN:
        raise refuse("TRACK-2", _("A preset license has no declaration."), _("List it as an open license."))
    if not number.strip():
        raise refuse("TRACK-1", _("The declaration's number is missing."), citation=citation, field="number")
    if announced_on > today():
        raise refuse(
            "TRACK-1",
            _("The day of the announcement lies in the future."),
            _("Record it on that day."),
            citation=citation,
            field="announced_on",
        )
    if evidence is None and not by.is_staff:
        raise refuse(
            "TRACK-1",
            _("The evidence is missing."),
            _("Upload the page of the gazette or the office's notice."),
            citation=citation,
            field="evidence",
        )


def _store_declaration(listing: Listing, number: str, announced_on: date, evidence: VaultFile | None) -> Declaration:
    try:
        with transaction.atomic():
            declaration, _new = Declaration.objects.update_or_create(
                listing=listing,
                defaults={"number": number, "announced_on": announced_on, "evidence": evidence},
            )
    except IntegrityError as error:
        raise refuse(
            "TRACK-1",
            _("A declaration with this number is on record for another listing."),
            _("Compare it with the gazette; each declaration has a number of its own."),
            citation=RULES["TRACK-1"].citation,
            field="number",
        ) from error
    return declaration


def _bind(listing: Listing, declaration: Declaration, by: User) -> None:
    """Let the declaration bind the patent from its announcement on; a corrected one takes the place of the first."""
    listing.patent.encumbrances.filter(kind=EncumbranceKind.OPEN_DECLARATION, ends_at__isnull=True).exclude(
        reference=declaration.number
    ).delete()
    encumber(
        listing.patent,
        kind=EncumbranceKind.OPEN_DECLARATION,
        starts_at=start_of(declaration.announced_on),
        holder=listing.organization.name,
        reference=declaration.number,
        by=by,
    )


def advance(listing: Listing, *, by: User | None = None) -> Listing:
    """Open a listing as far as the rules let it: the same listing, unmoved, where they do not yet.

    Raises NotNow where it neither waits for publicity nor for the announcement.
    """
    with transaction.atomic():
        listing = moving.lock(moving.refreshed(listing))
        if listing.state not in STEPS["advance"].source:
            raise NotNow(f"listing {listing.pk} is {listing.state}")
        try:
            to = where_it_belongs(listing)
        except Refused as refused:
            moving.tell_owners(listing, "listing.held_up", reason=str(refused))
            return listing
        if to == listing.state or to not in STEPS["advance"].target:
            return listing
        opened: dict[str, Any] = {"published_at": listing.published_at or timezone.now()} if to == S.PUBLISHED else {}
        listing = moving.move(listing, "advance", to, by=by, **opened)
        moving.tell_owners(listing, "listing.published" if to == S.PUBLISHED else "listing.awaiting")
    return listing


def publish_due() -> int:
    """Open what waits no longer: publicity that is over, declarations announced by now; returns how many moved."""
    waiting = Listing.objects.filter(state__in=STEPS["advance"].source).order_by("pk")
    moved = 0
    for listing in waiting:
        was = listing.state
        try:
            moved += advance(listing).state != was
        except NotNow:
            continue
    return moved


def publicity_needed(listing: Listing) -> bool:
    """Whether a publicity has still to be begun for the terms as they stand."""
    return needs_publicity(listing) and publicity_of(listing) is None
