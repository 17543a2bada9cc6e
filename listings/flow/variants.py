"""Writing the variants of a listing: further terms beside its own, each chosen by a licensee as an offer of its own."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from listings import variants
from listings.flow import moving
from listings.flow.writing import Draft, bound, fitting, settle_edit, write_terms
from listings.models import Listing, OfferTerms, Track
from listings.states import EDITABLE, NotNow
from marketplace.accounts.models import User
from marketplace.lib.findings import refuse


def put_variant(
    listing: Listing, *, by: User, label: str, draft: Draft, key: str = "", revision: int | None = None
) -> Listing:
    """Add a variant, or change the one of `key`. The draft tells `terms` and `prices`, or a `sheet`.

    The listing is settled as after any edit: what is on offer goes back to the moderators. Raises Refused on the open
    track (one price for everybody, TRACK-1), for a name in use and for one variant too many; NotNow, PermissionDenied.
    """
    moving.require_lister(by, listing.organization)
    with transaction.atomic():
        listing = _lock(listing, revision)
        before = bound(listing)
        row = _row(listing, key)
        row.label = _label(listing, label, row)
        row.term_sheet = fitting(draft.sheet, listing)
        write_terms(row, draft, row.term_sheet)
        return settle_edit(moving.refreshed(listing), by, binds=bound(listing) != before)


def drop_variant(listing: Listing, *, by: User, key: str, revision: int | None = None) -> Listing:
    """Take a variant off; licenses given under it stay. Raises NotNow when it is gone, PermissionDenied."""
    moving.require_lister(by, listing.organization)
    with transaction.atomic():
        listing = _lock(listing, revision)
        before = bound(listing)
        gone, _rows = listing.variants.filter(code=key).delete()
        if not gone:
            raise NotNow(f"listing {listing.pk} has no variant {key}")
        return settle_edit(moving.refreshed(listing), by, binds=bound(listing) != before)


def _lock(listing: Listing, revision: int | None) -> Listing:
    listing = moving.lock(listing)
    if listing.track == Track.OPEN:
        raise refuse(
            "TRACK-1",
            _("An open license is announced at one price for everybody: it has no variants."),
            _("Offer variants as a preset license."),
        )
    if listing.state not in EDITABLE or (revision is not None and revision != listing.revision):
        raise NotNow(f"listing {listing.pk} is {listing.state} in revision {listing.revision}")
    return listing


def _row(listing: Listing, key: str) -> OfferTerms:
    if key:
        row = listing.variants.filter(code=key).first()
        if row is None:
            raise NotNow(f"listing {listing.pk} has no variant {key}")
        return row
    if listing.variants.count() >= variants.MOST:
        raise refuse(
            "LIC-E",
            _("A listing has at most %(count)d variants: nobody compares more.") % {"count": variants.MOST},
            _("Change one of them, or take one off."),
        )
    last = listing.variants.aggregate(last=Max("position"))["last"]
    return OfferTerms(variant_of=listing, position=(last or 0) + 1)


def _label(listing: Listing, label: str, row: OfferTerms) -> str:
    label = " ".join(label.split())
    taken = listing.variants.filter(label=label).exclude(pk=row.pk).exists()
    if not label or taken or label == listing.terms.label:
        raise refuse(
            "LIC-E",
            _("The variant needs a name of its own."),
            _("Say in a few words what sets it apart, e.g. “five years”."),
            field="label",
        )
    return label


__all__ = ["drop_variant", "put_variant"]
