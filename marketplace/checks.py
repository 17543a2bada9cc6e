"""System checks: a site that is not safe to run does not start."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

WEAK_SECRETS = ("test", "secret", "change", "default", "insecure", "example", "password", "django-")
SHORTEST_SECRET = 40


def _production() -> bool:
    return bool(settings.PRODUCTION)


def weak(secret: str) -> bool:
    """Whether a secret is missing, too short, made of few characters, or one of the usual placeholders."""
    lowered = secret.lower()
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < 10 or any(word in lowered for word in WEAK_SECRETS)


@register(Tags.security)
def production_is_safe(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse in production what is only good for trying out (kaixu.E001 … E006)."""
    if not _production():
        return []
    return [
        Error(problem, hint=f"{remedy} .env.example explains it.", id=f"kaixu.{number}")
        for number, wrong, problem, remedy in _production_rules()
        if wrong
    ]


def _production_rules() -> list[tuple[str, bool, str, str]]:
    """(id, whether it is violated, what is wrong, what to do)."""
    sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    cache = settings.CACHES["default"]["BACKEND"]
    stripe_key = settings.STRIPE_SECRET_KEY
    live_key = stripe_key.startswith(("sk_live_", "rk_live_"))
    return [
        (
            "E001",
            sqlite and not settings.ACCEPT_SQLITE_LIMITS,
            "SQLite in production: one writer, no point-in-time restore.",
            "Set DATABASE_URL to PostgreSQL, or ACCEPT_SQLITE_LIMITS=1 after reading the table in the README.",
        ),
        (
            "E002",
            weak(settings.SECRET_KEY),
            "SECRET_KEY is missing, short or a placeholder.",
            f"Set SECRET_KEY to at least {SHORTEST_SECRET} random characters.",
        ),
        ("E003", cache.endswith("LocMemCache"), "Each process would have a cache of its own.", "Use a shared cache."),
        (
            "E004",
            bool(stripe_key) and settings.STRIPE_LIVE and not live_key,
            "STRIPE_LIVE is on, but STRIPE_SECRET_KEY is a test key.",
            "Set the live key, or STRIPE_LIVE=0.",
        ),
        ("E005", bool(settings.DEBUG), "DEBUG is on.", "Remove DEBUG from the environment."),
        (
            "E006",
            "practice" in settings.GATEWAYS or settings.DEV_PAGES,
            "Pages for practice and development are mounted.",
            "Use marketplace.settings.production as it is.",
        ),
        (
            "E007",
            bool(stripe_key) and not settings.STRIPE_WEBHOOK_SECRET,
            "Stripe is configured without the secret of its webhook.",
            "Set STRIPE_WEBHOOK_SECRET.",
        ),
        ("E008", not settings.ALLOWED_HOSTS, "ALLOWED_HOSTS is empty.", "Set it to the site's host names."),
    ]


def refuse_unsafe_start() -> None:
    """Run the production checks when a server process starts; WSGI servers run no checks by themselves.

    Raises SystemExit with the messages when one fails.
    """
    errors = production_is_safe()
    if errors:
        sys.stderr.write("\n".join(f"{e.id}: {e.msg} {e.hint}" for e in errors) + "\n")
        raise SystemExit(1)
