"""The TEST keys of development (root, issuing, platform seal, time-stamp authority), and reading PEM files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

MARK = "TEST"  # stands in every common name, so that nobody takes such a seal for a real one
_DAYS = 7300  # the papers of a development machine should verify as long as it lives


class BadKeyFile(Exception):
    """A key or certificate file cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Where the TEST keys and certificates lie. `chain` is issuing + root; keys are unencrypted (mode 0600)."""

    folder: Path

    @property
    def root(self) -> Path:
        """The anchor that judges of development's papers trust."""
        return self.folder / "root.pem"

    @property
    def chain(self) -> Path:
        return self.folder / "chain.pem"

    @property
    def seal_key(self) -> Path:
        return self.folder / "seal.key"

    @property
    def seal_certificate(self) -> Path:
        return self.folder / "seal.pem"

    @property
    def tsa_key(self) -> Path:
        return self.folder / "tsa.key"

    @property
    def tsa_certificate(self) -> Path:
        return self.folder / "tsa.pem"


@dataclass(frozen=True, slots=True)
class _Issued:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def ensure_test_hierarchy(folder: Path, *, seal_days: int = _DAYS) -> Hierarchy:
    """The TEST hierarchy under `folder`, made at the first call. Safe when several processes call at once.

    `seal_days` is how long the seal's certificate lives; the others live twenty years.
    """
    made = Hierarchy(folder)
    _ensure(folder, made.tsa_certificate, lambda draft: _write_hierarchy(draft, seal_days))
    return made


def _ensure(folder: Path, last: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a draft that becomes `folder`, unless `last` of its files is there."""
    if last.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".pki-", dir=folder.parent))
    try:
        write(draft)
        folder.parent.mkdir(parents=True, exist_ok=True)
        os.rename(draft, folder)  # noqa: PTH104  fails where another process was first: its files stand
    except OSError:
        if not last.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class PartyAuthority:
    """Where the TEST authority that certifies parties lies. It shares nothing with the platform's own hierarchy."""

    folder: Path

    @property
    def root(self) -> Path:
        """The anchor that judges of parties' signatures trust."""
        return self.folder / "root.pem"

    @property
    def key(self) -> Path:
        return self.folder / "root.key"

    def certify(self, name: str, organization: str) -> tuple[ec.EllipticCurvePrivateKey, list[asn1_x509.Certificate]]:
        """A new key for one signature of this person, and its certificate before the root's; the key is kept nowhere.

        Raises BadKeyFile.
        """
        try:
            key = serialization.load_pem_private_key(self.key.read_bytes(), password=None)
            root = x509.load_pem_x509_certificate(self.root.read_bytes())
        except (OSError, ValueError) as cause:
            raise BadKeyFile(f"{self.folder}: {cause}") from cause
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise BadKeyFile(f"{self.key} is no elliptic-curve key")
        made = _issue(name, _Issued(key, root), commitment=True, days=365, organization=f"{MARK} {organization}")
        der = made.certificate.public_bytes(serialization.Encoding.DER)
        return made.key, [asn1_x509.Certificate.load(der), *certificates(self.root)]


def ensure_party_authority(folder: Path) -> PartyAuthority:
    """The TEST authority for parties under `folder`, made at the first call; safe when several processes call."""

    def write(draft: Path) -> None:
        root = _issue("signing authority for parties", None, ca_depth=0)
        _write(draft / "root.key", _key_pem(root.key))
        _write(draft / "root.pem", _pem(root))

    made = PartyAuthority(folder)
    _ensure(folder, made.root, write)
    return made


def _write_hierarchy(folder: Path, seal_days: int) -> None:
    root = _issue("root", None, ca_depth=1)
    issuing = _issue("issuing CA", root, ca_depth=0)
    seal = _issue("platform seal", issuing, commitment=True, days=seal_days)
    tsa = _issue("time-stamp authority", issuing, usages=[ExtendedKeyUsageOID.TIME_STAMPING])
    _write(folder / "root.pem", _pem(root))
    _write(folder / "issuing.pem", _pem(issuing))
    _write(folder / "chain.pem", _pem(issuing) + _pem(root))
    for name, issued in (("seal", seal), ("tsa", tsa)):
        _write(folder / f"{name}.key", _key_pem(issued.key))
        _write(folder / f"{name}.pem", _pem(issued))


def _issue(
    what: str,
    issuer: _Issued | None,
    *,
    ca_depth: int | None = None,
    commitment: bool = False,
    usages: Sequence[x509.ObjectIdentifier] = (),
    days: int = _DAYS,
    organization: str = "",
) -> _Issued:
    """A new P-256 key with its certificate; self-signed without an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(what, organization or f"Kaixu {MARK}")
    now = datetime.now(UTC)
    is_ca = ca_depth is not None
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=ca_depth), critical=True)
        .add_extension(_key_usage(is_ca=is_ca, commitment=commitment), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signing = issuer.key if issuer else key
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
    return _Issued(key, builder.sign(signing, hashes.SHA256()))


def _name(what: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Kaixu {MARK} {what}"[:64]),
        ]
    )


def _key_usage(*, is_ca: bool, commitment: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(issued: _Issued) -> bytes:
    return issued.certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)


def certificates(*files: Path | str) -> list[asn1_x509.Certificate]:
    """Every certificate of some PEM files, in order. Raises BadKeyFile for a file that has none."""
    found: list[asn1_x509.Certificate] = []
    for file in files:
        try:
            blocks = list(asn1_pem.unarmor(Path(file).read_bytes(), multiple=True))
            read = [asn1_x509.Certificate.load(der) for kind, _, der in blocks if kind == "CERTIFICATE"]
            for certificate in read:
                certificate.native  # noqa: B018  reads it whole: a broken one fails here, not at the first seal
        except (OSError, ValueError) as cause:
            raise BadKeyFile(f"{file}: {cause}") from cause
        if not read:
            raise BadKeyFile(f"{file} holds no certificate")
        found += read
    return found


def is_test(certificate: asn1_x509.Certificate) -> bool:
    """Whether a certificate says of itself that it is for tests, in its own name or its issuer's."""
    return any(MARK in str(name.human_friendly) for name in (certificate.subject, certificate.issuer))


def anchors(chain: Sequence[asn1_x509.Certificate]) -> list[asn1_x509.Certificate]:
    """The self-signed certificates of a chain; where there is none, its last one."""
    return [c for c in chain if c.self_signed in {"yes", "maybe"}] or list(chain[-1:])


def stamp_anchors() -> list[asn1_x509.Certificate]:
    """The certificates that time stamps are checked against; production has none unless set. Raises BadKeyFile."""
    if settings.TIMESTAMP_TRUST_FILE:
        return certificates(settings.TIMESTAMP_TRUST_FILE)
    if settings.PRODUCTION:
        return []
    return certificates(ensure_test_hierarchy(Path(settings.TEST_PKI_ROOT)).root)
