"""Tests: fast, closed to the outside, on the database that DATABASE_URL names."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_folder = Path(os.environ.get("KAIXU_DATA") or tempfile.mkdtemp(prefix="kaixu-test-"))
if _worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # Vault, index and the outbox's lock are one process's own; so each worker of the suite gets a folder of its own.
    _folder = _folder if _folder.name == _worker else _folder / _worker
_folder.mkdir(parents=True, exist_ok=True)
os.environ["KAIXU_DATA"] = str(_folder)

from marketplace.settings.base import *  # noqa: E402, F403
from marketplace.settings.base import DATABASES, STORAGES  # noqa: E402

SECRET_KEY = "test-only"
ALLOWED_HOSTS = ["localhost", "testserver", "127.0.0.1"]
DEV_PAGES = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
EMAIL_FILE_PATH = _folder / "mail"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PRACTICE_WEBHOOK_SECRET = "practice-test-secret"
GATEWAYS = ["practice", "bank_transfer"]
SIGNING_AUTHORITIES = ["marketplace.licensing.signing.ca.practice.PracticeAuthority"]
ACCOUNT_RATE_LIMITS = False
TEXTS_ENFORCED = False  # the tests of accounts switch it on
RATE_LIMITS = {}
SEARCH_ENCODER = ""  # the tests of meaning switch it on
WHITENOISE_AUTOREFRESH = True

if str(DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
    # A file, because threads of one test share it; and no waiting for the disk.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] |= {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON"
    }
LOGGING = None  # pytest listens by itself
