"""How often someone may do something, counted for all workers together in the shared cache (IDN-9)."""

from __future__ import annotations

import hashlib
import logging
import time
from datetime import UTC, datetime, timedelta
from functools import cache

import limits
from django.conf import settings
from django.core.cache import cache as store
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import OperationalError, connections, router

log = logging.getLogger(__name__)

# One statement, so that nobody can read between another's reading and writing, and nothing is written once all places
# are gone. Plain numbers, which only this module reads: Django's own `incr` on a table is two statements and a race.
_TAKE = (
    "INSERT INTO {table} (cache_key, value, expires) VALUES (%s, '1', %s) ON CONFLICT (cache_key) DO UPDATE"
    " SET value = CAST(CAST({table}.value AS integer) + 1 AS text) WHERE CAST({table}.value AS integer) < %s"
    " RETURNING value"
)


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
    return _take(f"limit:{_hashed(f'{name}:{key}')}:{window}", item.amount, seconds)


def first(name: str, key: str, seconds: int) -> bool:
    """Whether `key` does `name` for the first time in so many seconds. The key is stored as a hash only."""
    return _take(f"first:{_hashed(f'{name}:{key}')}", 1, seconds)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _take(head: str, amount: int, seconds: int) -> bool:
    """Take one of `amount` places; never gives out more of them, whoever asks at the same time."""
    shared = caches["default"]
    if isinstance(shared, DatabaseCache):
        return _take_row(shared, head, amount, seconds)
    if store.add(head, 1, timeout=seconds):
        return True
    try:
        return store.incr(head) <= amount
    except ValueError:  # it ran out between the two
        return store.add(head, 1, timeout=seconds)


def _take_row(shared: DatabaseCache, head: str, amount: int, seconds: int) -> bool:
    """The same in the table of the database cache, whose sweep takes old rows away."""
    connection = connections[router.db_for_write(shared.cache_model_class)]
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds + 1)
    told = [shared.make_and_validate_key(head), connection.ops.adapt_datetimefield_value(until), amount]
    table = connection.ops.quote_name(shared._table)  # type: ignore[attr-defined]
    statement = _TAKE.format(table=table)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, told)
            return bool(cursor.fetchall())  # all of it: SQLite commits with the last row
    except OperationalError as busy:
        # Another's long writing holds the table: reading goes on uncounted rather than not at all.
        log.warning("a limit could not be counted: %s", busy)
        return True
