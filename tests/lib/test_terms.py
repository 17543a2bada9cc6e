"""Terms, patent years, fees and deadlines follow the law's own examples (NUM-3, NUM-4, REC-1, IR 5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from marketplace.lib import terms

FILING_DAYS = st.dates(date(1985, 4, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("kind", "filed_on", "last_day"),
    [
        ("utility_model", date(1999, 9, 6), date(2009, 9, 5)),
        ("invention", date(2019, 11, 5), date(2039, 11, 4)),
        ("design", date(2021, 5, 31), date(2031, 5, 30)),
        ("design", date(2021, 6, 1), date(2036, 5, 31)),
        ("invention", date(2004, 2, 29), date(2024, 2, 28)),
        ("utility_model", date(2020, 2, 29), date(2030, 2, 27)),
        ("invention", date(2020, 1, 1), date(2039, 12, 31)),
    ],
)
def test_a_patent_lives_its_term_less_one_day_from_filing(kind: str, filed_on: date, last_day: date) -> None:
    assert terms.last_day(kind, filed_on) == last_day


def test_a_kind_that_does_not_exist_has_no_term() -> None:
    with pytest.raises(KeyError):
        terms.last_day("trademark", date(2020, 1, 1))


@pytest.mark.parametrize(
    ("on", "year"),
    [
        (date(1997, 6, 3), 1),
        (date(1998, 6, 2), 1),
        (date(1998, 6, 3), 2),
        (date(2002, 6, 2), 5),
        (date(2002, 6, 3), 6),
    ],
)
def test_the_first_patent_year_starts_on_the_filing_date(on: date, year: int) -> None:
    assert terms.patent_year(date(1997, 6, 3), on) == year


def test_there_is_no_patent_year_before_filing() -> None:
    with pytest.raises(ValueError, match="before it is filed"):
        terms.patent_year(date(2020, 1, 2), date(2020, 1, 1))


@given(filed_on=FILING_DAYS, days=st.integers(0, 7_500))
def test_a_patent_year_is_that_whose_anniversary_came_last(filed_on: date, days: int) -> None:
    on = filed_on + timedelta(days=days)

    year = terms.patent_year(filed_on, on)

    assert terms.add_years(filed_on, year - 1) <= on < terms.add_years(filed_on, year)


def test_a_fee_is_due_on_the_anniversary_that_starts_its_year() -> None:
    assert terms.fee_due_on(date(1997, 6, 3), 6) == date(2002, 6, 3)


def test_a_fee_due_on_a_sunday_may_be_paid_on_monday() -> None:
    assert date(2026, 5, 10).weekday() == 6
    assert terms.is_working_day(date(2026, 5, 9))  # a Saturday worked for the May holidays
    assert terms.fee_due_on(date(2016, 5, 10), 11) == date(2026, 5, 11)


def test_the_first_year_has_no_anniversary() -> None:
    with pytest.raises(ValueError, match="first year"):
        terms.fee_due_on(date(2020, 1, 1), 1)


@pytest.mark.parametrize(
    ("paid_on", "percent"),
    [
        (date(2026, 5, 10), 0),
        (date(2026, 6, 10), 0),
        (date(2026, 6, 11), 5),
        (date(2026, 7, 10), 5),
        (date(2026, 8, 10), 10),
        (date(2026, 8, 11), 15),
        (date(2026, 9, 11), 20),
        (date(2026, 11, 10), 25),
    ],
)
def test_the_surcharge_grows_by_five_percent_for_each_month_begun(paid_on: date, percent: int) -> None:
    assert terms.surcharge_percent(date(2026, 5, 10), paid_on) == percent


def test_after_six_months_the_patent_has_lapsed() -> None:
    assert terms.late_period_ends(date(2026, 5, 10)) == date(2026, 11, 10)
    with pytest.raises(terms.Lapsed):
        terms.surcharge_percent(date(2026, 5, 10), date(2026, 11, 11))


@pytest.mark.parametrize(
    ("effective_on", "due"),
    [
        (date(2026, 3, 2), date(2026, 6, 2)),
        (date(2026, 1, 31), date(2026, 4, 30)),
        (date(2025, 11, 30), date(2026, 2, 28)),  # a Saturday worked after the Spring Festival
        (date(2025, 7, 1), date(2025, 10, 9)),  # National Day and Mid-Autumn: 1 to 8 October 2025
        (date(2026, 6, 26), date(2026, 9, 28)),  # Mid-Autumn and the weekend behind it
    ],
)
def test_recordal_is_due_three_months_after_effect_and_rolls_over_holidays(effective_on: date, due: date) -> None:
    assert terms.recordal_due(effective_on) == due


def test_a_make_up_saturday_is_a_working_day_and_a_holiday_monday_is_none() -> None:
    assert terms.is_working_day(date(2025, 9, 28))  # a Sunday worked for National Day
    assert not terms.is_working_day(date(2025, 10, 6))  # a Monday, Mid-Autumn


def test_a_year_without_a_known_calendar_falls_back_to_weekends_and_says_so() -> None:
    unknown = max(terms.calendar_years()) + 1
    national_day = date(unknown, 10, 1)

    assert not terms.calendar_knows(national_day)
    assert terms.is_working_day(national_day) == (national_day.weekday() < 5)
    assert terms.calendar_knows(date(2025, 10, 1))
    assert not terms.is_working_day(date(2025, 10, 1))


@given(day=st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_a_period_rolls_forward_to_a_working_day_and_never_far(day: date) -> None:
    rolled = terms.next_working_day(day)

    assert terms.is_working_day(rolled)
    assert day <= rolled <= day + timedelta(days=12)
    assert not any(terms.is_working_day(day + timedelta(days=n)) for n in range((rolled - day).days))


@given(day=FILING_DAYS, months=st.integers(0, 400))
def test_the_corresponding_day_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = terms.add_months(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-11-24T15:59:59.999999+00:00", date(2026, 11, 24)),
        ("2026-11-24T16:00:00+00:00", date(2026, 11, 25)),
    ],
)
def test_the_day_turns_at_midnight_in_shanghai(instant: str, day: date) -> None:
    with time_machine.travel(datetime.fromisoformat(instant), tick=False):
        assert terms.today() == day


def test_a_day_starts_at_midnight_in_shanghai() -> None:
    assert terms.start_of(date(2026, 11, 24)) == datetime(2026, 11, 23, 16, tzinfo=UTC)
