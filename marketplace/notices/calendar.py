"""What is due, as a calendar that a phone or an office program subscribes to (iCalendar, RFC 5545).

Higher rooms register what they know to be due. The address of a person's calendar is a secret of its own: it opens
this feed and nothing else, and a new password makes a new one.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from marketplace.notices.models import CalendarKey

if TYPE_CHECKING:
    from marketplace.accounts.models import User

SALT = "notices.calendar"
MOST = 500  # entries of one calendar


@dataclass(frozen=True, slots=True)
class Due:
    """One thing due on a day (Asia/Shanghai). `key` names it for good, `path` leads to its page on this site."""

    key: str
    on: date
    title: str
    note: str
    path: str


Source = Callable[["User"], Iterable[Due]]
_SOURCES: list[Source] = []


def source(find: Source) -> Source:
    """Register a function that says what is due for a person. Call it in AppConfig.ready() of the room that knows."""
    _SOURCES.append(find)
    return find


def due(user: User) -> list[Due]:
    """Everything due for a person, earliest first, in the language that is active; one entry for each key."""
    found = {one.key: one for find in _SOURCES for one in find(user)}.values()
    return sorted(found, key=lambda one: (one.on, one.key))[:MOST]


def token(user: User) -> str:
    """The secret part of a person's calendar address; a new password or the person's own wish makes a new one."""
    serial = CalendarKey.objects.filter(user=user).values_list("serial", flat=True).first() or 0
    told = f"{serial}:{user.get_session_auth_hash()}"
    secret = salted_hmac(SALT, told, algorithm="sha256").hexdigest()[:40]
    return f"{user.pk}-{secret}"


def renew(user: User) -> None:
    """Make the calendar addresses given out so far void."""
    with transaction.atomic():
        row, _new = CalendarKey.objects.select_for_update().get_or_create(user=user)
        CalendarKey.objects.filter(pk=row.pk).update(serial=F("serial") + 1)


def owner(text: str) -> User | None:
    """The active person whose calendar address this is; None for anything else."""
    number = text.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    user = get_user_model().objects.filter(pk=int(number), is_active=True).first()
    return user if user and hmac.compare_digest(token(user).encode(), text.encode()) else None


def feed(user: User) -> bytes:
    """The calendar of a person, in his or her language."""
    from icalendar import Calendar, Event

    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    with translation.override(user.language):
        calendar = Calendar()
        calendar.add("prodid", "-//Kaixu//what is due//ZH")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("Kaixu: what is due"))
        for one in due(user):
            event = Event()
            event.add("uid", f"{one.key}@{host}")
            event.add("dtstamp", _stamp(one.on))
            event.add("dtstart", one.on)
            event.add("summary", one.title)
            event.add("description", one.note)
            event.add("url", settings.SITE_URL.rstrip("/") + one.path)
            event.add("class", "PRIVATE")
            event.add("transp", "TRANSPARENT")  # a due day blocks nobody's time
            calendar.add_component(event)
        return bytes(calendar.to_ical())


def _stamp(on: date) -> datetime:
    """The same at each reading of a day, so that programs do not take every reading for a change."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return min(datetime(on.year, on.month, on.day, tzinfo=UTC), midnight)
