"""How often someone may do something, counted for all workers together in the shared cache (IDN-9)."""

from __future__ import annotations

import hashlib
import time
from functools import cache

import limits
from django.conf import settings
from django.core.cache import cache as store


@cache
def _parsed(rate: str) -> limits.RateLimitItem:
    return limits.parse(rate)


def allow(name: str, key: str) -> bool:
    """Whether `key` (an address, a user's id) may do `name` once more in this window of settings.RATE_LIMITS.

    A name without a limit is always allowed. The key is stored as a hash only.
    """
    rate = settings.RATE_LIMITS.get(name)
    if not rate:
        return True
    item = _parsed(rate)
    seconds = item.get_expiry()
    window = int(time.time()) // seconds
    who = hashlib.sha256(f"{name}:{key}".encode()).hexdigest()[:32]
    head = f"limit:{who}:{window}"
    # Counting up is not atomic in the database cache; taking a numbered place is, because `add` inserts a new key.
    # The count is a hint from where to look for a free place, so nobody gets more than `amount` of them.
    for place in range(store.get(head, 0), item.amount):
        if store.add(f"{head}:{place}", 1, timeout=seconds):
            store.set(head, place + 1, timeout=seconds)
            return True
    return False
