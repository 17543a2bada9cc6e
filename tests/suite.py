"""Runs everything: style, types, import order, every test on SQLite, and what asks the database on PostgreSQL too.

`python -m tests.suite [--checks-only] [pytest arguments]`. Exits 0 only when all of it passed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.services import chromium, postgres
from tests.services.elasticsearch import node as elasticsearch

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("style", ("ruff", "check", "--quiet", ".")),
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("import order", ("lint-imports", "--no-logo")),
)
NOTHING: Mapping[str, str] = {}
TYPES = ("types", ("mypy", "--no-error-summary", "."))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(what: str, command: Sequence[str], environment: Mapping[str, str] = NOTHING, *, aside: bool = False) -> bool:
    """Run a command of this environment's tools; its output appears as it comes, or at its end when it runs `aside`."""
    started = time.monotonic()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    told = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment, "PATH": path}, check=False, text=True,
        stdout=subprocess.PIPE if aside else None, stderr=subprocess.STDOUT if aside else None,
    )  # fmt: skip
    seconds = time.monotonic() - started
    verdict = "passed" if told.returncode == 0 else f"FAILED (exit {told.returncode})"
    say(f"{told.stdout or ''}— {what}: {verdict} in {seconds:.0f} s")
    return told.returncode == 0


def run_tests(database: str, url: str, folder: Path, arguments: Sequence[str]) -> bool:
    data = folder / database.lower().replace(" ", "-")
    data.mkdir()
    return run(
        f"tests with {database}",
        ("pytest", "-q", "-n", os.environ.get("KAIXU_WORKERS", "2"), "--dist", "worksteal", *arguments),
        {
            "KAIXU_DATA": str(data),
            "DATABASE_URL": url or f"sqlite:///{data}/kaixu.sqlite3",
            "PYTHONWARNINGS": "ignore::RuntimeWarning:platformdirs",
        },
    )


def main(arguments: Sequence[str]) -> int:
    started = time.monotonic()
    passed = [run(what, command) for what, command in CHECKS]
    only_checks = "--checks-only" in arguments
    manage = (sys.executable, "manage.py")
    with tempfile.TemporaryDirectory(prefix="kaixu-suite-") as name:
        folder = Path(name)
        quiet = {"KAIXU_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "marketplace.settings.test"}
        passed.append(run("migrations", (*manage, "makemigrations", "--check", "--dry-run", "-v0"), quiet))
        if only_checks:
            passed.append(run(*TYPES))
        else:
            if chromium.fetch() is None:
                say(chromium.MISSING)
            if not elasticsearch.can_start():
                say(elasticsearch.MISSING)
            shared = [*arguments, "--postgres-follows"] if postgres.can_start() else arguments
            passed.append(run_tests("SQLite", "", folder, shared))
            passed += _types_beside_the_browser(folder, arguments)
            passed.append(_on_postgres(folder, arguments))
    say(f"— all in {time.monotonic() - started:.0f} s: {'passed' if all(passed) else 'FAILED'}")
    return 0 if all(passed) else 1


def _types_beside_the_browser(folder: Path, arguments: Sequence[str]) -> list[bool]:
    """The type checker keeps one processor busy, a person at a browser waits most of the time: they go together."""
    with ThreadPoolExecutor() as pool:
        types = pool.submit(run, *TYPES, aside=True)
        passed = run_tests("a browser", "", folder, [*arguments, "-m", "browser"])
        return [passed, types.result()]


def _on_postgres(folder: Path, arguments: Sequence[str]) -> bool:
    data = folder / "pgdata"
    data.mkdir()
    try:
        with postgres.postgres(data) as url:
            return run_tests("PostgreSQL", url, folder, [*arguments, "--of-database"])
    except ImportError:
        say(postgres.MISSING)
        return os.environ.get("CI") != "true"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
