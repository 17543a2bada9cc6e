"""A university and a firm with their people; words are asserted in English, whatever the site's first language is."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.utils import translation

from marketplace.accounts import flow, legal
from marketplace.accounts.models import AuthorityState, LegalText, Organization, SigningAuthority, User, Verification
from marketplace.outbox import worker
from tests.conftest import PASSWORD

GOOD_CODE = "91110108551385082Q"
FAILING_CODE = "91350203M0001QKT19"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"xref\n0 3\ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n96\n%%EOF\n"
)


def visitor() -> Client:
    """A browser whose reader chose English."""
    client = Client()
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _own_vault(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "vault": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


@pytest.fixture
def texts(db: None) -> list[LegalText]:
    """The seeded texts, also where an earlier test emptied every table."""
    migration = importlib.import_module("marketplace.accounts.migrations.0003_texts_and_moderators")
    migration.seed_texts(apps, None)
    Group.objects.get_or_create(name="Moderators")
    return legal.current()


@pytest.fixture
def person(person: Any) -> Any:
    """Makes people who read English."""

    def make(name: str, **fields: Any) -> User:
        return person(name, **({"language": "en"} | fields))  # type: ignore[no-any-return]

    return make


@pytest.fixture
def firm(bob: User) -> Organization:
    """Bob's firm, of which he is owner, signatory and legal representative; not yet verified."""
    return flow.register_organization(
        by=bob,
        kind="firm",
        is_legal_representative=True,
        name="Example Smelting",
        credit_code=GOOD_CODE,
        legal_representative="Bob",
        division="410305",
    )


@pytest.fixture
def university(alice: User) -> Organization:
    """Alice's university; she is its owner only."""
    return flow.register_organization(by=alice, kind="university", name="Example University", state_established=True)


@pytest.fixture
def verify(moderator: User) -> Callable[[Organization], None]:
    """Lets the moderator verify an organization and confirm its authorities."""

    def run(organization: Organization) -> None:
        Organization.objects.filter(pk=organization.pk).update(state="pending")
        owner = organization.memberships.filter(role="owner").first()
        assert owner is not None
        tried = Verification.objects.create(organization=organization, submitted_by=owner.user)
        flow.decide_verification(tried, by=moderator, decision="verified")
        for authority in SigningAuthority.objects.filter(organization=organization, state=AuthorityState.PENDING):
            flow.confirm_authority(authority, by=moderator)
        organization.refresh_from_db()

    return run


@pytest.fixture
def log_in() -> Callable[[User], Client]:
    """A browser in which a person has logged in with the password, just now."""

    def run(user: User) -> Client:
        from allauth.account.models import EmailAddress

        EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        client = visitor()
        answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return run


def deliver() -> None:
    """Carry out everything the outbox holds."""
    worker.run_pending(limit=100)


def mailed_code(to: User) -> str:
    """The six digits of the newest mail to a person, after delivering."""
    deliver()
    letters = [letter for letter in mail.outbox if letter.to == [to.email]]
    found = re.search(r"^(\d{6})$", str(letters[-1].body), re.MULTILINE)
    assert found is not None
    return found[1]


def mailed_token(to: str) -> str:
    """The token of the newest invitation to an address, after delivering."""
    deliver()
    letters = [letter for letter in mail.outbox if letter.to == [to]]
    found = re.search(r"/invitation/([\w-]+)/", str(letters[-1].body))
    assert found is not None
    return found[1]
