"""The world is built once for a module; every test rolls back what its requests did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.access.state import nothing_stays
from tests.access.world import World, build


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """A university, a firm, and all that lies between them."""
    with django_db_blocker.unblock(), nothing_stays():
        yield build()
