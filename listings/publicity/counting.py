"""How much of a publicity is left, by the legal calendar and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from listings.rules.institution import PUBLICITY_DAYS
from marketplace.lib.terms import calendar_knows, is_working_day, today

if TYPE_CHECKING:
    from listings.models import Publicity


@dataclass(frozen=True, slots=True)
class Countdown:
    """What is left of a publicity: whole days (today not counted), working days among them, both in words.

    `rolled` says that the fifteenth day was a holiday, so that the period runs on to the next working day (CC 203);
    `guessed` that the State Council's calendar of that year is not known yet, so that only weekends were looked at.
    """

    days: int
    working_days: int
    words: str
    until: str
    over: bool
    rolled: bool
    guessed: bool


def countdown(publicity: Publicity, on: date | None = None) -> Countdown:
    """What is left on a day; today where none is given."""
    day = on or today()
    days = (publicity.ends_on - day).days
    working = sum(is_working_day(day + timedelta(days=n)) for n in range(1, days + 1))
    return Countdown(
        days=max(days, 0),
        working_days=working,
        words=_words(days, working),
        until=_until(publicity.ends_on),
        over=days < 0,
        rolled=not publicity.held_at and publicity.ends_on > publicity.starts_on + timedelta(days=PUBLICITY_DAYS),
        guessed=not calendar_knows(publicity.ends_on),
    )


def _words(days: int, working: int) -> str:
    if days < 0:
        return _("The time for objections is over.")
    if days == 0:
        return _("Today is the last day for objections.")
    whole = ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    among = ngettext("%(count)d of them a working day", "%(count)d of them working days", working) % {"count": working}
    return _("%(days)s, %(working)s") % {"days": whole, "working": among}


def _until(day: date) -> str:
    told = {"day": date_format(day, pgettext("date format", "j M Y")), "weekday": date_format(day, "l")}
    return _("until the end of %(weekday)s, %(day)s, Beijing time") % told
