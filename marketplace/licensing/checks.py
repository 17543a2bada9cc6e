"""System checks of the seal: in production nothing is sealed but with real keys and real time stamps.

The outbox worker, which seals, does not start otherwise. Web processes do not ask: it would load pyHanko into each.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import import_string

from marketplace.lib import pki
from marketplace.licensing.signing import keys


@register(Tags.security)
def seal_is_real(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse in production a seal or a time stamp that is missing, unreadable or made for tests (kaixu.E010 … E014)."""
    if not settings.PRODUCTION:
        return []
    named = (settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE, settings.SEAL_CHAIN_FILE)
    if not all(named):
        return [
            *_stamps(),
            _error(
                "E010", "The platform's seal has no key.", "Set SEAL_KEY_FILE, SEAL_CERTIFICATE_FILE, SEAL_CHAIN_FILE."
            ),
        ]
    try:
        where = keys.places()
        keys.signer(where)
        certificates = [*keys.ours(where), *keys.chain(where)]
    except pki.BadKeyFile as cause:
        return [
            *_stamps(),
            _error("E011", f"The seal's files cannot be read: {cause}", "Check the files and their rights."),
        ]
    found = _stamps()
    if any(pki.is_test(certificate) for certificate in certificates):
        found.append(_error("E012", "The seal's certificate says TEST.", "Use one from a licensed authority."))
    return found


@register(Tags.security)
def certificates_are_real(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse in production an authority for parties' certificates that is missing or made for practice (kaixu.E016)."""
    if not settings.PRODUCTION:
        return []
    found: list[CheckMessage] = []
    for path in settings.SIGNING_AUTHORITIES:
        try:
            authority = import_string(path)()
            is_test = authority.is_test or any(pki.is_test(root) for root in authority.anchors())
        except (ImportError, pki.BadKeyFile, OSError) as cause:
            found.append(_error("E017", f"{path} cannot be used: {cause}", "Check SIGNING_AUTHORITIES."))
            continue
        if is_test:
            text = "Take it out of SIGNING_AUTHORITIES; use the adapter of a licensed authority."
            found.append(_error("E016", f"{path} signs with TEST certificates.", text))
    return found


def _stamps() -> list[CheckMessage]:
    if not settings.TIMESTAMP_URLS or not settings.TIMESTAMP_TRUST_FILE:
        text = "Set TIMESTAMP_URLS to your authorities and TIMESTAMP_TRUST_FILE to their root certificates."
        return [_error("E013", "No time-stamp authority is configured.", text)]

    try:
        anchors = pki.stamp_anchors()
    except pki.BadKeyFile as cause:
        return [_error("E011", f"TIMESTAMP_TRUST_FILE cannot be read: {cause}", "Check the file and its rights.")]
    if any(pki.is_test(certificate) for certificate in anchors):
        return [_error("E014", "The time-stamp authority's certificate says TEST.", "Use a trusted authority.")]
    return []


def _error(number: str, problem: str, remedy: str) -> Error:
    return Error(problem, hint=f"{remedy} .env.example explains it.", id=f"kaixu.{number}")
