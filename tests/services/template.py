"""A migrated database, made once and copied for every worker: migrations take longer than most tests."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def fingerprint() -> str:
    """What a migrated database depends on."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("marketplace/*/migrations/*.py")]):
        digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    for file in sorted(ROOT.glob("marketplace/accounts/texts/*")):  # a migration seeds them
        digest.update(file.read_bytes())
    digest.update((ROOT / "requirements-dev.txt").read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One process at a time makes the template; the others wait and copy."""
    with (Path(tempfile.gettempdir()) / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _migrate(url: str) -> None:
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "marketplace.settings.test"}
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0", "--no-input"]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)


def prepare() -> None:
    """Put a migrated database where the tests of this worker will look for theirs."""
    name = f"kaixu-template-{fingerprint()}"
    if connection.vendor == "sqlite":
        with _alone(name):
            _copy_sqlite(Path(tempfile.gettempdir()) / f"{name}.sqlite3")
    else:
        where = hashlib.sha256(str(settings.DATABASES["default"]["HOST"]).encode()).hexdigest()[:8]
        with _alone(f"{name}-{where}"):
            _copy_postgres(name.replace("-", "_"))


def _copy_sqlite(template: Path) -> None:
    if not template.exists():
        half = template.with_suffix(".half")
        half.unlink(missing_ok=True)
        _migrate(f"sqlite:///{half}")
        half.rename(template)
        for ending in ("-wal", "-shm"):
            half.with_name(half.name + ending).unlink(missing_ok=True)
    target = Path(str(settings.DATABASES["default"]["TEST"]["NAME"]))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, target)


def _copy_postgres(template: str) -> None:
    import psycopg

    told = settings.DATABASES["default"]
    with psycopg.connect(host=told["HOST"], user=told["USER"], dbname=told["NAME"], autocommit=True) as server:
        known = {row[0] for row in server.execute("SELECT datname FROM pg_database")}
        if template not in known:
            server.execute(f'CREATE DATABASE "{template}"')
            _migrate(f"postgres://{told['USER']}@/{template}?host={told['HOST'].replace('/', '%2F')}")
        target = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
        server.execute(f'DROP DATABASE IF EXISTS "{target}"')
        server.execute(f'CREATE DATABASE "{target}" TEMPLATE "{template}"')
