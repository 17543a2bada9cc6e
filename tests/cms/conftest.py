"""The public pages as `seed_site` builds them."""

from __future__ import annotations

import pytest

from cms import seeding


@pytest.fixture
def pages(db: None) -> list[str]:
    """The whole tree in both languages; the paths of the pages made."""
    return seeding.seed()
