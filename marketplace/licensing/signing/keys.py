"""Which key seals, and which certificates make a seal ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import x509
from django.conf import settings

from marketplace.lib import der, pki

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

der.mend()


@dataclass(frozen=True, slots=True)
class Places:
    """The files of the seal: its key, its certificates (today's first, earlier ones after it) and their chain."""

    key: str
    certificates: str
    chain: str


def places() -> Places:
    """The configured files, else those of the TEST hierarchy (never in production).

    Raises pki.BadKeyFile when production has none.
    """
    if settings.SEAL_KEY_FILE:
        return Places(settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE, settings.SEAL_CHAIN_FILE)
    if settings.PRODUCTION:
        raise pki.BadKeyFile("SEAL_KEY_FILE is not set")
    made = pki.ensure_test_hierarchy(Path(settings.TEST_PKI_ROOT))
    return Places(str(made.seal_key), str(made.seal_certificate), str(made.chain))


@lru_cache(maxsize=4)
def signer(where: Places) -> SimpleSigner:
    """The signer that these files make. Raises pki.BadKeyFile."""
    from pyhanko.keys.pemder import load_private_key_from_pemder
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    known = SimpleCertificateStore()
    known.register_multiple(chain(where))
    try:
        key = load_private_key_from_pemder(where.key, passphrase=None)
    except (OSError, ValueError, TypeError) as cause:
        raise pki.BadKeyFile(f"{where.key}: {cause}") from cause
    return SimpleSigner(ours(where)[0], key, known)


def ours(where: Places) -> list[x509.Certificate]:
    """The certificates that make a seal ours: today's first, then earlier ones (KEY-1). Raises pki.BadKeyFile."""
    return pki.certificates(where.certificates)


def chain(where: Places) -> list[x509.Certificate]:
    """The authorities above them. Raises pki.BadKeyFile."""
    return pki.certificates(where.chain) if where.chain else ours(where)


def uses_test_keys() -> bool:
    """Whether papers are sealed for tests only; verify pages and papers say so. Raises pki.BadKeyFile."""
    return pki.is_test(ours(places())[0])
