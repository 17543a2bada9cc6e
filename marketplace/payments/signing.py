"""Signatures of webhooks in the form `t=<seconds>,v1=<hex>`: HMAC-SHA-256 over "<seconds>.<body>"."""

from __future__ import annotations

import hashlib
import hmac
import re
import time

from marketplace.payments.gateway import AGE_LIMIT, CLOCK_AHEAD, BadEvent

_HEADER = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(body: bytes, secret: str, at: int | None = None) -> str:
    """The header for a body, signed at an instant (seconds since 1970; now if left out)."""
    moment = int(time.time()) if at is None else at
    return f"t={moment},v1={_mac(body, secret, moment)}"


def check(body: bytes, header: str, secret: str) -> None:
    """Pass a body signed with this secret in the last five minutes. Raises BadEvent; so it does for an empty secret."""
    found = _HEADER.fullmatch(header)
    if not secret or found is None:
        raise BadEvent("no signature")
    moment = int(found[1])
    if not hmac.compare_digest(_mac(body, secret, moment), found[2]):
        raise BadEvent("the signature does not fit the body")
    check_age(moment)


def check_age(moment: int) -> None:
    """Pass an instant that is neither older than five minutes nor more than a minute ahead. Raises BadEvent."""
    age = int(time.time()) - moment
    if age > AGE_LIMIT:
        raise BadEvent("signed too long ago")
    if age < -CLOCK_AHEAD:
        raise BadEvent("signed in the future")


def _mac(body: bytes, secret: str, moment: int) -> str:
    return hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
