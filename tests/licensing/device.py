"""A passkey in software: registers with the site and signs what it is asked, like a phone does."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

from marketplace.accounts.models import User

SITE = {"rp_id": "testserver", "origin": "http://testserver"}


@dataclass
class Device:
    """One key. `owner_seen` False: nobody put a finger on it."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = b"device-0123456789abcdef"
    owner_seen: bool = True

    def register(self, user: User, name: str = "手机") -> Device:
        """Put the key among the person's ways of logging in, as allauth stores it."""
        make: Any = ES256.from_cryptography_key
        data = AttestedCredentialData.create(b"\0" * 16, self.credential_id, make(self.key.public_key()))
        about = AuthenticatorData.create(hashlib.sha256(b"testserver").digest(), AuthenticatorData.FLAG(0x45), 0, data)
        credential = {
            "id": websafe_encode(self.credential_id),
            "rawId": websafe_encode(self.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": websafe_encode(
                    b'{"type":"webauthn.create","challenge":"AA","origin":"http://testserver"}'
                ),
                "attestationObject": websafe_encode(_attestation(about)),
            },
            "clientExtensionResults": {},
        }
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": credential}
        )
        return self

    def answer(self, challenge: bytes, *, rp_id: str = "testserver", origin: str = "http://testserver") -> str:
        """The browser's JSON for a challenge."""
        client = json.dumps({"type": "webauthn.get", "challenge": _text(challenge), "origin": origin}).encode()
        flags = 0x05 if self.owner_seen else 0x01
        about = hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + (7).to_bytes(4, "big")
        signature = self.key.sign(about + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": _text(client), "authenticatorData": _text(about), "signature": _text(signature)}
        return json.dumps(
            {
                "id": _text(self.credential_id),
                "rawId": _text(self.credential_id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )


def _attestation(about: AuthenticatorData) -> bytes:
    from fido2.webauthn import AttestationObject

    made: Any = AttestationObject.create("none", about, {})
    return bytes(made)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
