"""Development: works without any configuration, keeps everything under DATA_DIR."""

from __future__ import annotations

import secrets
from pathlib import Path

from marketplace.settings import logs
from marketplace.settings.base import *  # noqa: F403
from marketplace.settings.base import DATA_DIR, STORAGES
from marketplace.settings.env import flag, text


def _own_secret(file: Path) -> str:
    """A secret of this machine alone, made at the first start."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text()


DEBUG = flag("DEBUG", default=False)  # errors are shown as users see them; DEBUG=1 brings the tracebacks
DEV_PAGES = True
DEMO = True
SECRET_KEY = _own_secret(DATA_DIR / "secret")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *text("ALLOWED_HOSTS", "").split(",")]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
PRACTICE_WEBHOOK_SECRET = _own_secret(DATA_DIR / "practice-secret")
GATEWAYS = ["practice", "bank_transfer"]
SIGNING_AUTHORITIES = ["marketplace.licensing.signing.ca.practice.PracticeAuthority"]
LOGGING = logs.configure(as_json=False)

# Files as they stand in the code: no collecting before the first look.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
