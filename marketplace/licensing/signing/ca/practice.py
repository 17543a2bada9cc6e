"""A certificate authority for practice: signs PAdES with a TEST certificate made on the spot. Never in production.

The key lives for one signature and on our own machine, so what it signs proves nothing; TEST stands in its name.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asn1crypto import keys as asn1_keys
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.lib import pki, timestamp
from marketplace.lib.apart import apart
from marketplace.licensing.signing.ca import AuthorityUnavailable, NotSigned, Signatory, Visit

if TYPE_CHECKING:
    from asn1crypto import x509

PIN = "2468"
_RESERVED = 49_152


class PracticeAuthority:
    """The TEST authority of development."""

    name = "practice"
    title = _("Practice authority (TEST)")
    is_test = True
    asks = "pin"

    def begin(self, pdf: bytes, signatory: Signatory, return_url: str) -> Visit:
        """The person stays on our own page."""
        return Visit("", {"pin": PIN})

    def finish(self, pdf: bytes, signatory: Signatory, state: Mapping[str, Any], answer: Mapping[str, str]) -> bytes:
        """The PDF with a PAdES B-T signature appended."""
        if answer.get(self.asks, "").strip() != state.get("pin"):
            raise NotSigned(_("The PIN is wrong. The practice authority's PIN is shown above the field."))
        try:
            return apart(lambda: _append(pdf, signatory))
        except Exception as cause:  # a time stamp that fails does so in many ways
            raise AuthorityUnavailable(f"{type(cause).__name__}: {cause}") from cause

    def anchors(self) -> list[x509.Certificate]:
        """Its own TEST root."""
        return pki.certificates(_authority().root)


def _authority() -> pki.PartyAuthority:
    if settings.PRODUCTION:
        raise pki.BadKeyFile("the practice authority does not sign in production")
    return pki.ensure_party_authority(Path(settings.TEST_PKI_ROOT).with_name("pki-parties"))


def _append(pdf: bytes, signatory: Signatory) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key, (certificate, *above) = _authority().certify(signatory.name, signatory.organization)
    known = SimpleCertificateStore()
    known.register_multiple(above)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signer = SimpleSigner(certificate, asn1_keys.PrivateKeyInfo.load(der), known)
    metadata = PdfSignatureMetadata(
        field_name=signatory.field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=f"TEST: {signatory.reference}",
        name=signatory.name,
    )
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    PdfSigner(metadata, signer, timestamper=timestamp.stamper()).sign_pdf(writer, output=out, bytes_reserved=_RESERVED)
    return out.getvalue()
