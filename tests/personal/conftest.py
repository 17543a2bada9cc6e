"""People with something of everything; words are asserted in English."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation

from listings import saved
from listings.search import Query
from marketplace.accounts.models import LogIn, OneTimeCode, Organization, Role, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.needs import flow as needs
from marketplace.notices import notices
from tests.listings.making import firm, member
from tests.needs.conftest import CALL, TOLD


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _index_folder(tmp_path: Path, settings: Any) -> None:
    settings.SEARCH_ROOT = tmp_path / "search"


def fresh(client: Client, user: User) -> Client:
    """Logged in, with password and second factor a moment ago."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def live_a_little(user: User, organization: Organization | None = None) -> None:
    """Leave traces of a person in every room that can be reached without a deal."""
    now = timezone.now()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": f"secret-of-{user.name}"})
    OneTimeCode.objects.create(user=user, purpose="sign", subject="x", code_hash="y", expires_at=now)
    LogIn.objects.create(user=user, at=now, address="203.0.113.9", agent="Browser", how="password")
    saved.keep(Query().asking(f"what {user.name} looks for"), by=user)
    needs.post(TOLD | CALL | {"contact_name": user.name, "contact_email": user.email}, by=user, organization=None)
    if organization is not None:
        member(user, organization, Role.LISTER)
    with transaction.atomic():
        trail.record(Action.NEED_HIDE, user, by=user, reason=f"{user.name} said so")
        notices.tell([user], "accounts.copy_ready", key=f"x:{user.pk}")


@pytest.fixture
def crowd(person: Any) -> list[User]:
    """Fifty people of one firm that also has an owner who stays."""
    shop = firm()
    member(person("Owner"), shop, Role.OWNER)
    people = [person(f"Wanderer{number:02d}", phone=f"138000000{number:02d}") for number in range(50)]
    for each in people:
        live_a_little(each, shop)
    return people
