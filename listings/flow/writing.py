"""Writing a listing: made from a patent, edited, copied. Nothing typed is lost, nothing half-stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings import offers, variants
from listings.flow import moving
from listings.flow.asking import into_approval
from listings.models import ClassPrice, Listing, ListingState, OfferTerms, Patent, Revision, TermSheet, Track
from listings.prices import TERM_FIELDS, class_prices_of, terms_dict
from listings.rules.approval import waiting_steps
from listings.states import EDITABLE, NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse

TEXTS = (
    "headline",
    "problem",
    "products",
    "industry",
    "gains",
    "gains_source",
    "adoption",
    "also_needed",
    "maturity",
    "maturity_proof",
    "contact_name",
    "contact_phone",
    "contact_email",
)
BINDING = ("related_party_mark", "related_parties", "co_owner_default", "signature_levels")
OWN_TERMS = (*TERM_FIELDS, "fee_explanation", "royalty_trigger_confirmed", "label")
APPROVED = frozenset(
    {ListingState.PUBLICITY, ListingState.AWAITING_ANNOUNCEMENT, ListingState.PUBLISHED, ListingState.SUSPENDED}
)

FILES = ("maturity_file",)
AWAY = APPROVED | {ListingState.SUBMITTED}  # out of the writer's hands


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form or an import says about a listing; what is not named stays as it is.

    `texts` are the columns of TEXTS, FILES and BINDING, `terms` those of OWN_TERMS, `prices` {LicenseeClass: minor
    units} (None: unchanged). With a `sheet` the terms are the sheet's, whatever `terms` says about them.
    """

    texts: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    prices: Mapping[str, int] | None = None
    sheet: TermSheet | None = None
    undertaking: bool | None = None

    def __post_init__(self) -> None:
        unknown = set(self.texts) - {*TEXTS, *FILES, *BINDING} | set(self.terms) - set(OWN_TERMS)
        if unknown:
            raise ValueError(f"not part of a listing: {sorted(unknown)}")


def create(patent: Patent, *, track: Track | str, by: User, draft: Draft | None = None) -> Listing:
    """Begin a listing of a patent on a track. Raises Refused where one lives there already, PermissionDenied."""
    moving.require_lister(by, patent.organization)
    if patent.organization is None:
        raise refuse("PRESET-1", _("A reference record cannot be offered."), _("Put the patent on your own record."))
    draft = draft or Draft()
    with transaction.atomic():
        listing = Listing(patent=patent, organization=patent.organization, track=Track(track), created_by=by)
        _prefill(listing)
        _write_texts(listing, draft)
        listing.term_sheet = fitting(draft.sheet, listing)
        _save_once(listing)
        terms = OfferTerms(listing=listing, acts=["make", "use", "offer", "sell"])
        write_terms(terms, draft, listing.term_sheet)
        trail.record(Action.LISTING_CREATE, listing, by=by, patent=patent.pk, track=listing.track)
        moving.leave_moved(listing)
    return moving.refreshed(listing)


def _prefill(listing: Listing) -> None:
    """The organization's contact, so that nobody types it twice."""
    organization = listing.organization
    listing.contact_name = organization.contact_name
    listing.contact_phone = organization.contact_phone
    listing.contact_email = organization.contact_email


def _save_once(listing: Listing) -> None:
    try:
        with transaction.atomic():
            listing.save()
    except IntegrityError as error:
        raise refuse(
            "TRACK-2" if listing.track == Track.PRESET else "TRACK-1",
            _("This patent is listed on this track already."),
            _("Open that listing and edit it, or choose the other track."),
            field="track",
        ) from error


def fitting(sheet: TermSheet | None, listing: Listing) -> TermSheet | None:
    """The sheet, if it can serve this listing: the preset track, the same organization, signed."""
    if sheet is None:
        return None
    if listing.track != Track.PRESET:
        raise refuse(
            "LIC-K", _("Term sheets serve the preset track only."), _("State the terms here."), field="term_sheet"
        )
    if sheet.organization_id != listing.organization_id:
        raise refuse("LIC-K", _("This term sheet is another organization's."), field="term_sheet")
    if not sheet.snapshot:
        raise refuse(
            "LIC-K",
            _("The term sheet is not signed yet."),
            _("The signatory signs it under “Term sheets”."),
            field="term_sheet",
        )
    return sheet


def _write_texts(listing: Listing, draft: Draft) -> None:
    for name, value in draft.texts.items():
        setattr(listing, name, value)
    if draft.undertaking is not None:
        given = listing.undertaking_at or timezone.now()
        listing.undertaking_at = given if draft.undertaking else None


def _names_related(listing: Listing) -> None:
    """An offer that is out of the writer's hands and open to related parties names them (LIC-J)."""
    if listing.related_party_mark and not listing.related_parties.strip() and listing.state != ListingState.DRAFT:
        raise refuse(
            "LIC-J",
            _("The offer is open to related parties, and none is named."),
            _("Name each one in a line of its own, with what connects you."),
            field="related_parties",
        )


def write_terms(terms: OfferTerms, draft: Draft, sheet: TermSheet | None) -> None:
    """Store a draft's terms, or a sheet's, with the prices by class. Requires a transaction."""
    told = {**draft.terms}
    prices = draft.prices
    if sheet is not None:
        signed = dict(sheet.snapshot["terms"])
        prices = signed.pop("class_prices")
        told |= signed
    for name, value in told.items():
        setattr(terms, name, value)
    terms.save()
    if prices is not None:
        terms.class_prices.all().delete()
        ClassPrice.objects.bulk_create(
            ClassPrice(terms=terms, licensee_class=name, fee_minor=fee) for name, fee in prices.items()
        )


def bound(listing: Listing) -> dict[str, Any]:
    """What a moderator approves and a licensee signs: its change needs a new review."""
    terms = listing.terms
    return {
        "terms": terms_dict(terms),
        "fee_explanation": terms.fee_explanation,
        "royalty_trigger_confirmed": terms.royalty_trigger_confirmed,
        "sheet": listing.term_sheet_id,
        **{name: getattr(listing, name) for name in BINDING},
        "variants": [
            (str(row.code), row.label, row.position, terms_dict(row), row.term_sheet_id)
            for row in listing.variants.order_by("pk")
        ],
    }


def edit(listing: Listing, *, by: User, draft: Draft, revision: int | None = None) -> Listing:
    """Change a listing. `revision` is the one the person saw; another one meanwhile raises NotNow.

    A draft changes freely. While the moderators have it, each edit makes a new revision for them to look at. Once
    approved, corrections of texts stay on offer, and a change of what binds goes back to the moderators and off the
    offer; terms that the patent office announced cannot change at all. Raises Refused, NotNow, PermissionDenied.
    """
    moving.require_lister(by, listing.organization)
    with transaction.atomic():
        listing = moving.lock(listing)
        if listing.state not in EDITABLE or (revision is not None and revision != listing.revision):
            raise NotNow(f"listing {listing.pk} is {listing.state} in revision {listing.revision}")
        before = bound(listing)
        _write_texts(listing, draft)
        _names_related(listing)
        if draft.sheet is not None or draft.terms or draft.prices is not None:
            listing.term_sheet = fitting(draft.sheet, listing)
            write_terms(listing.terms, draft, listing.term_sheet)
        listing.save()
        listing = moving.refreshed(listing)
        return settle_edit(listing, by, binds=bound(listing) != before)


def settle_edit(listing: Listing, by: User, *, binds: bool) -> Listing:
    """Give an edit the revision, state and trail it needs."""
    if binds and listing.track == Track.OPEN and getattr(listing, "declaration", None) is not None:
        raise refuse(
            "TRACK-1",
            _("These terms are those that the patent office announced; they cannot be changed here."),
            _("Withdraw the declaration first, then list the patent anew. Texts and contact can be corrected."),
            citation="《专利法》第50条第2款",
        )
    if binds and listing.state in AWAY and waiting_steps(listing):
        return into_approval(listing, by=by, revision=listing.revision + 1)
    submitted_before = listing.revisions.filter(number=listing.revision).exists()
    anew = submitted_before and (binds or listing.state not in APPROVED)
    if binds and listing.state in APPROVED:
        listing = moving.move(
            listing,
            "revise",
            ListingState.SUBMITTED,
            by=by,
            revision=listing.revision + 1,
            approved_revision=None,
            submitted_at=timezone.now(),
            submitted_by=by,
        )
        keep_revision(listing, by)
        moving.tell_moderators(listing, "listing.submitted")
        return listing
    listing = moving.touch(listing, revision=listing.revision + (1 if anew else 0))
    trail.record(Action.LISTING_EDIT, listing, by=by, revision=listing.revision, state=listing.state, binds=binds)
    if listing.state == ListingState.SUBMITTED:
        keep_revision(listing, by)
    elif listing.state in APPROVED:
        moving.tell_moderators(listing, "listing.corrected")
    return listing


def keep_revision(listing: Listing, by: User) -> Revision:
    """Keep the whole offer as it stands under its revision's number. Requires a transaction."""
    told = offers.snapshot(listing) | {
        "texts": {name: getattr(listing, name) for name in (*TEXTS, *BINDING)}
        | {name: str(file.code) for name in FILES if (file := getattr(listing, name))}
        | {"pictures": [picture.alt for picture in listing.pictures.all()]},
        "fee_explanation": listing.terms.fee_explanation,
        "variants": {row.label: terms_dict(row) for row in variants.rows(listing)},
    }
    kept, _new = Revision.objects.update_or_create(
        listing=listing, number=listing.revision, defaults={"snapshot": told, "made_by": by}
    )
    return kept


def copy(listing: Listing, *, by: User, patent: Patent, track: Track | str | None = None) -> Listing:
    """A new draft with the same texts and terms for another patent (or the same one, listed no more).

    What holds for one patent only, numbers of gain, proof of maturity and the undertaking, is not copied.
    """
    track = Track(track or listing.track)
    once = {"gains", "gains_source", "maturity_proof", "co_owner_default"}
    same_track = track == listing.track
    sheet = listing.term_sheet if same_track else None
    with transaction.atomic():
        made = create(
            patent,
            track=track,
            by=by,
            draft=Draft(
                texts={name: getattr(listing, name) for name in (*TEXTS, *BINDING) if name not in once},
                terms={name: getattr(listing.terms, name) for name in OWN_TERMS if name != "royalty_trigger_confirmed"},
                prices=class_prices_of(listing.terms) if same_track else None,
                sheet=sheet,
            ),
        )
        for row in variants.rows(listing) if same_track else []:
            draft = Draft(terms={name: getattr(row, name) for name in TERM_FIELDS}, prices=class_prices_of(row))
            beside = OfferTerms(variant_of=made, label=row.label, position=row.position, term_sheet=row.term_sheet)
            write_terms(beside, draft, None)
    return made
