"""Closing an account: what stays is said before, the rest is gone, the trail stays valid (PII-5, AUD-3, IDN-3)."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse

from listings.models import SavedSearch
from marketplace.accounts.models import Erasure, Membership, Role, User
from marketplace.accounts.privacy import erasing
from marketplace.audit.models import Said
from marketplace.audit.verify import verify
from marketplace.lib.findings import Refused
from marketplace.notices import calendar
from marketplace.notices.models import Message
from tests.conftest import PASSWORD
from tests.listings.making import firm, member
from tests.personal.conftest import fresh, live_a_little

pytestmark = pytest.mark.django_db


def traces(needle: str) -> list[str]:
    """Every text column of the database in which something still stands."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                rows = model._default_manager.values_list(field.attname, flat=True)
                found += [f"{model._meta.label}.{field.name}" for value in rows if needle in str(value)]
    return sorted(set(found))


def close(user: User) -> Erasure:
    return erasing.erase(user, seen_sha256=erasing.stays(user)[1])


def test_fifty_people_are_erased_and_the_trail_is_valid(crowd: list[User]) -> None:
    before = verify()

    for user in crowd:
        close(user)

    assert traces("Wanderer") == []
    assert traces("wanderer") == []
    assert traces("1380000000") == []
    assert not Said.objects.exists()
    assert not SavedSearch.objects.exists()
    assert not Membership.objects.live().filter(user__in=crowd).exists()
    assert verify(before).number > before.number
    call_command("verify_audit", stdout=StringIO())
    assert Erasure.objects.count() == 50


def test_the_search_for_traces_finds_people_who_are_still_here(crowd: list[User]) -> None:
    close(crowd[0])

    assert traces("Wanderer00") == []
    assert {"accounts.User.name", "audit.Said.text", "needs.Need.contact_name"} <= set(traces("Wanderer01"))


def test_what_stays_is_said_before_with_reason_and_day_and_is_recorded(client: Client, alice: User) -> None:
    live_a_little(alice)
    fresh(client, alice)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("accounts:close")).content.decode()

    assert "Log-ins with network address" in page
    assert "Cybersecurity Law art. 21" in page

    kept, digest = erasing.stays(alice)
    answer = client.post(reverse("accounts:close"), {"agreed": "on", "seen": digest})

    assert "Your account is closed" in answer.content.decode()
    row = Erasure.objects.get()
    assert (row.stays, row.stays_sha256) == (kept, digest)
    assert row.gone["accounts"] >= 4


def test_an_outdated_list_of_what_stays_closes_nothing(alice: User) -> None:
    with pytest.raises(Refused, match="changed since you read it"):
        erasing.erase(alice, seen_sha256="0" * 64)

    assert User.objects.get(pk=alice.pk).is_active
    assert not Erasure.objects.exists()


def test_the_only_owner_of_a_firm_with_members_names_another_one_first(alice: User, bob: User) -> None:
    shop = firm()
    member(alice, shop, Role.OWNER)
    member(bob, shop, Role.VIEWER)

    with pytest.raises(Refused, match="only owner"):
        close(alice)
    assert User.objects.get(pk=alice.pk).name == "Alice"

    member(bob, shop, Role.OWNER)
    close(alice)
    assert User.objects.get(pk=alice.pk).name == erasing.CLOSED_NAME


def test_a_moderator_is_not_closed(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    alice.refresh_from_db()

    with pytest.raises(Refused, match="moderator"):
        close(alice)


def test_nobody_logs_in_and_every_link_is_dead_afterwards(client: Client, alice: User, settings: Any) -> None:
    live_a_little(alice)
    feed = reverse("notices:calendar", args=[calendar.token(alice)])
    other = Client()
    other.force_login(alice)
    assert client.get(feed).status_code == 200

    close(alice)

    assert client.get(feed).status_code == 404
    assert not client.login(email="alice@example.test", password=PASSWORD)
    assert other.get(reverse("accounts:profile")).status_code == 302
    assert not Message.objects.filter(user=alice).exists()


def test_closing_twice_is_closing_once(alice: User) -> None:
    first = close(alice)

    assert erasing.erase(alice, seen_sha256="") == first
