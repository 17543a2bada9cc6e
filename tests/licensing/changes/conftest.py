"""Talks between Alice's university and Bob's firm, with a moderator beside them."""

from __future__ import annotations

from typing import Any

import pytest

from listings import negotiated, offers
from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.licensing.flow import amending, negotiating
from marketplace.licensing.models import Agreement, Amendment, Negotiation, Proposal
from marketplace.licensing.terms import clauses
from marketplace.outbox import worker
from tests.licensing.conftest import confirm_all, sign

LOWER = 2_400_000


def terms_of(listing: Listing, **changes: Any) -> dict[str, Any]:
    """The offer's terms for everybody, with some changed."""
    return negotiated.starting(offers.snapshot(listing), "") | changes


def ask_other(listing: Listing, licensee: Organization, by: User, **changes: Any) -> Negotiation:
    """Bob asks for other terms: ¥24,000 instead of ¥30,000 where nothing else is said."""
    listing = Listing.objects.get(pk=listing.pk)
    wanted = terms_of(listing, **(changes or {"fee_minor": LOWER}))
    wish = negotiating.OtherTerms(terms=wanted, reason="我们产量小", intended_use="铅冶炼尾气")
    return negotiating.ask(listing, wish, licensee=licensee, by=by)


def live(negotiation: Negotiation) -> Proposal:
    """The version that stands."""
    return Proposal.objects.get(negotiation=negotiation, live=True)


def accept(negotiation: Negotiation, by: User) -> Negotiation:
    """A yes to the version that stands."""
    standing = live(negotiation)
    return negotiating.accept(negotiation, by=by, number=standing.number, sha256=standing.sha256)


def made(negotiation: Negotiation) -> Agreement:
    """The contract made of the version that both accepted."""
    return Agreement.objects.get(proposal=live(negotiation))


def counter(negotiation: Negotiation, by: User, *, reason: str = "折中", **changes: Any) -> Proposal:
    """Another version in the place of the live one."""
    standing = live(negotiation)
    return negotiating.propose(negotiation, by=by, terms=standing.terms | changes, reason=reason, seen=standing.number)


def sign_both(agreement: Agreement, licensee: User, licensor: User) -> Agreement:
    """Every highlighted clause, then both signatures."""
    confirm_all(agreement, licensee)
    sign(agreement, licensee)
    return sign(agreement, licensor)


def confirm_change(amendment: Amendment, by: User) -> None:
    """Every highlighted clause that the amendment touches, one by one."""
    for clause in clauses.open_ones(amendment):
        amending.confirm(amendment, by=by, clause=clause.key, text_sha256=clause.sha256)


def run_outbox() -> None:
    """Carry out what waits."""
    worker.run_pending()


@pytest.fixture
def moderator(mallory: User) -> User:
    """Mallory as a moderator, in neither organization."""
    User.objects.filter(pk=mallory.pk).update(is_staff=True)
    mallory.refresh_from_db()
    return mallory


@pytest.fixture
def asked(listing: Listing, firm: Organization, bob: User) -> Negotiation:
    """Bob has asked for ¥24,000; a coordinator's turn."""
    return ask_other(listing, firm, bob)


@pytest.fixture
def talking(asked: Negotiation, moderator: User) -> Negotiation:
    """The coordinator has passed it on: Alice's turn."""
    return negotiating.take(asked, by=moderator)


@pytest.fixture
def agreed(talking: Negotiation, alice: User) -> Negotiation:
    """Alice has accepted: the contract waits for signatures."""
    return accept(talking, alice)
