"""What waits on the desk, and the moderators who look at it."""

from __future__ import annotations

from typing import Any

import pytest

from listings import flow
from listings.models import Listing
from marketplace.accounts.models import User


@pytest.fixture
def waiting(draft: Listing, alice: User) -> Listing:
    """Submitted by Alice."""
    return flow.submit(draft, by=alice)


@pytest.fixture
def mo(person: Any) -> User:
    """A moderator."""
    return person("Morris", is_staff=True)  # type: ignore[no-any-return]


@pytest.fixture
def second(person: Any) -> User:
    """Another one."""
    return person("Mona", is_staff=True)  # type: ignore[no-any-return]
