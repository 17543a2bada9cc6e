"""A person may do a thing so often in a window of time, whoever of the workers answers (IDN-9)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command

from marketplace.lib.limits import allow


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> None:
    settings.RATE_LIMITS = {"search": "5/minute"}


def test_so_many_are_allowed_and_no_more_until_the_next_window() -> None:
    with time_machine.travel("2026-11-24T00:00:10+00:00", tick=False) as clock:
        first = [allow("search", "192.0.2.1") for _ in range(7)]
        clock.move_to("2026-11-24T00:01:00+00:00")
        later = allow("search", "192.0.2.1")

    assert first == [True] * 5 + [False] * 2
    assert later is True


def test_one_does_not_use_up_the_share_of_another() -> None:
    for _ in range(6):
        allow("search", "192.0.2.1")

    assert allow("search", "192.0.2.1") is False
    assert allow("search", "192.0.2.2") is True


def test_a_name_without_limit_is_always_allowed() -> None:
    assert all(allow("verify", "192.0.2.1") for _ in range(50))


def test_many_at_once_get_exactly_their_share() -> None:
    with time_machine.travel("2026-11-24T00:00:10+00:00", tick=False), ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _turn: allow("search", "192.0.2.9"), range(200)))

    assert answers.count(True) == 5


@pytest.mark.django_db
def test_the_database_as_shared_cache_keeps_the_count(settings: Any) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "limits_test_cache"}
    }
    call_command("createcachetable", verbosity=0)

    with time_machine.travel("2026-11-24T00:00:10+00:00", tick=False):
        answers = [allow("search", "192.0.2.1") for _ in range(7)]

    assert answers == [True] * 5 + [False] * 2


def test_who_it_was_is_kept_as_a_hash_only(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    add = cache.add

    def noting(key: str, *rest: Any, **named: Any) -> bool:
        names.append(key)
        return add(key, *rest, **named)

    monkeypatch.setattr(cache, "add", noting)

    allow("search", "192.0.2.1")

    assert len(names) == 1
    assert "192.0.2.1" not in names[0]
