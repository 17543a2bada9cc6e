"""What is due, as a calendar: by a secret address, for its owner only, whole for strangers' programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from marketplace.accounts.models import User
from marketplace.notices import calendar
from marketplace.notices.calendar import Due

pytestmark = pytest.mark.django_db
LATE = Due("payment-2", date(2027, 3, 1), "付款；含税，¥30,000", "第一行\n第二行", "/deals/2/")
SOON = Due("step-1", date(2027, 1, 5), "Last day", "", "/deals/1/")


@pytest.fixture(autouse=True)
def _two_things(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(user: User) -> Iterator[Due]:
        if user.name == "Bob":
            yield from (LATE, SOON)

    monkeypatch.setattr(calendar, "_SOURCES", [find])


def test_a_program_reads_what_is_due_without_log_in(client: Client, bob: User) -> None:
    answer = client.get(reverse("notices:calendar", args=[calendar.token(bob)]))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    read: Any = Calendar.from_ical(answer.content)
    events = [(e["UID"].split("@")[0], e.decoded("DTSTART"), str(e["SUMMARY"])) for e in read.walk("VEVENT")]
    assert events == [("step-1", SOON.on, "Last day"), ("payment-2", LATE.on, "付款；含税，¥30,000")]
    assert str(read.walk("VEVENT")[1]["DESCRIPTION"]) == "第一行\n第二行"
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75


def test_it_is_the_same_at_each_reading(client: Client, bob: User) -> None:
    path = reverse("notices:calendar", args=[calendar.token(bob)])

    assert client.get(path).content == client.get(path).content


@pytest.mark.parametrize("wrong", ["1-0", "x", "99999999-aa", "²-aa", "1" * 30 + "-aa"])
def test_another_address_opens_nothing(client: Client, bob: User, wrong: str) -> None:
    assert client.get(f"/calendar/{wrong}.ics").status_code == 404


def test_the_address_of_one_person_opens_nobody_elses(client: Client, bob: User, alice: User) -> None:
    mixed = f"{alice.pk}-{calendar.token(bob).partition('-')[2]}"

    assert client.get(f"/calendar/{mixed}.ics").status_code == 404


def test_a_new_password_closes_the_old_address(client: Client, bob: User) -> None:
    path = reverse("notices:calendar", args=[calendar.token(bob)])
    bob.set_password("another-long-secret-9")
    bob.save()

    assert client.get(path).status_code == 404


def test_the_inbox_tells_its_owner_the_address(client: Client, bob: User) -> None:
    client.force_login(bob)

    assert (
        reverse("notices:calendar", args=[calendar.token(bob)]) in client.get(reverse("notices:inbox")).content.decode()
    )


def test_its_owner_makes_a_new_address_and_the_old_one_is_dead(client: Client, bob: User) -> None:
    old = reverse("notices:calendar", args=[calendar.token(bob)])
    assert client.get(old).status_code == 200
    client.force_login(bob)

    client.post(reverse("notices:calendar_renew"))

    assert client.get(old).status_code == 404
    assert client.get(reverse("notices:calendar", args=[calendar.token(bob)])).status_code == 200


def test_the_feed_is_what_rfc_5545_asks(client: Client, bob: User) -> None:
    data = client.get(reverse("notices:calendar", args=[calendar.token(bob)])).content
    read: Any = Calendar.from_ical(data)

    assert {"PRODID", "VERSION", "CALSCALE", "METHOD"} <= set(read)
    assert read["VERSION"] == "2.0"
    for event in read.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "CLASS"} <= set(event)
        assert event.errors == []
        assert event["DTSTART"].params["VALUE"] == "DATE"
        assert event.decoded("DTSTAMP").utcoffset().total_seconds() == 0
    uids = [str(event["UID"]) for event in read.walk("VEVENT")]
    assert len(uids) == len(set(uids))
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert Calendar.from_ical(read.to_ical()).to_ical() == read.to_ical()


def test_two_rooms_that_name_the_same_thing_make_one_entry(monkeypatch: pytest.MonkeyPatch, bob: User) -> None:
    monkeypatch.setattr(calendar, "_SOURCES", [lambda _user: [SOON], lambda _user: [SOON]])

    assert calendar.due(bob) == [SOON]
