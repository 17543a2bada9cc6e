"""What every test may ask for: three people who must never be mixed up, the reference data, a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

if TYPE_CHECKING:
    from marketplace.accounts.models import User

# Playwright's synchronous driver runs an event loop in the test's thread; Django then refuses the database calls that
# a test makes beside it. The loop is not ours, so the guard has nothing to guard.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PASSWORD = "correct horse battery staple 9"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the translations once, before any worker reads them: a fresh checkout has none."""
    if not hasattr(session.config, "workerinput"):
        from django.utils.translation.reloader import translation_file_changed

        from marketplace import catalogs

        catalogs.compile_all()
        translation_file_changed(None, Path("django.mo"))  # what was read before them is forgotten


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the Elasticsearch node that the tests of this run shared, if any of them asked for one."""
    if not hasattr(session.config, "workerinput"):
        from tests.services.elasticsearch import shared

        shared.end()


def pytest_configure() -> None:
    """Let the test client remember the context of the page alone.

    It copies the context of every included template otherwise, which costs more than rendering it.
    """
    from django.test import client

    remember: Any = client.store_rendered_templates  # type: ignore[attr-defined]

    def page_only(store: dict[str, Any], signal: Any, sender: Any, template: Any, context: Any, **more: Any) -> None:
        if "context" not in store and "request" in context:
            remember(store, signal, sender, template, context, **more)

    client.store_rendered_templates = page_only  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)  # before the marks are asked for
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what drives a browser: such tests run in a process of their own (`pytest -m browser`).

    The driver keeps an event loop running in the test's thread, and sealing a PDF wants one of its own.
    """
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    if config.getoption("--of-database"):
        enough = [item for item in items if item.get_closest_marker("sqlite_suffices")]
        _keep(config, items, [item for item in items if _asks_database(item) and item not in set(enough)])
    if config.getoption("--postgres-follows"):
        once = [item for item in items if item.get_closest_marker("one_database") and _asks_database(item)]
        _keep(config, items, [item for item in items if item not in set(once)])


def _keep(config: pytest.Config, items: list[pytest.Item], kept: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two runs share the work.

    `--of-database`: what asks no database is the same on every one, so the second run leaves it out; so it does
    with the walks that ask who may see what (mark `sqlite_suffices`), which take three times as long there.
    `--postgres-follows`: what one database is enough for (mark `one_database`: walks through every page, floods of
    hostile texts, the cluster's engine) is left to PostgreSQL, which is the stricter one: it refuses NUL bytes,
    over-long texts, wrong types, and anything after an error in a transaction.
    """
    parser.addoption("--of-database", action="store_true", help="only tests that ask the database")
    parser.addoption("--postgres-follows", action="store_true", help="leave to it what one database is enough for")


def _asks_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


def missing(what: str) -> None:
    """Skip where something is not installed; on CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """A database of this worker's own, copied from a migrated template."""
    from django.db import connections
    from django.test import TransactionTestCase
    from django.test.utils import setup_databases, teardown_databases

    from tests.services import template

    with django_db_blocker.unblock():
        restore = template.prepare()
        made = setup_databases(verbosity=0, interactive=False, keepdb=True)

    def put_back(_case: TransactionTestCase) -> None:
        """After a test with transactions of its own: the migrated database again, seeds and guards included."""
        connections.close_all()
        restore()

    with patch.object(TransactionTestCase, "_fixture_teardown", put_back):
        yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0, keepdb=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the checkout; tests that need it skip where it is not."""
    folder = Path(__file__).resolve().parent.parent.parent / "shared"
    if not folder.is_dir():
        missing("The reference data (../shared) is not beside this checkout.")
    return folder


@pytest.fixture
def person(db: None) -> Any:
    """Makes a person: `person("Alice")`."""
    from marketplace.accounts.models import User

    def make(name: str, **fields: Any) -> User:
        return User.objects.create_user(f"{name.lower()}@example.test", PASSWORD, name=name, **fields)

    return make


@pytest.fixture
def alice(person: Any) -> User:
    """Of the university."""
    return person("Alice")  # type: ignore[no-any-return]


@pytest.fixture
def bob(person: Any) -> User:
    """Of the firm."""
    return person("Bob")  # type: ignore[no-any-return]


@pytest.fixture
def mallory(person: Any) -> User:
    """A stranger."""
    return person("Mallory")  # type: ignore[no-any-return]


@pytest.fixture
def moderator(person: Any) -> User:
    """Of the platform."""
    return person("Mo", is_staff=True)  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    from tests.services.chromium import MISSING, find

    path = find()
    if path is None:
        missing(MISSING)
        raise AssertionError
    return path


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str) -> dict[str, Any]:
    """pytest-playwright starts this browser, headless."""
    from tests.services.chromium import FLAGS

    return {"executable_path": chromium, "args": FLAGS, "headless": True}


@pytest.fixture(autouse=True)
def _no_leftovers() -> None:
    """Each test starts with an empty cache."""
    from django.core.cache import cache

    cache.clear()
