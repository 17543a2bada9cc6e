"""When a person was last here is noted, but not with every page."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.middleware import LastSeen
from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db
PAGE = "/find/"


def written(client: Client, **headers: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(PAGE, headers=headers)
    return sum("usersessions_usersession" in query["sql"] for query in asked)


def test_the_first_page_notes_a_session_and_the_next_writes_nothing(client: Client, bob: User) -> None:
    client.force_login(bob)

    first, second = written(client), written(client)

    assert first > 0
    assert second == 0
    assert UserSession.objects.get(user=bob).ip == "127.0.0.1"


def test_another_browser_is_noted_at_once(client: Client, bob: User) -> None:
    client.force_login(bob)
    client.get(PAGE)

    assert written(client, **{"User-Agent": "another/2"}) > 0
    assert UserSession.objects.get(user=bob).user_agent == "another/2"


def test_after_a_while_it_is_noted_again(client: Client, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LastSeen, "EVERY", 0.0)
    client.force_login(bob)
    client.get(PAGE)

    assert written(client) > 0


def test_a_stranger_leaves_no_session(client: Client) -> None:
    assert written(client) == 0
