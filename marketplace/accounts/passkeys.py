"""A person's own passkey as a signer: it signs bytes that we name, and what it signed can be checked again later.

Keys are registered and managed by allauth; this module alone asks them to sign something other than a log-in (SIG-2).
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.utils.translation import gettext_lazy as _

from marketplace.lib.findings import Finding, Severity

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestedCredentialData

    from marketplace.accounts.models import User

ES256, RS256 = -7, -257  # COSE algorithms (RFC 9053, RFC 8812): what the checking programs know


class WrongPasskey(Exception):
    """The device's answer does not fit; `finding` says so in words."""

    def __init__(self) -> None:
        self.finding = Finding(
            "SIG-2",
            Severity.BLOCK,
            _("The passkey's answer does not belong to this document or to your account."),
            _("Try again with a passkey that you added to this account, or sign with a code from your mailbox."),
        )
        super().__init__("SIG-2")


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a passkey signed and what it takes to check it without us; bytes as base64url (WebAuthn level 2, 6.3.3)."""

    credential_id: str
    public_key: str  # SubjectPublicKeyInfo, DER
    authenticator_data: str
    client_data: str
    signature: str
    rp_id: str
    origin: str
    device: str  # the name its owner gave it

    def as_dict(self) -> dict[str, str]:
        """Plain, to be stored with the signature."""
        return asdict(self)


def usable_by(user: User) -> bool:
    """Whether the person has a passkey that can sign here."""
    return bool(_credentials(user))


def request_options(user: User, challenge: bytes, *, rp_id: str, origin: str) -> dict[str, Any]:
    """What the browser hands to the device, so that it signs `challenge` after seeing its owner."""
    from fido2.webauthn import UserVerificationRequirement

    options, _state = _server(rp_id, origin).authenticate_begin(
        [credential for credential, _owned in _credentials(user)],
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=challenge,
    )
    return dict(options)


def check(user: User, challenge: bytes, answer: str, *, rp_id: str, origin: str) -> Assertion:
    """The assertion, when the answer (JSON of the browser) is this person's key over this challenge.

    Raises WrongPasskey for anything else: another challenge, key, site, an owner the device did not see.
    """
    from fido2.webauthn import AuthenticationResponse, UserVerificationRequirement

    owned = _credentials(user)
    state = {"challenge": _text(challenge), "user_verification": UserVerificationRequirement.REQUIRED}
    try:
        response = AuthenticationResponse.from_dict(json.loads(answer))
        credentials = [credential for credential, _one in owned]
        used = _server(rp_id, origin).authenticate_complete(state, credentials, response)
        key = _public_key(used)
    except Exception as cause:  # a hostile answer fails in any way it likes
        raise WrongPasskey from cause
    authenticator = next(one for credential, one in owned if credential.credential_id == used.credential_id)
    authenticator.record_usage()
    return Assertion(
        credential_id=_text(used.credential_id),
        public_key=_text(_spki(key)),
        authenticator_data=_text(bytes(response.response.authenticator_data)),
        client_data=_text(bytes(response.response.client_data)),
        signature=_text(response.response.signature),
        rp_id=rp_id,
        origin=origin,
        device=str(authenticator.wrap().name)[:100],
    )


def _server(rp_id: str, origin: str) -> Fido2Server:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    return Fido2Server(PublicKeyCredentialRpEntity(name=rp_id, id=rp_id), verify_origin=lambda told: told == origin)


def _credentials(user: User) -> list[tuple[AttestedCredentialData, Authenticator]]:
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    found = [(row.wrap().authenticator_data.credential_data, row) for row in rows]
    return [(data, row) for data, row in found if data and data.public_key.get(3) in {ES256, RS256}]


def _public_key(credential: AttestedCredentialData) -> PublicKeyTypes:
    """The COSE key as a key of the usual kind (RFC 9053, 7.1; RFC 8230, 4)."""
    told = credential.public_key
    if told[3] == ES256:
        x, y = (int.from_bytes(told[at], "big") for at in (-2, -3))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    n, e = (int.from_bytes(told[at], "big") for at in (-1, -2))
    return rsa.RSAPublicNumbers(e, n).public_key()


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
