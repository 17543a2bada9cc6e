"""What recordal saves: worked out by hand, with every limit (REC-2)."""

from __future__ import annotations

from datetime import date

import pytest

from marketplace.licensing.recordal.fees import Asked, Line, Why, lines, saved

# An invention filed on 2019-11-06, granted on 2021-05-04 in its second patent year. Fees: years 3: 900; 4-6: 1200;
# 7-9: 2000; 10-12: 4000; 13-15: 6000; 16-20: 8000. Reductions by circumstances count for patent years 2-11.
INVENTION = Asked("invention", date(2019, 11, 6), date(2021, 5, 4))
RECORDED = date(2026, 12, 1)  # in patent year 8, whose fee was due on 2026-11-06


def fee(asked: Asked, year: int) -> Line:
    return next(line for line in lines(asked) if line.year == year)


def asked(**facts: object) -> Asked:
    from dataclasses import replace

    return replace(INVENTION, **facts)  # type: ignore[arg-type]


def test_without_a_recordal_nothing_is_lowered() -> None:
    assert saved(INVENTION) == 0
    assert {line.why for line in lines(INVENTION)} == {Why.NOT_RECORDED}
    assert [line.year for line in lines(INVENTION)] == list(range(3, 21))


@pytest.mark.parametrize(
    ("year", "due", "full", "to_pay", "why"),
    [
        (8, date(2026, 11, 6), 2000, 2000, Why.BEFORE),
        (9, date(2027, 11, 8), 2000, 1700, Why.OPEN),  # 6 November 2027 is a Saturday
        (10, date(2028, 11, 6), 4000, 3400, Why.OPEN),
        (14, date(2032, 11, 8), 6000, 5100, Why.OPEN),
        (20, date(2038, 11, 8), 8000, 6800, Why.OPEN),
    ],
)
def test_it_starts_with_the_recordal_and_lowers_only_what_is_not_yet_due(
    year: int, due: date, full: int, to_pay: int, why: Why
) -> None:
    line = fee(asked(recorded_on=RECORDED), year)

    assert (line.due_on, line.full, line.to_pay, line.why) == (due, full, to_pay, why)


def test_a_fee_due_on_the_day_of_the_recordal_is_not_lowered() -> None:
    assert fee(asked(recorded_on=date(2026, 11, 6)), 8).to_pay == 2000
    assert fee(asked(recorded_on=date(2026, 11, 5)), 8).to_pay == 1700


@pytest.mark.parametrize(
    ("percent", "year", "to_pay", "why"),
    [
        (85, 9, 300, Why.OTHER),
        (70, 9, 600, Why.OTHER),
        (85, 11, 600, Why.OTHER),  # the tenth year from the year of grant
        (85, 12, 3400, Why.OPEN),
        (70, 12, 3400, Why.OPEN),
    ],
)
def test_the_higher_reduction_counts_and_the_two_never_add_up(percent: int, year: int, to_pay: int, why: Why) -> None:
    line = fee(asked(recorded_on=RECORDED, other_percent=percent), year)

    assert (line.to_pay, line.why) == (to_pay, why)


def test_a_university_gains_nothing_in_its_first_ten_years() -> None:
    found = lines(asked(recorded_on=RECORDED, other_percent=85))

    assert {line.saved for line in found if line.year <= 11} == {0}
    assert fee(asked(recorded_on=RECORDED, other_percent=85), 12).saved == 600


def test_a_withdrawal_ends_it_from_the_next_patent_year() -> None:
    gone = asked(recorded_on=RECORDED, withdrawn_on=date(2028, 12, 24))  # in patent year 10

    assert (fee(gone, 10).to_pay, fee(gone, 10).why) == (3400, Why.OPEN)
    assert (fee(gone, 11).to_pay, fee(gone, 11).why) == (4000, Why.WITHDRAWN)
    on_the_first_day = asked(recorded_on=RECORDED, withdrawn_on=date(2028, 11, 6))
    assert fee(on_the_first_day, 10).why == Why.OPEN
    the_day_before = asked(recorded_on=RECORDED, withdrawn_on=date(2028, 11, 5))
    assert fee(the_day_before, 10).why == Why.WITHDRAWN


def test_it_ends_with_the_license_on_record() -> None:
    short = asked(recorded_on=RECORDED, license_until=date(2029, 11, 30))

    assert fee(short, 11).why == Why.OPEN  # begins on 6 November 2029
    assert (fee(short, 12).to_pay, fee(short, 12).why) == (4000, Why.ENDED)


def test_the_whole_saving_worked_out_by_hand() -> None:
    # year 9: 300; years 10-12: 3 x 600; years 13-15: 3 x 900; years 16-20: 5 x 1200
    assert saved(asked(recorded_on=RECORDED)) == 300 + 1800 + 2700 + 6000


@pytest.mark.parametrize(
    ("kind", "year", "full", "to_pay"),
    [("utility_model", 7, 1200, 1020), ("utility_model", 10, 2000, 1700), ("design", 15, 3000, 2550)],
)
def test_utility_models_and_designs_have_their_own_schedule(kind: str, year: int, full: int, to_pay: int) -> None:
    line = fee(Asked(kind, date(2022, 3, 1), date(2022, 12, 1), recorded_on=date(2023, 1, 10)), year)

    assert (line.full, line.to_pay) == (full, to_pay)


def test_no_fee_falls_due_after_the_patents_end() -> None:
    assert lines(Asked("utility_model", date(2022, 3, 1), date(2022, 12, 1)))[-1].year == 10


@pytest.mark.parametrize("granted_on", [date(2019, 11, 5), date(2039, 11, 6)])
def test_an_impossible_grant_is_refused(granted_on: date) -> None:
    with pytest.raises(ValueError, match="granted between"):
        lines(asked(granted_on=granted_on))
