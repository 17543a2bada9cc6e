"""RFC 3161 time stamps: the configured authorities in order, or the TEST authority inside this process."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, handle_tsp_response
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from marketplace.lib import der, pki
from marketplace.lib.apart import apart

der.mend()
logger = logging.getLogger(__name__)
SECONDS = 8  # how long one authority may take before the next is asked
TEST_POLICY = "1.3.6.1.4.1.99999.1"


class NoAuthority(Exception):
    """No time-stamp authority is configured, and outside development there is no other."""


def stamper() -> TimeStamper:
    """Who stamps now: settings.TIMESTAMP_URLS in their order, else the TEST authority (never in production).

    Raises NoAuthority in production without configured authorities.
    """
    if settings.TIMESTAMP_URLS:
        return InOrder([RequestsHTTPTimeStamper(url, timeout=SECONDS) for url in settings.TIMESTAMP_URLS])
    if settings.PRODUCTION:
        raise NoAuthority("TIMESTAMP_URLS is not set")
    return test_stamper(pki.ensure_test_hierarchy(Path(settings.TEST_PKI_ROOT)))


class NoStamp(Exception):
    """No authority gave a proper time stamp now; try again later."""


def token(data: bytes) -> tuple[bytes, datetime]:
    """A time stamp (RFC 3161 token, DER) over some bytes, and the instant it names (UTC).

    Raises NoAuthority where none is configured, NoStamp when none answers properly.
    """
    asked, digest = stamper(), hashlib.sha256(data).digest()
    try:
        stamped = apart(lambda: asyncio.run(asked.async_timestamp(digest, "sha256")))
        _match(stamped, digest)
    except Exception as cause:  # a garbled reply fails in many ways
        raise NoStamp(f"{type(cause).__name__}: {cause}") from cause
    info = stamped["content"]["encap_content_info"]["content"].parsed
    when: datetime = info["gen_time"].native
    return bytes(stamped.dump()), when


def stamps(stamp: bytes, data: bytes) -> bool:
    """Whether a token is a believed authority's, whole, and over exactly these bytes; never raises."""
    try:
        signed = cms.ContentInfo.load(stamp)["content"]
        when = signed["encap_content_info"]["content"].parsed["gen_time"].native
        known = pki.stamp_anchors()
        context = ValidationContext(
            trust_roots=pki.anchors(known), other_certs=known, moment=when, allow_fetching=False
        )
        digest = hashlib.sha256(data).digest()
        status = apart(lambda: asyncio.run(validate_tst_signed_data(signed, context, lambda _algorithm: digest)))
    except Exception:  # noqa: BLE001  what cannot be read does not hold
        return False
    return bool(status["intact"] and status["valid"] and status["trust_problem_indic"] is None)


def test_stamper(hierarchy: pki.Hierarchy) -> TestAuthority:
    """The TEST authority with the keys of a hierarchy. Raises pki.BadKeyFile."""
    try:
        key = serialization.load_pem_private_key(hierarchy.tsa_key.read_bytes(), password=None)
    except (OSError, ValueError) as cause:
        raise pki.BadKeyFile(f"{hierarchy.tsa_key}: {cause}") from cause
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise pki.BadKeyFile(f"{hierarchy.tsa_key} is no elliptic-curve key")
    return TestAuthority(key, pki.certificates(hierarchy.tsa_certificate, hierarchy.chain))


class InOrder(TimeStamper):
    """Asks one authority after the other until one answers properly."""

    def __init__(self, authorities: Sequence[TimeStamper]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.authorities = tuple(authorities)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The first proper time stamp. Raises TimestampRequestError when no authority gives one."""
        for number, authority in enumerate(self.authorities, start=1):
            try:
                token = await authority.async_timestamp(message_digest, md_algorithm)
                _match(token, message_digest)
            except Exception as cause:  # noqa: BLE001  a garbled reply fails in many ways, the next one may do better
                logger.warning("time-stamp authority %d failed: %s", number, type(cause).__name__)
            else:
                return token
        raise TimestampRequestError(f"none of {len(self.authorities)} authorities answered properly")


def _match(token: cms.ContentInfo, message_digest: bytes) -> None:
    """Raise ValueError unless the token stamps exactly this digest."""
    info = token["content"]["encap_content_info"]["content"].parsed
    if info["message_imprint"]["hashed_message"].native != message_digest:
        raise ValueError("the authority stamped something else")


class TestAuthority(TimeStamper):
    """A time-stamp authority that lives in this process and signs with a TEST key. Development and tests only."""

    __test__ = False  # no test case, whatever its name suggests

    def __init__(self, key: ec.EllipticCurvePrivateKey, chain: Sequence[x509.Certificate]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._key = key
        self._certificate, *self._others = chain

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over the digest, dated by this machine's clock."""
        nonce, request = self.request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
        return handle_tsp_response(tsp.TimeStampResp.load(self.answer(request)), nonce)

    def answer(self, request: tsp.TimeStampReq) -> bytes:
        """The reply to a request, as it would go over the wire: a tree built in memory is slow to write out again."""
        signed = cms.SignedData.load(self._signed_data(request).dump())
        token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
        granted = tsp.PKIStatusInfo({"status": tsp.PKIStatus("granted")})
        reply: bytes = tsp.TimeStampResp({"status": granted, "time_stamp_token": token}).dump()
        return reply

    def _signed_data(self, request: tsp.TimeStampReq) -> cms.SignedData:
        now = datetime.now(UTC).replace(microsecond=0)
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": tsp.ObjectIdentifier(TEST_POLICY),
                "message_imprint": request["message_imprint"],
                "serial_number": secrets.randbits(63),
                "gen_time": now,
                "accuracy": {"seconds": 1},
                "nonce": request["nonce"],
                "tsa": x509.GeneralName(name="directory_name", value=self._certificate.subject),
            }
        ).dump()
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        content = {"content_type": cms.ContentType("tst_info"), "content": cms.ParsableOctetString(info)}
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": cms.DigestAlgorithms((sha256,)),
                "encap_content_info": cms.EncapsulatedContentInfo(content),
                "certificates": [self._certificate, *self._others],
                "signer_infos": [self._signer_info(info, now, sha256)],
            }
        )

    def _signer_info(self, info: bytes, now: datetime, sha256: algos.DigestAlgorithm) -> cms.SignerInfo:
        digest = hashes.Hash(hashes.SHA256())
        digest.update(info)
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_time", cms.Time({"utc_time": core.UTCTime(now)})),
                simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(self._certificate)),
                simple_cms_attribute("message_digest", digest.finalize()),
            ]
        )
        issuer = {"issuer": self._certificate.issuer, "serial_number": self._certificate.serial_number}
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(issuer)}),
                "digest_algorithm": sha256,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signed_attrs": attributes,
                "signature": self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
            }
        )
