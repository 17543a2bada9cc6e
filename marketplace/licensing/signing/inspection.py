"""What pyHanko finds in a PDF: bare facts, no words. It reads files of strangers and believes nothing."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from marketplace.lib import pki
from marketplace.lib.apart import apart
from marketplace.licensing.signing import LIMIT, ca, keys

UNPACKED_LIMIT = 100 * 2**20  # bytes of all compressed parts together
MOST_SIGNATURES = 8
_CHATTY = logging.getLogger("pyhanko")  # logs a stack trace for every forgery it refuses


class Trouble(StrEnum):
    """Why a file cannot be looked into."""

    NONE = ""
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_PDF = "not_pdf"
    ENCRYPTED = "encrypted"
    BOMB = "bomb"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Seen:
    """One signature in the file. `end` is where the bytes it covers end; `stamp_ok` is None without a time stamp."""

    ours: bool
    name: str
    issuer: str
    certificate: str  # SHA-256 of its DER, hex
    is_test: bool
    sound: bool
    trusted: bool
    whole_file: bool
    end: int
    stamped_at: datetime | None
    stamp_ok: bool | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is in the file."""

    trouble: Trouble = Trouble.NONE
    signatures: tuple[Seen, ...] = ()

    @property
    def seal(self) -> Seen | None:
        """The platform's seal, if there is one; else the first signature there is."""
        return next((s for s in self.signatures if s.ours), self.signatures[0] if self.signatures else None)


@dataclass(frozen=True, slots=True)
class Trust:
    """Which certificates are believed: the platform's own, the authorities above them, and those of time stamps."""

    ours: frozenset[bytes]
    chain: tuple[x509.Certificate, ...]
    stamp_anchors: tuple[x509.Certificate, ...]
    parties: tuple[x509.Certificate, ...] = ()


def trust() -> Trust:
    """What the settings say. Raises pki.BadKeyFile."""
    where = keys.places()
    ours = frozenset(c.sha256 for c in keys.ours(where))
    return Trust(ours, tuple(keys.chain(where)), tuple(pki.stamp_anchors()), tuple(ca.anchors()))


def inspect(pdf: bytes, believed: Trust) -> Inspection:
    """Look into a file. Never raises for what is in it."""
    _CHATTY.setLevel(logging.CRITICAL)
    if trouble := _outside(pdf):
        return Inspection(trouble)
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        if reader.encrypted:
            return Inspection(Trouble.ENCRYPTED)
        found = reader.embedded_signatures[:MOST_SIGNATURES]
        return Inspection(signatures=tuple(_look(signature, believed) for signature in found))
    except Exception:  # noqa: BLE001  a hostile file fails in any way it likes; what cannot be read is not accepted
        return Inspection(Trouble.UNREADABLE)


def _outside(pdf: bytes) -> Trouble:
    """What can be told without parsing."""
    if not pdf:
        return Trouble.EMPTY
    if len(pdf) > LIMIT:
        return Trouble.TOO_LARGE
    if b"%PDF-" not in pdf[:1024]:
        return Trouble.NOT_PDF
    return Trouble.BOMB if _is_bomb(pdf) else Trouble.NONE


def _is_bomb(pdf: bytes) -> bool:
    """Whether the compressed parts would unpack to more than anybody needs, or are packed twice."""
    if re.search(rb"/(?:FlateDecode|Fl)\s*/(?:FlateDecode|Fl)\b", pdf):
        return True
    left = UNPACKED_LIMIT
    for start in re.finditer(rb"stream\r?\n", pdf):
        unpacker = zlib.decompressobj()
        try:
            left -= len(unpacker.decompress(pdf[start.end() :], left + 1))
        except zlib.error:
            continue
        if left < 0:
            return True
    return False


def _look(signature: EmbeddedPdfSignature, believed: Trust) -> Seen:
    """One signature. What goes wrong inside makes it unsound, not the file unreadable."""
    certificate = signature.signer_cert
    ours = certificate.sha256 in believed.ours
    who = {
        "ours": ours,
        "name": _called(certificate.subject),
        "issuer": _called(certificate.issuer),
        "certificate": certificate.sha256.hex(),
        "is_test": pki.is_test(certificate),
    }
    ranges = [int(number) for number in signature.byte_range]
    end = ranges[-2] + ranges[-1] if len(ranges) == 4 else 0
    stamped = _stamp_time(signature)
    try:
        chain = believed.chain if ours else believed.parties
        status = apart(lambda: _validate(signature, chain, believed.stamp_anchors, stamped))
    except Exception:  # noqa: BLE001  see inspect()
        return Seen(**who, sound=False, trusted=False, whole_file=False, end=end, stamped_at=None, stamp_ok=None)
    stamp = status.timestamp_validity
    return Seen(
        **who,
        sound=bool(status.intact and status.valid),
        trusted=bool(status.trusted),
        whole_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        end=end,
        stamped_at=stamp.timestamp if stamp else None,
        stamp_ok=bool(stamp.valid and stamp.intact and stamp.trusted) if stamp else None,
    )


def _called(name: x509.Name) -> str:
    return str(name.native.get("common_name") or name.human_friendly)


def _validate(
    signature: EmbeddedPdfSignature,
    chain: Iterable[x509.Certificate],
    stamps: Iterable[x509.Certificate],
    stamped: datetime | None,
) -> Any:
    return validate_pdf_signature(
        signature,
        signer_validation_context=_context(chain, stamped),
        ts_validation_context=_context(stamps, None),
        skip_diff=True,  # what was appended is judged by coverage alone: nothing may follow the seal
    )


def _context(certificates: Iterable[x509.Certificate], moment: datetime | None) -> Any:
    """Trust in these certificates' anchors, at the time of the stamp (the seal outlives its certificate) or now."""
    known = list(certificates)
    return ValidationContext(trust_roots=pki.anchors(known), other_certs=known, moment=moment, allow_fetching=False)


def _stamp_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """The instant that the time stamp names, before anybody has checked it."""
    try:
        tokens = [
            attribute["values"][0]["content"]
            for attribute in signature.signer_info["unsigned_attrs"]
            if attribute["type"].native == "signature_time_stamp_token"
        ]
        return tokens[0]["encap_content_info"]["content"].parsed["gen_time"].native if tokens else None
    except Exception:  # noqa: BLE001  a broken stamp is reported by the validation itself
        return None
