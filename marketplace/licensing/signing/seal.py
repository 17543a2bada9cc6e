"""The platform's seal: PAdES B-T with a time stamp, or nothing."""

from __future__ import annotations

import asyncio
import io
import logging

from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from marketplace.lib import pki, timestamp
from marketplace.lib.apart import apart
from marketplace.licensing.signing import keys
from marketplace.licensing.signing.inspection import inspect, trust

logger = logging.getLogger(__name__)
FIELD = "Seal1"
_RESERVED = 16_384  # bytes kept for the signature with its chain and any authority's time stamp


class SealUnavailable(Exception):
    """No seal now: a key or every time-stamp authority is out of reach. The paper stays as it was; try again later."""


class NoTimeStamp(SealUnavailable):
    """No seal now because no time-stamp authority answered, or what it answered does not hold."""


def seal_pdf(pdf: bytes, *, name: str) -> bytes:
    """The PDF with the platform's seal appended; its own bytes stay the first revision (LIC-6).

    `name` is the paper's reference, kept in the seal as its reason. The seal certifies: afterwards only form filling
    and further signatures are allowed, which no paper of ours uses. A file that parties have signed with certificates
    is sealed by an ordinary signature, after theirs. Raises SealUnavailable; never gives out a file
    whose seal and time stamp do not hold (DOC-3).
    """
    try:
        signer = keys.signer(keys.places())
        stamper = timestamp.stamper()
    except timestamp.NoAuthority as cause:
        raise NoTimeStamp(str(cause)) from cause
    except pki.BadKeyFile as cause:
        raise SealUnavailable(str(cause)) from cause
    first = b"/ByteRange" not in pdf  # only the first signature of a file can certify it (ISO 32000-2, 12.8.2.2)
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=first,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        reason=f"Platform seal: {name} as recorded. Not a party's signature.",
        location=settings.SITE_URL,
    )
    out = io.BytesIO()
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        sealer = PdfSigner(metadata, signer, timestamper=stamper)
        apart(lambda: sealer.sign_pdf(writer, output=out, bytes_reserved=2 * _RESERVED))
    except Exception as cause:  # a garbled time stamp raises ValueError, a closed port OSError, a bad nonce others
        raise NoTimeStamp(f"{type(cause).__name__}: {cause}") from cause
    sealed = out.getvalue()
    _require_sound(pdf, sealed)
    return sealed


def sign_bytes(data: bytes) -> bytes:
    """The platform's detached signature over some bytes (CMS, DER) with a time stamp over it.

    Raises SealUnavailable when a key or every time-stamp authority is out of reach.
    """
    try:
        signer, stamper = keys.signer(keys.places()), timestamp.stamper()
        signed = apart(
            lambda: asyncio.run(signer.async_sign_general_data(data, "sha256", timestamper=stamper, use_cades=True))
        )
    except Exception as cause:  # as for a PDF: a stamp that fails does so in many ways
        raise SealUnavailable(f"{type(cause).__name__}: {cause}") from cause
    return bytes(signed.dump())


def _require_sound(pdf: bytes, sealed: bytes) -> None:
    """An authority can answer with a stamp over something else, or by a key we do not know: look before giving out."""
    seen = inspect(sealed, trust()).seal
    if not (
        sealed.startswith(pdf)
        and seen
        and seen.ours
        and seen.sound
        and seen.trusted
        and seen.whole_file
        and seen.stamp_ok
    ):
        raise NoTimeStamp(f"the seal just made does not hold: {seen}")
