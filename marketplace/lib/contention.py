"""Tells a database wait that was broken off, because others held what was needed, from any other failure."""

from __future__ import annotations

from django.db import OperationalError

# lock not available, deadlock, serialization failure, statement timeout (PostgreSQL, appendix A)
_STATES = frozenset({"55P03", "40P01", "40001", "57014"})


def broken_off(error: BaseException) -> bool:
    """Whether the database gave up waiting for others: nothing was changed, and the same may work in a moment."""
    if not isinstance(error, OperationalError):
        return False
    return getattr(error.__cause__, "sqlstate", "") in _STATES or "locked" in str(error)  # SQLite only has words
