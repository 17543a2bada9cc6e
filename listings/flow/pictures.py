"""Pictures of a listing: added, told in words, taken off."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from listings import pictures
from listings.flow import moving
from listings.flow.writing import settle_edit
from listings.models import Listing, Picture
from listings.states import EDITABLE, NotNow
from marketplace.accounts.models import User
from marketplace.lib.findings import refuse
from marketplace.vault.files import store


def add_picture(listing: Listing, *, by: User, data: bytes, alt: str) -> Picture:
    """Encode a picture anew and put it behind the others. `alt` tells what it shows.

    Raises BadPicture for what is no picture, BadFile when the day's quota is used up, Refused without words or for one
    too many, NotNow, PermissionDenied.
    """
    moving.require_lister(by, listing.organization)
    alt = _words(alt)
    encoded = pictures.encode(data)
    with transaction.atomic():
        listing = _lock(listing)
        if listing.pictures.count() >= pictures.MOST:
            raise refuse(
                "WEB-2",
                _("A listing has at most %(count)d pictures.") % {"count": pictures.MOST},
                _("Take one off first."),
                field="picture",
            )
        last = listing.pictures.aggregate(last=Max("position"))["last"]
        place = (last or 0) + 1
        file = store(encoded.data, kind=pictures.KIND, name=f"picture-{place}.jpg", by=by, subject=listing)
        made = Picture.objects.create(
            listing=listing, file=file, alt=alt, width=encoded.width, height=encoded.height, position=place
        )
        settle_edit(listing, by, binds=False)
    return made


def remove_picture(picture: Picture, *, by: User) -> None:
    """Take a picture off; the file stays in the vault for those who decided on it. Raises NotNow, PermissionDenied."""
    moving.require_lister(by, picture.listing.organization)
    with transaction.atomic():
        listing = _lock(picture.listing)
        gone, _rows = Picture.objects.filter(pk=picture.pk).delete()
        if not gone:
            raise NotNow(f"picture {picture.pk} is gone")
        settle_edit(listing, by, binds=False)


def _lock(listing: Listing) -> Listing:
    listing = moving.lock(listing)
    if listing.state not in EDITABLE:
        raise NotNow(f"listing {listing.pk} is {listing.state}")
    return listing


def _words(alt: str) -> str:
    alt = " ".join(alt.split())
    if not alt:
        raise refuse(
            "STORY-1",
            _("It is not said what the picture shows."),
            _("Say it in a few words, for people who cannot see it."),
            field="alt",
        )
    return alt


__all__ = ["add_picture", "remove_picture"]
