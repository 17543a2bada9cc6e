"""Typed reading of environment variables that fails closed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class BadSetting(Exception):
    """An environment variable is missing or cannot be read; the message names it and the remedy."""


def text(name: str, default: str | None = None) -> str:
    """The variable as text. Raises BadSetting when it is absent and has no default."""
    value = os.environ.get(name, default)
    if value is None:
        raise BadSetting(f"{name} is not set; .env.example explains it")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """The variable as yes or no (1/0, true/false, yes/no). Anything else raises BadSetting."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name}={value!r} is neither yes nor no; write 1 or 0")


def number(name: str, default: int) -> int:
    """The variable as a whole number. Raises BadSetting when it is none."""
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError:
        raise BadSetting(f"{name}={value!r} is not a whole number") from None


def one_of(name: str, *allowed: str) -> str:
    """The variable as one of these words; the first where it is not set. Raises BadSetting for any other."""
    value = os.environ.get(name, "").strip() or allowed[0]
    if value not in allowed:
        raise BadSetting(f"{name}={value!r} is none of: {', '.join(allowed)}")
    return value


def words(name: str, default: str = "") -> list[str]:
    """The variable as a list, split at commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


SQLITE_OPTIONS = {
    # Writers queue at BEGIN instead of failing at their first write, and a commit survives a power cut.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
}
POSTGRES_LIMITS = "-c lock_timeout=3s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s"


def _pool(most: int) -> dict[str, Any]:
    return {"pool": {"min_size": 1, "max_size": most, "timeout": 5}} if most else {}


def database(url: str, *, pool: int = 0) -> dict[str, Any]:
    """Django's connection settings for `sqlite:///path` or `postgres://user:password@host:port/name`.

    A PostgreSQL unix socket folder may be given as `?host=/folder`. `pool` is how many connections one process may
    have open to it at most, 0 without a pool. Raises BadSetting for any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        name = unquote(parts.path.removeprefix("/")) if not parts.path.startswith("//") else unquote(parts.path[1:])
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(name), "OPTIONS": dict(SQLITE_OPTIONS)}
    if parts.scheme in {"postgres", "postgresql"}:
        host = parts.hostname or ""
        if parts.query.startswith("host="):
            host = unquote(parts.query.removeprefix("host="))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "CONN_HEALTH_CHECKS": True,
            "CONN_MAX_AGE": 0,  # a pool keeps the connections itself
            "OPTIONS": {"options": POSTGRES_LIMITS, **_pool(pool)},
        }
    raise BadSetting("DATABASE_URL must begin with sqlite:/// or postgres://")
