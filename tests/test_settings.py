"""Production starts only when it is safe; development starts without any configuration."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from marketplace.lib import pki

ROOT = Path(__file__).resolve().parent.parent
SAFE = {
    "SECRET_KEY": "kP3x9QmZ7vR2tY8wB5nL1cF6hJ4dG0sAqWeRtYuIoP-zXcVbNm",
    "ALLOWED_HOSTS": "kaixu.example",
    "DATABASE_URL": "postgres://kaixu:pw@127.0.0.1/kaixu",
    "DJANGO_SETTINGS_MODULE": "marketplace.settings.production",
}


def run(tmp_path: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "KAIXU_DATA": str(tmp_path)} | SAFE | changes
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env={k: v for k, v in environment.items() if v != "-"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def start(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    return run(tmp_path, "-c", "import marketplace.wsgi; print('started')", **changes)


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
        ({"SECRET_KEY": SAFE["SECRET_KEY"][:49]}, "kaixu.E002"),
        ({"DATABASE_URL": "-"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:////tmp/kaixu.sqlite3"}, "kaixu.E001"),
        ({"DEBUG": "1"}, "kaixu.E005"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"ALLOWED_HOSTS": "-"}, "kaixu.E008"),
        ({"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1", "STRIPE_LIVE": "1"}, "payments.E003"),
        ({"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_LIVE": "1"}, "payments.E002"),
        ({"KILL_AT": "after_act"}, "kaixu.E101"),
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


@pytest.fixture
def sealing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Keys and time-stamp authorities as production wants them: nothing about them says TEST."""
    monkeypatch.setattr(pki, "MARK", "Example")
    made = pki.ensure_test_hierarchy(tmp_path / "keys")
    return {
        "SEAL_KEY_FILE": str(made.seal_key),
        "SEAL_CERTIFICATE_FILE": str(made.seal_certificate),
        "SEAL_CHAIN_FILE": str(made.chain),
        "TIMESTAMP_URLS": "https://tsa.example/",
        "TIMESTAMP_TRUST_FILE": str(made.root),
    }


def test_a_safe_production_configuration_has_nothing_to_warn_of(tmp_path: Path, sealing: dict[str, str]) -> None:
    result = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **sealing)

    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "System check identified no issues (1 silenced)."


def test_the_worker_that_seals_does_not_start_without_keys(tmp_path: Path, sealing: dict[str, str]) -> None:
    result = run(tmp_path, "manage.py", "run_outbox", "--once", **(sealing | {"SEAL_KEY_FILE": "-"}))

    assert result.returncode != 0
    assert "kaixu.E010" in result.stderr


# What decides whether the site is safe, name by name.
DECIDED: dict[str, Any] = {
    # transport and cookies
    "SECURE_SSL_REDIRECT": True,
    "SECURE_REDIRECT_EXEMPT": ["^health/"],  # a probe says nothing that transport would have to hide
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_PATH": "/",  # with no domain: what the prefix __Host- asks for
    "SESSION_COOKIE_DOMAIN": None,
    "CSRF_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_AGE": 43_200,
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "X_FRAME_OPTIONS": "DENY",
    "ALLOWED_HOSTS": ["kaixu.example"],
    "CSRF_TRUSTED_ORIGINS": [],
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_621_440,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2_000,  # not 500: the page editor of Wagtail sends more than a thousand
    "DATA_UPLOAD_MAX_NUMBER_FILES": 10,
    # people
    "ACCOUNT_LOGIN_METHODS": ["email"],
    "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
    "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True,
    "ACCOUNT_PREVENT_ENUMERATION": True,
    "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": 300,
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": True,
    "ACCOUNT_UNIQUE_EMAIL": True,
    "ACCOUNT_CHANGE_EMAIL": False,
    "ALLAUTH_TRUSTED_PROXY_COUNT": 0,  # TRUSTED_PROXY_COUNT says how many there are: none is believed unasked
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_TOTP_TOLERANCE": 0,
    "MFA_TRUST_ENABLED": False,
    "USERSESSIONS_TRACK_ACTIVITY": True,
    # Wagtail
    "WAGTAILADMIN_LOGIN_URL": "/accounts/login/",
    "WAGTAIL_FRONTEND_LOGIN_URL": "/accounts/login/",
    "WAGTAIL_PASSWORD_MANAGEMENT_ENABLED": False,
    "WAGTAIL_PASSWORD_RESET_ENABLED": False,
    "WAGTAILUSERS_PASSWORD_ENABLED": False,
    "WAGTAIL_EMAIL_MANAGEMENT_ENABLED": False,
    "WAGTAIL_GRAVATAR_PROVIDER_URL": None,
    "WAGTAILDOCS_SERVE_METHOD": "serve_view",
    "WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT": True,
    "WAGTAILDOCS_INLINE_CONTENT_TYPES": [],
    "WAGTAILDOCS_EXTENSIONS": ["pdf", "docx", "xlsx"],
    "WAGTAILDOCS_MAX_UPLOAD_SIZE": 10 * 2**20,
    "WAGTAILIMAGES_EXTENSIONS": ["jpg", "jpeg", "png", "webp"],
    "WAGTAILIMAGES_MAX_IMAGE_PIXELS": 25_000_000,
    "WAGTAILIMAGES_MAX_UPLOAD_SIZE": 5 * 2**20,
}
TELL = """
import json, sys
import django
from django.conf import settings

def plain(value):
    return list(value) if isinstance(value, (set, tuple)) else str(value)

django.setup()
print(json.dumps({name: getattr(settings, name) for name in json.loads(sys.argv[1])}, default=plain))
"""


def told(tmp_path: Path, *names: str, **changes: str) -> dict[str, Any]:
    result = run(tmp_path, "-c", TELL, json.dumps(names), **changes)
    assert result.returncode == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_production_decides_as_it_was_decided(tmp_path: Path) -> None:
    assert told(tmp_path, *DECIDED) == DECIDED


def test_postgresql_is_asked_with_limits_and_through_a_pool(tmp_path: Path) -> None:
    (database,) = told(tmp_path, "DATABASES")["DATABASES"].values()

    assert database.get("ATOMIC_REQUESTS", False) is False  # a stored event must survive the roll-back of what it calls
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (0, True)
    assert database["OPTIONS"] == {
        "options": "-c lock_timeout=3s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s",
        "pool": {"min_size": 1, "max_size": 8, "timeout": 5},
    }


def test_sqlite_is_asked_to_queue_writers_and_to_keep_what_it_says_it_kept(tmp_path: Path) -> None:
    chosen = {"DATABASE_URL": f"sqlite:///{tmp_path}/k.sqlite3", "ACCEPT_SQLITE_LIMITS": "1"}
    (database,) = told(tmp_path, "DATABASES", **chosen)["DATABASES"].values()

    assert database["OPTIONS"] == {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
    }


def test_the_cache_is_one_for_all_workers(tmp_path: Path) -> None:
    (cache,) = told(tmp_path, "CACHES")["CACHES"].values()

    assert cache["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


@pytest.mark.pg
@pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="this run is on another database"
)
def test_a_real_postgresql_answers_through_the_pool(tmp_path: Path) -> None:
    ask = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW lock_timeout")
    print(cursor.fetchone()[0], connection.pool.max_size)
connection.close_pool()
"""
    result = run(tmp_path, "-c", ask, DATABASE_URL=os.environ["DATABASE_URL"], DATABASE_POOL="3")

    assert result.stdout.strip() == "3s 3", result.stderr


def test_every_setting_of_the_environment_is_explained() -> None:
    asked = {
        name
        for file in (ROOT / "marketplace" / "settings").glob("*.py")
        for name in re.findall(r'\b(?:text|flag|number|words|one_of)\(\s*"([A-Z_]+)"', file.read_text(encoding="utf-8"))
    }
    explained = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))

    assert asked - explained == set()
    assert len(asked) > 15
