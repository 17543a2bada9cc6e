"""Alice of the university, Bob of a firm, Mallory of another university; a patent and drafts that rules let pass."""

from __future__ import annotations

import pytest

from listings.models import Listing, Patent, Track
from marketplace.accounts.models import Organization, Role, User
from tests.listings import making
from tests.listings.building import authorize, offered, sound_draft, sound_patent


@pytest.fixture
def university(alice: User) -> Organization:
    """Verified, not established by the state; Alice is owner, lister and signatory."""
    row = making.university()
    making.member(alice, row, Role.OWNER, Role.LISTER, Role.SIGNATORY)
    authorize(alice, row)
    return row


@pytest.fixture
def state_university(university: Organization) -> Organization:
    """The same, established by the state: publicity applies (INST-1)."""
    university.state_established = True
    university.save()
    return university


@pytest.fixture
def firm(bob: User) -> Organization:
    """Bob's small firm."""
    row = making.firm(size="small")
    making.member(bob, row, Role.OWNER, Role.SIGNATORY)
    return row


@pytest.fixture
def other_university(mallory: User) -> Organization:
    """Mallory's own."""
    row = making.university("示范师范大学")
    making.member(mallory, row, Role.OWNER, Role.LISTER, Role.SIGNATORY)
    authorize(mallory, row)
    return row


@pytest.fixture
def patent(university: Organization) -> Patent:
    """Sound."""
    return sound_patent(university)


@pytest.fixture
def draft(patent: Patent, alice: User) -> Listing:
    """On the preset track."""
    return sound_draft(patent, alice)


@pytest.fixture
def open_draft(patent: Patent, alice: User) -> Listing:
    """On the open track."""
    return sound_draft(patent, alice, track=Track.OPEN)


@pytest.fixture
def offer(patent: Patent, alice: User, moderator: User) -> Listing:
    """On offer, preset track."""
    return offered(patent, alice, moderator)


@pytest.fixture
def open_offer(patent: Patent, alice: User, moderator: User) -> Listing:
    """On offer, open track, declared."""
    return offered(patent, alice, moderator, track=Track.OPEN)
