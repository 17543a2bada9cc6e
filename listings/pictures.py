"""Pictures of an offer: looked at, made smaller and encoded anew, so that nothing of the uploaded file remains."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from listings.models import Listing, Picture
from marketplace.lib.findings import Finding, Severity, Unfit
from marketplace.vault import kinds
from marketplace.vault.reading import readable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from PIL import Image

    from marketplace.accounts.models import User
    from marketplace.vault.models import VaultFile

KIND = "listing_picture"
PROOF = "maturity_proof"
MOST = 6  # of one listing
LARGEST = 10 * kinds.MIB  # of an upload
PIXELS = 40_000_000  # of an upload; more is a bomb or a scan nobody needs
EDGE = 1600  # of what is kept
FORMATS = ("JPEG", "PNG", "WEBP")


class BadPicture(Unfit):
    """A file that is no picture we keep; `finding` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as it is kept: JPEG without anything else in it, its size in pixels."""

    data: bytes
    width: int
    height: int


def _bad(message: str, remedy: str) -> BadPicture:
    return BadPicture(Finding("WEB-2", Severity.BLOCK, message, remedy, field="picture"))


def encode(data: bytes) -> Encoded:
    """The picture anew: turned upright, at most 1600 pixels wide and high, as JPEG. Raises BadPicture."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(data) > LARGEST:
        raise _bad(
            _("The picture is larger than %(size)d MB.") % {"size": LARGEST // kinds.MIB},
            _("Save it smaller; 1,600 pixels in width are enough."),
        )
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS:
                raise _bad(_("The picture has too many pixels."), _("Save it smaller."))
            upright = ImageOps.exif_transpose(opened)
            flat = _flat(upright)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, BadPicture):
            raise
        raise _bad(
            _("This is not a readable picture."), _("Choose a JPEG, PNG or WebP that your computer can open.")
        ) from error
    flat.thumbnail((EDGE, EDGE))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=82, optimize=True)
    return Encoded(out.getvalue(), flat.width, flat.height)


def _flat(picture: Image.Image) -> Image.Image:
    """On white, without transparency, in RGB."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture)
    return picture.convert("RGB")


def _reads(user: User | AnonymousUser, file: VaultFile) -> bool:
    """Whoever sees the listing sees its pictures and the proof of its maturity."""
    seen = Listing.objects.visible_to(user)
    if file.kind == PROOF:
        return seen.filter(maturity_file=file).exists()
    return Picture.objects.filter(file=file, listing__in=seen).exists()


def register() -> None:
    """Say what these files may be and who opens them."""
    kinds.register(KIND, kinds.Kind(frozenset({kinds.JPEG}), 4 * kinds.MIB, inline=True))
    kinds.register(PROOF, kinds.Kind())
    readable(KIND, _reads)
    readable(PROOF, _reads)
