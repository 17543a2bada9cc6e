"""Codes that people read from paper or tell on the phone."""

from __future__ import annotations

import secrets

# Without letters and digits that people mistake for one another (I, L, O, U; 0, 1).
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def characters(count: int) -> str:
    """So many random characters of the alphabet, 4.9 bits each."""
    return "".join(secrets.choice(ALPHABET) for _place in range(count))
