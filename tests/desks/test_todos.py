"""What rooms register stands on the desk, with the nearest deadline on top, in a fixed number of questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from marketplace.accounts.models import Organization, Role, User
from marketplace.accounts.privacy import contacts
from marketplace.accounts.privacy.contacts import Whose
from marketplace.lib import todo
from marketplace.lib.todo import Desk, Todo
from tests.listings.making import firm, member, university

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def shop(bob: User) -> Organization:
    made = firm()
    member(bob, made, Role.OWNER)
    return made


def desk(user: User, organization: Organization, *roles: str) -> Desk:
    return Desk(user, organization, frozenset(roles or {"owner"}), DAY)


def test_deadlines_come_first_and_rooms_keep_their_order(monkeypatch: pytest.MonkeyPatch, bob: User, shop: Any) -> None:
    monkeypatch.setattr(todo, "_SOURCES", {})
    todo.source("b", lambda _desk: [Todo("later", "", "/", "Go", date(2026, 3, 9)), Todo("some day", "", "/", "Go")])
    todo.source(
        "a", lambda _desk: [Todo("soon", "", "/", "Go", date(2026, 3, 3)), Todo("first", "", "/", "Go")], order=1
    )

    assert [one.title for one in todo.of(desk(bob, shop))] == ["soon", "later", "first", "some day"]


def test_a_question_for_the_contact_stands_on_the_firms_desk_until_it_is_decided(
    client: Client, alice: User, bob: User, shop: Organization
) -> None:
    school = university()
    member(alice, school, Role.LISTER)
    asked = contacts.ask(school, Whose(shop), by=alice, about="KX-1")
    client.force_login(bob)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"

    assert "asks whom to call" in client.get(reverse("desks:home")).content.decode()
    contacts.end(asked, by=bob)

    assert "asks whom to call" not in client.get(reverse("desks:home")).content.decode()


def test_whoever_signs_is_told_that_a_second_factor_is_missing(bob: User, shop: Organization) -> None:
    def told() -> list[str]:
        return [one.label for one in todo.of(desk(bob, shop, "owner", "signatory"))]

    assert "Add a passkey or an app" not in told()
    shop.second_factor = True

    assert "Add a passkey or an app" in told()
    assert "Add a passkey or an app" not in [one.label for one in todo.of(desk(bob, shop, "owner"))]


def test_ten_questions_ask_as_much_of_the_database_as_one(alice: User, bob: User, shop: Organization) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            todo.of(desk(bob, shop))
        return len(asked)

    contacts.ask(university(), Whose(shop), by=alice)
    before = questions()
    for number in range(9):
        contacts.ask(university(f"第 {number} 大学"), Whose(shop), by=alice)

    assert len(todo.of(desk(bob, shop))) == 10
    assert questions() == before
