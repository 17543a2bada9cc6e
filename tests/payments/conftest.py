"""Two sides, a deal in force, and something owed; after every test the books must be right."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from listings.models import LegalStatus, Listing, ListingState, OfferTerms, Patent, Track
from marketplace.accounts.models import Membership, Organization, OrganizationKind, Role, User, VerificationState
from marketplace.lib.terms import today
from marketplace.licensing.models import Agreement, Obligation, ObligationKind, ObligationState, OfferVersion, State
from marketplace.payments import book_checks, stripe_gateway
from marketplace.payments.models import GatewayAccount, Payment, PaymentState, Way
from tests.payments.worlds import ACCOUNT, STRIPE_SECRET, FakeStripe, PracticeWorld, StripeWorld, World

BANK = {"bank_name": "示例银行", "bank_account_name": "示范理工大学", "bank_account": "6222 0000 0000 1234"}


@pytest.fixture(autouse=True)
def books_are_right(db: None) -> Iterator[list[str]]:
    """The production self-check runs after every test (PAY-14); a test that breaks the books empties the list."""
    expected: list[str] = ["checked"]
    yield expected
    if expected:
        assert book_checks.self_check() == []


def member(user: User, organization: Organization, *roles: Role) -> None:
    for role in roles:
        Membership.objects.create(user=user, organization=organization, role=role)


@pytest.fixture
def university(db: None, alice: User) -> Organization:
    made = Organization.objects.create(
        kind=OrganizationKind.UNIVERSITY, name="示范理工大学", state=VerificationState.VERIFIED, **BANK
    )
    member(alice, made, Role.FINANCE)
    return made


@pytest.fixture
def carol(person: Any, university: Organization) -> User:
    """The university's second pair of eyes."""
    made: User = person("Carol")
    member(made, university, Role.OWNER)
    return made


@pytest.fixture
def firm(db: None, bob: User) -> Organization:
    made = Organization.objects.create(
        kind=OrganizationKind.FIRM, name="示例冶炼有限公司", state=VerificationState.VERIFIED
    )
    member(bob, made, Role.FINANCE)
    return made


@pytest.fixture
def rival(db: None, mallory: User) -> Organization:
    """A stranger's university: real roles, wrong organization."""
    made = Organization.objects.create(
        kind=OrganizationKind.UNIVERSITY, name="别的大学", state=VerificationState.VERIFIED
    )
    member(mallory, made, Role.OWNER, Role.FINANCE, Role.SIGNATORY)
    return made


@pytest.fixture
def deal(university: Organization, firm: Organization, alice: User, bob: User) -> Callable[..., Agreement]:
    """Makes an agreement in force (or in the state `end`) between the university and the firm."""
    numbers = itertools.count(1)

    def make(end: State = State.ACTIVE, **fields: Any) -> Agreement:
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
        )
        listing = Listing.objects.create(
            patent=patent,
            organization=university,
            track=Track.PRESET,
            state=ListingState.PUBLISHED,
            published_at=timezone.now(),
            created_by=alice,
        )
        OfferTerms.objects.create(listing=listing)
        version = OfferVersion.objects.create(
            listing=listing,
            sha256=f"{number:064x}",
            snapshot={
                "track": "preset",
                "patent": {"title": patent.title, "application_number": patent.application_number},
                "licensor": {"name": university.name, **BANK},
                "terms": {},
            },
        )
        facts: dict[str, Any] = {
            "reference": f"KX-2026-{number:05d}",
            "verify_code": f"TEST-{number:04d}",
            "track": Track.PRESET,
            "state": State.OFFERED,  # where the database lets an agreement begin
            "listing": listing,
            "version": version,
            "licensor": university,
            "licensee": firm,
            "fee_minor": 800_000,
            "requested_by": bob,
            "contract_sha256": "c" * 64,
            "effective_at": timezone.now(),
            "ends_on": today() + timedelta(days=365),
        }
        made = Agreement.objects.create(**(facts | fields))
        Agreement.objects.filter(pk=made.pk).update(state=end)
        made.refresh_from_db()
        return made

    return make


@pytest.fixture
def owe(deal: Callable[..., Agreement]) -> Callable[..., Obligation]:
    """Makes something owed under a deal of its own."""

    def make(amount_minor: int = 800_000, currency: str = "CNY", **fields: Any) -> Obligation:
        facts: dict[str, Any] = {
            "kind": ObligationKind.FEE,
            "state": ObligationState.DUE,
            "due_on": today() + timedelta(days=10),
        }
        agreement = fields.pop("agreement", None) or deal()
        return Obligation.objects.create(
            agreement=agreement, amount_minor=amount_minor, currency=currency, **(facts | fields)
        )

    return make


@pytest.fixture
def owed(owe: Callable[..., Obligation]) -> Obligation:
    """¥8,000, due."""
    return owe()


@pytest.fixture
def start(bob: User) -> Callable[..., Payment]:
    """Begins a payment at the practice gateway, as the row alone."""

    def make(obligation: Obligation, gateway: Way = Way.PRACTICE, **fields: Any) -> Payment:
        with transaction.atomic():
            return Payment.objects.create(
                obligation=obligation,
                gateway=gateway,
                amount_minor=obligation.amount_minor,
                currency=obligation.currency,
                started_by=bob,
                **({"state": PaymentState.OPEN} | fields),
            )

    return make


@pytest.fixture
def practice_world() -> PracticeWorld:
    return PracticeWorld()


@pytest.fixture
def stripe_world(shared: Path, settings: Any, university: Organization) -> StripeWorld:
    """Stripe is switched on and the university has its account there."""
    settings.GATEWAYS = ["stripe", "practice", "bank_transfer"]
    settings.STRIPE_SECRET_KEY = "sk_test_only"
    settings.STRIPE_WEBHOOK_SECRET = STRIPE_SECRET
    GatewayAccount.objects.create(organization=university, gateway=Way.STRIPE, account=ACCOUNT)
    return StripeWorld(json.loads((shared / "data" / "stripe" / "fixtures3.json").read_text())["resources"])


@pytest.fixture
def stripe_server(stripe_world: StripeWorld, monkeypatch: pytest.MonkeyPatch) -> FakeStripe:
    """The SDK talks to a Stripe of our own."""
    server = FakeStripe(stripe_world.resources)
    monkeypatch.setattr(stripe_gateway, "transport", lambda: server)
    return server


@pytest.fixture(params=["practice", "stripe"])
def world(request: pytest.FixtureRequest) -> World:
    """Each gateway in turn."""
    made: World = request.getfixturevalue(f"{request.param}_world")
    return made


@pytest.fixture
def attempt(world: World, start: Callable[..., Payment]) -> Callable[..., Payment]:
    """Begins a payment at the gateway of this turn."""

    def make(obligation: Obligation, **fields: Any) -> Payment:
        way = Way(world.name)
        return start(obligation, way, account=ACCOUNT if way is Way.STRIPE else "", **fields)

    return make


@pytest.fixture
def enter(client: Client, settings: Any) -> Callable[[User], Client]:
    """Logs a person in who reads English."""

    def make(user: User) -> Client:
        client.force_login(user)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return client

    return make
