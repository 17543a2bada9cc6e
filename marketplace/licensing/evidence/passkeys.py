"""Checks a passkey's signature of an evidence pack; verify.py reads this file. The standard library only."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

ALGORITHMS = {"1.2.840.10045.2.1": "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.1": "1.2.840.113549.1.1.11"}
OWNER_SEEN = 0x05  # WebAuthn flags: user present, user verified


def check(signature: dict[str, Any], parse: Callable[[bytes], Any], check_signature: Callable[..., None]) -> str:
    """Which device signed. Raises ValueError, or what `check_signature` raises, when it does not hold.

    `parse` reads DER; `check_signature(key, algorithm, message, signature)` does the arithmetic.
    """
    told = signature["evidence"]["passkey"]
    client, device = _bytes(told["client_data"]), _bytes(told["authenticator_data"])
    said = json.loads(client)
    asked = b"kaixu-sign-v1\0" + bytes.fromhex(signature["document_sha256"]) + bytes.fromhex(told["nonce"])
    if said["type"] != "webauthn.get" or _bytes(said["challenge"]) != hashlib.sha256(asked).digest():
        raise ValueError("the device signed something else")
    if said["origin"] != told["origin"] or device[:32] != hashlib.sha256(told["rp_id"].encode()).digest():
        raise ValueError("the device signed for another site")
    if device[32] & OWNER_SEEN != OWNER_SEEN:
        raise ValueError("the device did not see its owner")
    key = parse(_bytes(told["public_key"]))
    algorithm = ALGORITHMS[key.parts()[0].parts()[0].oid()]
    check_signature(key, algorithm, device + hashlib.sha256(client).digest(), _bytes(told["signature"]))
    return f"{told['device']} {told['rp_id']}"


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
