"""A person may do a thing so often in a window of time, whoever of the workers answers (IDN-9)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.conf import settings as site
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from marketplace.lib.limits import allow, first

DATABASE = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "limits_test_cache"}}


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


@pytest.fixture
def in_the_database(settings: Any, db: None) -> None:
    settings.CACHES = DATABASE
    call_command("createcachetable", verbosity=0)


def test_the_database_as_shared_cache_keeps_the_count(in_the_database: None) -> None:
    with time_machine.travel("2026-11-24T00:00:10+00:00", tick=False) as clock:
        answers = [allow("search", "192.0.2.1") for _ in range(7)]
        clock.move_to("2026-11-24T00:01:00+00:00")
        later = [allow("search", "192.0.2.1") for _ in range(6)]

    assert answers == [True] * 5 + [False] * 2
    assert later == [True] * 5 + [False]


def test_a_count_in_the_database_is_one_statement(in_the_database: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        allow("search", "192.0.2.1")
    with django_assert_num_queries(1):
        allow("search", "192.0.2.1")


def test_old_counts_go_when_the_cache_sweeps(in_the_database: None) -> None:
    with time_machine.travel("2026-11-24T00:00:10+00:00", tick=False):
        allow("search", "192.0.2.1")
    with time_machine.travel("2026-11-24T00:02:10+00:00", tick=False), connection.cursor() as cursor:
        caches["default"]._cull("default", cursor, timezone.now().replace(microsecond=0), 1)  # type: ignore[attr-defined]
        cursor.execute("SELECT count(*) FROM limits_test_cache")

        assert cursor.fetchone()[0] == 0


# What one of several web processes does: eight threads ask for the same person as fast as they can.
WORKER = """
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
import django
from django.conf import settings
told = json.loads(sys.argv[1])
settings.configure(DATABASES={"default": told["database"]}, CACHES=told["caches"], USE_TZ=True,
                   RATE_LIMITS={"search": "100/hour"})
django.setup()
from marketplace.lib.limits import allow
with ThreadPoolExecutor(8) as threads:
    print(sum(threads.map(lambda _turn: allow("search", "192.0.2.77"), range(60))))
"""


@pytest.mark.django_db(transaction=True)
def test_several_processes_together_give_exactly_the_limit(settings: Any) -> None:
    settings.CACHES = DATABASE
    call_command("createcachetable", verbosity=0)
    told = {name: connection.settings_dict[name] for name in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT")}
    told |= {"NAME": str(connection.settings_dict["NAME"]), "OPTIONS": connection.settings_dict["OPTIONS"]}
    asked = [sys.executable, "-c", WORKER, json.dumps({"database": told, "caches": DATABASE})]
    environment = os.environ | {"PYTHONPATH": str(site.BASE_DIR)}

    workers = [subprocess.Popen(asked, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    given = [int(worker.communicate(timeout=60)[0]) for worker in workers]

    assert sum(given) == 100
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE limits_test_cache")


@pytest.mark.django_db(transaction=True)
def test_reading_goes_on_uncounted_while_another_holds_the_table(settings: Any) -> None:
    settings.CACHES = DATABASE
    call_command("createcachetable", verbosity=0)
    allow("search", "192.0.2.1")
    short = "SET lock_timeout = 50" if connection.vendor == "postgresql" else "PRAGMA busy_timeout = 50"

    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
        cursor.execute("UPDATE limits_test_cache SET value = '5'")
        with ThreadPoolExecutor(1) as other:
            answer = other.submit(_allowed_after, short).result()
        cursor.execute("ROLLBACK")
        cursor.execute("DROP TABLE limits_test_cache")

    assert answer is True


def _allowed_after(statement: str) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return allow("search", "192.0.2.1")
    finally:
        connections.close_all()


def test_the_first_time_is_only_once_until_it_is_forgotten(in_the_database: None) -> None:
    with time_machine.travel("2026-11-24T00:00:10+00:00", tick=False):
        answers = [first("asked", "192.0.2.1", 60) for _ in range(3)]
        other = first("asked", "192.0.2.2", 60)

    assert answers == [True, False, False]
    assert other is True


def test_who_it_was_is_kept_as_a_hash_only(in_the_database: None) -> None:
    allow("search", "192.0.2.1")
    first("asked", "192.0.2.1", 60)

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM limits_test_cache")
        rows = cursor.fetchall()

    assert len(rows) == 2
    assert not [row for row in rows if "192.0.2.1" in str(row)]
