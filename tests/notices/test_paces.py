"""People choose how often mail comes; what is needed comes at once; one click stops a group (RFC 8058, OUT-5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.notices import digests, groups, kinds, notices, paces
from marketplace.notices.models import Digest, Message, Pace, Preference
from marketplace.outbox.worker import run_pending

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
MORNING = datetime(2026, 3, 4, 0, 0, tzinfo=UTC)  # 08:00 on Wednesday
MONDAY = datetime(2026, 3, 9, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_KINDS", {})
    monkeypatch.setattr(groups, "_OWN", {})
    words = {"subject": "%(what)s", "body": "About %(what)s.", "action": "Open it"}
    kinds.register("paid", **words, group="money")
    kinds.register("overdue", **words, group="money", needed=groups.DEADLINE)
    kinds.register("news", **words, group="needs")


@pytest.fixture
def alice(alice: User) -> User:
    """Reads English."""
    alice.language = "en"
    alice.save()
    return alice


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(TUESDAY, tick=False) as clock:
        yield clock


def tell(user: User, kind: str, key: str, path: str = "/deals/1/") -> None:
    with transaction.atomic():
        notices.tell([user], kind, key=key, path=path, what=key)


def later(at: datetime) -> int:
    with time_machine.travel(at, tick=False):
        digests.leave_due()
        run_pending()
    return len(mail.outbox)


def test_without_a_choice_each_group_has_its_own_pace(alice: User) -> None:
    tell(alice, "paid", "paid-1")
    tell(alice, "news", "news-1")

    assert later(TUESDAY) == 1
    assert mail.outbox[0].subject == "paid-1"
    assert later(MORNING - timedelta(minutes=1)) == 1
    assert later(MORNING) == 2
    assert mail.outbox[1].subject == "1 message: news-1"


@pytest.mark.parametrize(("pace", "at"), [(Pace.DAILY, MORNING), (Pace.WEEKLY, MONDAY)])
def test_gathered_mail_comes_once_with_everything(alice: User, pace: Pace, at: datetime) -> None:
    paces.choose(alice, "money", pace)
    for number in range(3):
        tell(alice, "paid", f"paid-{number}", path=f"/deals/{number}/")

    assert later(at - timedelta(minutes=1)) == 0
    assert later(at) == 1
    for _ in range(3):
        later(at + timedelta(hours=1))

    (letter,) = mail.outbox
    assert [f"paid-{number}" in str(letter.body) for number in range(3)] == [True] * 3
    assert Digest.objects.count() == 1
    assert not Message.objects.filter(mailed_at=None).exists()


def test_several_about_one_page_within_an_hour_are_one_entry(alice: User, clock: Any) -> None:
    paces.choose(alice, "money", Pace.DAILY)
    for minutes in (0, 20, 40, 200):
        clock.move_to(TUESDAY + timedelta(minutes=minutes))
        tell(alice, "paid", f"after-{minutes}")

    entries = digests.merged(Message.objects.filter(user=alice))

    assert [(entry.message.subject, [one.subject for one in entry.also]) for entry in entries] == [
        ("after-40", ["after-0", "after-20"]),
        ("after-200", []),
    ]


def test_off_means_the_inbox_alone(alice: User) -> None:
    paces.choose(alice, "money", Pace.OFF)
    tell(alice, "paid", "paid-1")

    assert later(MONDAY) == 0
    assert Message.objects.get().subject == "paid-1"


@pytest.mark.parametrize("pace", [Pace.OFF, Pace.DAILY, Pace.WEEKLY])
def test_what_is_needed_comes_at_once_whatever_was_chosen(alice: User, pace: Pace) -> None:
    paces.choose(alice, "money", pace)
    tell(alice, "overdue", "overdue-1")

    assert later(TUESDAY) == 1
    assert "cannot be switched off" in str(mail.outbox[0].body)
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


def test_what_waits_follows_a_new_choice(alice: User, bob: User) -> None:
    for user in (alice, bob):
        paces.choose(user, "money", Pace.DAILY)
        tell(user, "paid", "paid-1")

    paces.choose(alice, "money", Pace.OFF)
    paces.choose(bob, "money", Pace.NOW)

    assert later(TUESDAY) == 1
    assert mail.outbox[0].to == [bob.email]
    assert later(MONDAY) == 1


def test_a_mail_program_stops_a_group_by_one_click_without_log_in(alice: User) -> None:
    tell(alice, "paid", "paid-1")
    later(TUESDAY)
    headers = mail.outbox[0].extra_headers
    path = re.findall(r"https?://[^/]+(/[^>]+)>", headers["List-Unsubscribe"])[0]
    program = Client(enforce_csrf_checks=True)

    assert program.get(path).status_code == 200  # a scanner that follows links changes nothing
    assert not Preference.objects.exists()
    answer = program.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert dict(alice.notice_preferences.values_list("group", "pace")) == {"money": "off"}
    tell(alice, "paid", "paid-2")
    tell(alice, "overdue", "overdue-2")
    later(MONDAY)
    assert [letter.subject for letter in mail.outbox] == ["paid-1", "overdue-2"]


def test_the_link_of_a_digest_stops_all_groups_of_its_pace(alice: User) -> None:
    paces.choose(alice, "money", Pace.DAILY)
    tell(alice, "news", "news-1")
    later(MORNING)
    path = re.findall(r"https?://[^/]+(/[^>]+)>", mail.outbox[0].extra_headers["List-Unsubscribe"])[0]

    Client().post(path)

    chosen = dict(alice.notice_preferences.values_list("group", "pace"))
    assert chosen == {"money": "off", "needs": "off"}


@pytest.mark.parametrize("token", ["1-money", "1-money.forged", "x", "1-money.", "999999-money"])
def test_a_forged_link_is_not_there(alice: User, token: str) -> None:
    assert Client().post(reverse("notices:off", args=[token])).status_code == 404
    assert not Preference.objects.exists()


def test_a_person_chooses_on_the_page_and_nonsense_changes_nothing(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = reverse("notices:settings")

    client.post(page, {"money": "weekly", "needs": "hourly", "nothing": "off"})

    assert dict(alice.notice_preferences.values_list("group", "pace")) == {"money": "weekly"}
    client.cookies["django_language"] = "en"
    text = client.get(page).content.decode()
    assert "What always comes at once" in text
    assert "Deadlines: to sign" in text


def test_two_workers_make_one_digest(alice: User) -> None:
    tell(alice, "news", "news-1")
    with time_machine.travel(MORNING, tick=False):
        assert digests.leave_due() == 1
        assert digests.leave_due() == 0
        run_pending()
        tell(alice, "news", "news-late")

    assert len(mail.outbox) == 1
    assert later(MORNING + timedelta(days=1)) == 2
