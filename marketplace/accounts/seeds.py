"""Secrets that are mailed without ever being stored: derived from a random seed and the site's secret key.

Tables and the outbox keep the seed or a hash; neither tells the secret to one who reads the database without the key.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import sha256

from django.conf import settings
from django.utils.encoding import force_bytes


def new_seed() -> str:
    """A fresh random seed (128 bits) that may be stored and passed through the outbox."""
    return secrets.token_hex(16)


def _derive(purpose: str, text: str, key: str | bytes) -> bytes:
    return hmac.new(force_bytes(key), f"kaixu:{purpose}:{text}".encode(), sha256).digest()


def digits(seed: str) -> str:
    """The six digits that belong to a seed."""
    return f"{int.from_bytes(_derive('digits', seed, settings.SECRET_KEY)[:8]) % 1_000_000:06d}"


def token(seed: str) -> str:
    """The unguessable token (256 bits, URL-safe) that belongs to a seed."""
    return base64.urlsafe_b64encode(_derive("token", seed, settings.SECRET_KEY)).decode().rstrip("=")


def keyed_hash(text: str) -> str:
    """A hash of `text` that nobody can try out without the site's secret key."""
    return _derive("hash", text, settings.SECRET_KEY).hex()


def matches(text: str, kept: str) -> bool:
    """Whether `kept` is the keyed hash of `text` under the present key or one that was in use before (KEY-1)."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(hmac.compare_digest(_derive("hash", text, key).hex(), kept) for key in keys)
