"""Until when a moderator should have decided: working days of the legal calendar, from the settings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from django.conf import settings

from marketplace.lib.terms import add_working_days, day_of, start_of, today

Matter = Literal["listing", "objection", "verification"]


def days(matter: Matter) -> int:
    """How many working days there are for it."""
    return int(settings.REVIEW_WORKING_DAYS[matter])


def due_on(matter: Matter, since: datetime) -> date:
    """The last day to decide what came in at an instant; the day itself does not count."""
    return add_working_days(day_of(since), days(matter))


def late_before(matter: Matter) -> datetime:
    """What came in before this instant is late today: a comparison that a database can make."""
    day = today()
    while add_working_days(day, days(matter)) >= today():
        day -= timedelta(days=1)
    return start_of(day + timedelta(days=1))
