"""Signing a document with a passkey: what the device is asked to sign, and checking it again from what is stored."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

DOMAIN = b"kaixu-sign-v1\0"
NONCE_BYTES = 32
SEEN, VERIFIED = 0x01, 0x04  # flags of the authenticator: somebody was there, and it was its owner


@dataclass(frozen=True, slots=True)
class Answer:
    """A device's answer as it came in: the browser's JSON, our nonce, and the site it was given to."""

    credential: str
    nonce: bytes
    rp_id: str
    origin: str


def challenge(document_sha256: str, nonce: bytes) -> bytes:
    """What the device signs: SHA-256 over our domain, the document's hash (hex) and a nonce used once.

    The document is in it, so the assertion is about these bytes; the nonce keeps an old assertion from serving twice.
    """
    return hashlib.sha256(DOMAIN + bytes.fromhex(document_sha256) + nonce).digest()


def holds(evidence: Mapping[str, Any], document_sha256: str) -> bool:
    """Whether a stored assertion is by its key, over this document, with the owner seen; never raises.

    `evidence`: the fields of accounts.passkeys.Assertion and `nonce` (hex).
    """
    try:
        client = _bytes(evidence["client_data"])
        told = json.loads(client)
        authenticator = _bytes(evidence["authenticator_data"])
        asked = challenge(document_sha256, bytes.fromhex(evidence["nonce"]))
        right = (
            told["type"] == "webauthn.get"
            and len(evidence["nonce"]) == 2 * NONCE_BYTES
            and _bytes(told["challenge"]) == asked
            and told["origin"] == evidence["origin"]
            and authenticator[:32] == hashlib.sha256(evidence["rp_id"].encode()).digest()
            and authenticator[32] & (SEEN | VERIFIED) == SEEN | VERIFIED
        )
        _verify(evidence, authenticator + hashlib.sha256(client).digest())
    except (KeyError, TypeError, ValueError, IndexError, InvalidSignature):
        return False
    return right


def _verify(evidence: Mapping[str, Any], message: bytes) -> None:
    """Raise InvalidSignature or ValueError unless the key signed the message."""
    key, signature = serialization.load_der_public_key(_bytes(evidence["public_key"])), _bytes(evidence["signature"])
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        raise TypeError("a key of another kind")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
