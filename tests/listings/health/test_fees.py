"""The calendar of annual fees against vectors worked out by hand with the State Council's calendars (NUM-4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from listings.health.fees import FeeState, calendar_of, fee_year, full_fee, line_of, next_fee
from listings.models import Patent
from marketplace.accounts.models import Organization
from tests.listings.building import sound_patent

D = date.fromisoformat
# filing date, patent year -> due, late until; worked out on paper: anniversary, then to the next working day.
DUE = [
    ("1997-06-03", 6, "2002-06-03", "2002-12-03"),  # the Guidelines' own example; both are working days
    ("2020-05-10", 7, "2026-05-11", "2026-11-11"),  # 10 May 2026 is a Sunday
    ("2021-03-15", 6, "2026-03-16", "2026-09-16"),  # 15 March 2026 is a Sunday
    ("2020-02-29", 6, "2025-02-28", "2025-08-28"),  # no 29 February in 2025; 28 February is a Friday
    ("2019-10-01", 7, "2025-10-09", "2026-04-09"),  # National Day and Mid-Autumn: 1 to 8 October 2025
    ("2018-02-15", 7, "2024-02-18", "2024-08-19"),  # Spring Festival to the 17th; Sunday the 18th is a make-up day
    ("2017-05-01", 8, "2024-05-06", "2024-11-06"),  # Labor Day: 1 to 5 May 2024
]


@pytest.mark.parametrize(("filed", "year", "due", "late"), DUE)
def test_a_fee_is_due_on_the_anniversary_rolled_over_holidays(filed: str, year: int, due: str, late: str) -> None:
    fee = fee_year("invention", D(filed), year, paid_through=year, on=D(due))

    assert (fee.due_on, fee.late_until) == (D(due), D(late))


def test_the_starting_day_of_a_year_and_of_the_lapse_is_never_rolled() -> None:
    fee = fee_year("invention", D("2021-03-15"), 6, paid_through=5, on=D("2026-03-01"))

    assert fee.starts_on == fee.lapses_on == D("2026-03-15")


# Due on Monday 2026-03-16 (the 15th is a Sunday): the months of lateness are 04-16, 05-18, 06-16, 07-16, 08-17, 09-16.
SURCHARGES = [
    ("2026-03-16", 0, FeeState.SOON),
    ("2026-03-17", 0, FeeState.LATE),
    ("2026-04-16", 0, FeeState.LATE),
    ("2026-04-17", 5, FeeState.LATE),
    ("2026-05-18", 5, FeeState.LATE),  # 16 May 2026 is a Saturday
    ("2026-05-19", 10, FeeState.LATE),
    ("2026-06-16", 10, FeeState.LATE),
    ("2026-06-17", 15, FeeState.LATE),
    ("2026-07-16", 15, FeeState.LATE),
    ("2026-07-17", 20, FeeState.LATE),
    ("2026-08-17", 20, FeeState.LATE),  # 16 August 2026 is a Sunday
    ("2026-08-18", 25, FeeState.LATE),
    ("2026-09-16", 25, FeeState.LATE),
    ("2026-09-17", None, FeeState.LAPSED),
]


@pytest.mark.parametrize(("paid", "percent", "state"), SURCHARGES)
def test_lateness_costs_five_percent_a_month_and_then_the_patent(
    paid: str, percent: int | None, state: FeeState
) -> None:
    fee = fee_year("invention", D("2021-03-15"), 6, paid_through=5, on=D(paid))

    assert fee.surcharge_on(D(paid)) == percent
    assert fee.state == state


FULL = [
    (
        "invention",
        {1: 900, 3: 900, 4: 1200, 6: 1200, 7: 2000, 9: 2000, 10: 4000, 12: 4000, 13: 6000, 16: 8000, 20: 8000},
    ),
    ("utility_model", {3: 600, 4: 900, 5: 900, 6: 1200, 8: 1200, 9: 2000, 10: 2000}),
    ("design", {3: 600, 5: 900, 8: 1200, 10: 2000, 11: 3000, 15: 3000}),
]


@pytest.mark.parametrize(("kind", "year", "yuan"), [(k, y, v) for k, table in FULL for y, v in table.items()])
def test_the_full_fee_follows_the_schedule(kind: str, year: int, yuan: int) -> None:
    assert full_fee(kind, year) == yuan * 100


def test_no_fee_is_known_beyond_the_schedule() -> None:
    assert full_fee("utility_model", 11) is None


@pytest.mark.parametrize(
    ("kind", "filed", "years"),
    [
        ("invention", "2021-03-15", 20),
        ("utility_model", "2021-03-15", 10),
        ("design", "2021-06-01", 15),
        ("design", "2021-05-31", 10),
    ],
)
def test_the_calendar_reaches_from_the_second_to_the_last_year(
    university: Organization, kind: str, filed: str, years: int
) -> None:
    patent = sound_patent(university, kind, filed_on=D(filed), fees_paid_through=5)

    fees = calendar_of(patent, D("2026-01-10"))

    assert [fee.year for fee in fees] == list(range(2, years + 1))
    assert [fee.state for fee in fees[:4]] == [FeeState.PAID] * 4


def test_a_fee_within_sixty_days_is_said_to_be_soon(patent: Patent) -> None:
    patent.fees_paid_through = 5

    due = D("2026-03-16")

    assert next_fee(patent, due - timedelta(days=61)).state == FeeState.FUTURE  # type: ignore[union-attr]
    assert next_fee(patent, due - timedelta(days=60)).state == FeeState.SOON  # type: ignore[union-attr]


def test_the_line_names_year_day_surcharge_and_lapse(patent: Patent) -> None:
    patent.fees_paid_through = 5

    assert "2026-03-16" in line_of(patent, D("2026-03-01"))
    assert "5%" in line_of(patent, D("2026-04-17"))
    assert "2026-09-16" in line_of(patent, D("2026-04-17"))
    assert "2026-09-16" in line_of(patent, D("2026-09-17"))


def test_nothing_is_said_about_fees_that_nobody_can_know(patent: Patent) -> None:
    patent.fees_paid_through = None

    assert (calendar_of(patent), next_fee(patent), line_of(patent)) == ([], None, "")


def test_the_last_years_fee_is_the_last(university: Organization) -> None:
    model = sound_patent(university, "utility_model", filed_on=D("2017-06-01"), fees_paid_through=10)

    assert next_fee(model, D("2026-07-01")) is None
