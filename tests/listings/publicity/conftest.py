"""The people, patents and offers of the room's tests, and a listing in publicity."""

from __future__ import annotations

import pytest

from listings import flow
from listings.models import Listing
from marketplace.accounts.models import Organization, User
from tests.listings.conftest import (  # noqa: F401  fixtures
    draft,
    firm,
    offer,
    open_draft,
    open_offer,
    other_university,
    patent,
    state_university,
    university,
)


@pytest.fixture
def shown(draft: Listing, state_university: Organization, alice: User, moderator: User) -> Listing:  # noqa: F811
    """In publicity since today."""
    return flow.approve(flow.submit(draft, by=alice), by=moderator, revision=1)
