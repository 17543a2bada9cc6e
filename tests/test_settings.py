"""Production starts only when it is safe; development starts without any configuration."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAFE = {
    "SECRET_KEY": "kP3x9QmZ7vR2tY8wB5nL1cF6hJ4dG0sAqWeRtYuIoP",
    "ALLOWED_HOSTS": "kaixu.example",
    "DATABASE_URL": "postgres://kaixu:pw@127.0.0.1/kaixu",
    "DJANGO_SETTINGS_MODULE": "marketplace.settings.production",
}


def start(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "KAIXU_DATA": str(tmp_path)} | SAFE | changes
    return subprocess.run(
        [sys.executable, "-c", "import marketplace.wsgi; print('started')"],
        cwd=ROOT, env={k: v for k, v in environment.items() if v != "-"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_safe_production_configuration_starts(tmp_path: Path) -> None:
    result = start(tmp_path)

    assert result.stdout.strip() == "started", result.stderr
    assert result.returncode == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"SECRET_KEY": "-"}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me-change-me-change-me-change-me-change-me"}, "kaixu.E002"),
        ({"SECRET_KEY": "short"}, "kaixu.E002"),
        ({"DATABASE_URL": "-"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:////tmp/kaixu.sqlite3"}, "kaixu.E001"),
        ({"DEBUG": "1"}, "kaixu.E005"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"ALLOWED_HOSTS": "-"}, "kaixu.E008"),
        ({"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1", "STRIPE_LIVE": "1"}, "kaixu.E004"),
        ({"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_LIVE": "1"}, "kaixu.E007"),
    ],
)
def test_an_unsafe_production_configuration_does_not_start(tmp_path: Path, changes: dict[str, str], told: str) -> None:
    result = start(tmp_path, **changes)

    assert result.returncode != 0
    assert "started" not in result.stdout
    assert told in result.stderr


def test_sqlite_in_production_starts_once_its_limits_are_accepted(tmp_path: Path) -> None:
    result = start(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/k.sqlite3", ACCEPT_SQLITE_LIMITS="1")

    assert result.stdout.strip() == "started", result.stderr


def test_development_starts_without_any_configuration(tmp_path: Path) -> None:
    result = start(tmp_path, **dict.fromkeys(SAFE, "-"))

    assert result.stdout.strip() == "started", result.stderr
