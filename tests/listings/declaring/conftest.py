"""The people, patents and offers of the room's tests."""

from __future__ import annotations

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
