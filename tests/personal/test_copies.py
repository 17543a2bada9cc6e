"""A copy of everything about a person: whole, nobody else's, fetched once (PII-5)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import PersonalCopy, User
from marketplace.accounts.privacy import copying
from marketplace.lib import personal
from marketplace.outbox.worker import run_pending
from tests.conftest import PASSWORD
from tests.personal.conftest import live_a_little

pytestmark = pytest.mark.django_db


def told(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert sorted(file.namelist()) == ["kaixu/data.json", "kaixu/index.html"]
        page = file.read("kaixu/index.html").decode()
        assert "<table>" in page
        assert "src=" not in page
        found: dict[str, Any] = json.loads(file.read("kaixu/data.json"))
        return found


def made(user: User) -> bytes:
    copy = copying.ask(user)
    run_pending()
    return copying.fetch(user, copy.code) or b""


def test_a_copy_holds_what_every_room_keeps_of_the_person(alice: User) -> None:
    live_a_little(alice)

    parts = told(made(alice))

    assert set(parts) == {part.name for part in personal.parts()}
    assert parts["account"][0]["email"] == "alice@example.test"
    assert parts["log_ins"][0]["address"] == "203.0.113.9"
    assert parts["saved_searches"][0]["query"]
    assert parts["needs"][0]["contact_name"] == "Alice"
    assert parts["inbox"][0]["subject"]


def test_a_copy_holds_nothing_of_others_and_no_secret(alice: User, bob: User) -> None:
    live_a_little(alice)
    live_a_little(bob)

    text = json.dumps(told(made(alice)))

    assert "Bob" not in text
    assert "bob@" not in text
    assert "secret-of-Alice" not in text
    assert alice.password not in text


def test_a_copy_is_fetched_once(alice: User) -> None:
    copy = copying.ask(alice)
    run_pending()

    assert copying.fetch(alice, copy.code) is not None
    assert copying.fetch(alice, copy.code) is None
    assert PersonalCopy.objects.get().data is None


def test_nobody_fetches_anothers_copy(alice: User, mallory: User) -> None:
    copy = copying.ask(alice)
    run_pending()

    assert copying.fetch(mallory, copy.code) is None
    assert PersonalCopy.objects.get().data is not None


def test_an_old_copy_cannot_be_fetched(alice: User) -> None:
    copy = copying.ask(alice)
    run_pending()
    PersonalCopy.objects.update(expires_at=timezone.now())

    assert copying.fetch(alice, copy.code) is None


def test_asking_twice_makes_one_copy_and_the_page_says_how_far_it_is(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for _ in range(2):
        client.post(reverse("accounts:copy_ask"))

    page = client.get(reverse("accounts:privacy")).content.decode()

    assert PersonalCopy.objects.count() == 1
    assert 'http-equiv="refresh"' in page
    assert f"0/{len(personal.parts())}" in page
    run_pending()
    assert alice.messages.filter(kind="accounts.copy_ready").count() == 1
    fetched = client.post(reverse("accounts:copy_fetch", args=[PersonalCopy.objects.get().code]))
    assert fetched.headers["Content-Type"] == "application/zip"
    assert told(fetched.content)["account"][0]["name"] == "Alice"
