"""A university and a firm with deals between them, made as rows; and a browser that counts its questions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from listings.models import LegalStatus, Listing, ListingState, OfferTerms, Patent, Track
from marketplace.accounts.models import (
    AuthorityBasis,
    AuthorityState,
    Membership,
    Organization,
    OrganizationKind,
    Role,
    SigningAuthority,
    User,
    VerificationState,
)
from marketplace.lib.terms import today
from marketplace.licensing.models import Agreement, Obligation, ObligationKind, ObligationState, OfferVersion, State


def organization(kind: OrganizationKind, name: str, user: User, *roles: Role) -> Organization:
    """A verified organization with somebody who may sign for it."""
    made = Organization.objects.create(kind=kind, name=name, state=VerificationState.VERIFIED)
    for role in roles:
        Membership.objects.create(user=user, organization=made, role=role)
    SigningAuthority.objects.create(
        user=user,
        organization=made,
        basis=AuthorityBasis.LEGAL_REPRESENTATIVE,
        valid_from=today() - timedelta(days=10),
        state=AuthorityState.CONFIRMED,
    )
    return made


@pytest.fixture
def university(alice: User) -> Organization:
    """Alice's."""
    return organization(
        OrganizationKind.UNIVERSITY, "示范理工大学", alice, Role.OWNER, Role.SIGNATORY, Role.LISTER, Role.FINANCE
    )


@pytest.fixture
def firm(bob: User) -> Organization:
    """Bob's."""
    return organization(OrganizationKind.FIRM, "示例冶炼有限公司", bob, Role.OWNER, Role.SIGNATORY, Role.FINANCE)


@pytest.fixture
def listing(university: Organization, alice: User) -> Callable[..., Listing]:
    """Makes a published listing of a patent of its own."""
    numbers = itertools.count(1)

    def make(state: str = ListingState.PUBLISHED, **fields: Any) -> Listing:
        number = next(numbers)
        patent = Patent.objects.create(
            organization=university,
            application_number=f"20191000{number:05d}",
            kind="invention",
            title=f"低浓度烟气吸收方法 {number}",
            patentee=university.name,
            status=LegalStatus.IN_FORCE,
            filed_on=today() - timedelta(days=900),
            granted_on=today() - timedelta(days=200),
            fees_paid_through=3,
        )
        made = Listing.objects.create(
            patent=patent,
            organization=university,
            track=Track.PRESET,
            state=ListingState.DRAFT,
            published_at=timezone.now(),
            created_by=alice,
            **fields,
        )
        OfferTerms.objects.create(listing=made)
        Listing.objects.filter(pk=made.pk).update(state=state)
        made.refresh_from_db()
        return made

    return make


@pytest.fixture
def deal(
    listing: Callable[..., Listing], university: Organization, firm: Organization, bob: User
) -> Callable[..., Agreement]:
    """Makes an agreement, offered and waiting for both signatures unless said otherwise."""
    numbers = itertools.count(1)

    def make(**fields: Any) -> Agreement:
        number = next(numbers)
        offer = listing()
        version = OfferVersion.objects.create(listing=offer, sha256=f"{number:064x}", snapshot={"track": "preset"})
        facts: dict[str, Any] = {
            "reference": f"KX-2026-{number:05d}",
            "verify_code": f"TEST-{number:04d}",
            "track": Track.PRESET,
            "state": State.OFFERED,
            "listing": offer,
            "version": version,
            "licensor": university,
            "licensee": firm,
            "fee_minor": 800_000,
            "requested_by": bob,
            "contract_sha256": "c" * 64,
        }
        return Agreement.objects.create(**(facts | fields))

    return make


@pytest.fixture
def active(deal: Callable[..., Agreement]) -> Callable[[], Agreement]:
    """Makes an agreement in force since today."""

    def make() -> Agreement:
        made = deal(effective_at=timezone.now(), ends_on=today() + timedelta(days=365))
        Agreement.objects.filter(pk=made.pk).update(state=State.ACTIVE)
        made.refresh_from_db()
        return made

    return make


@pytest.fixture
def owe() -> Callable[..., Obligation]:
    """Makes something owed under an agreement."""

    def make(agreement: Agreement, **fields: Any) -> Obligation:
        facts: dict[str, Any] = {
            "kind": ObligationKind.FEE,
            "state": ObligationState.DUE,
            "due_on": today() + timedelta(days=10),
            "amount_minor": 800_000,
        }
        return Obligation.objects.create(agreement=agreement, **(facts | fields))

    return make


@pytest.fixture
def asked(client: Client) -> Callable[[str], int]:
    """How many questions a page asks the database."""

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    return count
