"""Days and deadlines of patent law: terms, patent years, fees, recordal, legal holidays (NUM-3, NUM-4, REC-1)."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEARS = {"invention": 20, "utility_model": 10, "design": 15}  # PL 42
DESIGN_FIFTEEN_YEARS_FROM = date(2021, 6, 1)  # designs filed earlier live ten years
LATE_MONTHS = 6  # IR 115
SURCHARGES = (0, 5, 10, 15, 20, 25)  # percent of the full fee in the first to the sixth month after the due date


class Lapsed(ValueError):
    """The late period is over as well: the patent has lapsed from the due date."""


def today() -> date:
    """The current day in Shanghai, where the law's days begin and end."""
    return datetime.now(SHANGHAI).date()


def day_of(instant: datetime) -> date:
    """The day in Shanghai on which an instant falls."""
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """The first instant of a day in Shanghai, as an aware time in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


@lru_cache(maxsize=16_384)  # an inventory asks the same few thousand days again and again
def last_day_before(instant: datetime) -> date:
    """The last whole day in Shanghai before an instant at which something is over."""
    return day_of(instant - timedelta(microseconds=1))


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later, or the month's last day where there is none (IR 5)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The corresponding day `years` later; 29 February becomes 28 February where needed."""
    return add_months(day, 12 * years)


def term_years(kind: str, filed_on: date) -> int:
    """How many years a patent lives from filing. `kind`: invention, utility_model or design. KeyError otherwise."""
    if kind == "design" and filed_on < DESIGN_FIFTEEN_YEARS_FROM:
        return 10
    return YEARS[kind]


def last_day(kind: str, filed_on: date) -> date:
    """The last day on which a patent is in force: filing date plus the term, less one day (NUM-3, PL 42).

    Not moved for holidays. Compensation may extend it; that is recorded by a moderator with a reason.
    """
    return add_years(filed_on, term_years(kind, filed_on)) - timedelta(days=1)


def patent_year(filed_on: date, on: date) -> int:
    """Which patent year a day falls into; year 1 starts on the filing date. ValueError before filing."""
    if on < filed_on:
        raise ValueError("a patent has no year before it is filed")
    years = on.year - filed_on.year
    return years + 1 if add_years(filed_on, years) <= on else years


def fee_due_on(filed_on: date, year: int) -> date:
    """The last day to pay the annual fee of patent year `year` in time: the anniversary that starts it, rolled (NUM-4).

    ValueError for a year below 2: the first fee is asked for by the grant notice.
    """
    if year < 2:
        raise ValueError("the fee of the first year has no anniversary")
    return next_working_day(add_years(filed_on, year - 1))


def late_period_ends(due_on: date) -> date:
    """The last day on which an annual fee due on `due_on` can still be paid with surcharge (IR 115)."""
    return next_working_day(add_months(due_on, LATE_MONTHS))


def surcharge_percent(due_on: date, paid_on: date) -> int:
    """Surcharge in percent of the full fee for paying on `paid_on` what was due on `due_on` (NUM-4).

    0 up to one month late, then 5 more for each month begun. Raises Lapsed after the sixth.
    """
    for months, percent in enumerate(SURCHARGES, start=1):
        if paid_on <= next_working_day(add_months(due_on, months)):
            return percent
    raise Lapsed(due_on.isoformat())


def recordal_due(effective_on: date) -> date:
    """The last day to record a license that took effect on `effective_on`: three months, rolled (REC-1, IR 15)."""
    return next_working_day(add_months(effective_on, 3))


@cache
def calendar_years() -> frozenset[int]:
    """The years whose legal holidays and make-up working days are known."""
    return frozenset(day.year for day in chinese_calendar.constants.holidays)


def calendar_knows(day: date) -> bool:
    """Whether the legal holidays of the day's year are known; where not, only weekends count as holidays."""
    return day.year in calendar_years()


@lru_cache(maxsize=8_192)
def _works_by_calendar(day: date) -> bool:
    """Kept, because the library looks through its whole calendar for every question."""
    return bool(chinese_calendar.is_workday(day))


def is_working_day(day: date) -> bool:
    """Whether offices work: by the State Council's calendar, or Monday to Friday in years it does not reach."""
    return _works_by_calendar(day) if calendar_knows(day) else day.weekday() < 5


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which itself does not count; 0 gives `day`."""
    for _ in range(count):
        day = next_working_day(day + timedelta(days=1))
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days lie after `first` up to and including `last`; 0 where `last` is not later."""
    days = range(1, max(0, (last - first).days) + 1)
    return sum(is_working_day(first + timedelta(days=number)) for number in days)


@lru_cache(maxsize=16_384)
def next_working_day(day: date) -> date:
    """`day` itself if it is a working day, else the first one after it (IR 5: a period ending on a holiday rolls)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
