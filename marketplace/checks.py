"""System checks: a site that is not safe to run does not start."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Tags, register, run_checks

from marketplace.lib.checking import START

WEAK_SECRETS = ("test", "secret", "change", "default", "insecure", "example", "password", "django-")
SHORTEST_SECRET = 50  # characters; Django warns below


def weak(secret: str) -> bool:
    """Whether a secret is missing, too short, made of few characters, or one of the usual placeholders."""
    lowered = secret.lower()
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < 10 or any(word in lowered for word in WEAK_SECRETS)


@register(Tags.security, START)
def production_is_safe(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse in production what is only good for trying out (kaixu.E001 … E008)."""
    if not settings.PRODUCTION:
        return []
    return [
        Error(problem, hint=f"{remedy} .env.example explains it.", id=f"kaixu.{number}")
        for number, wrong, problem, remedy in _production_rules()
        if wrong
    ]


def _production_rules() -> list[tuple[str, bool, str, str]]:
    """(id, whether it is violated, what is wrong, what to do)."""
    sqlite = str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")
    cache = str(settings.CACHES["default"]["BACKEND"])
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
        ("E005", bool(settings.DEBUG), "DEBUG is on.", "Remove DEBUG from the environment."),
        (
            "E006",
            bool(settings.DEV_PAGES),
            "Pages for development are mounted.",
            "Use marketplace.settings.production as it is.",
        ),
        ("E008", not settings.ALLOWED_HOSTS, "ALLOWED_HOSTS is empty.", "Set it to the site's host names."),
    ]


def refuse_unsafe_start() -> None:
    """Run the checks of every room that are tagged START when a server process starts.

    Raises SystemExit with the messages when one fails.
    """
    errors = [found for found in run_checks(tags=[START]) if found.level >= ERROR]
    if errors:
        sys.stderr.write("\n".join(f"{e.id}: {e.msg} {e.hint or ''}".rstrip() for e in errors) + "\n")
        raise SystemExit(1)
