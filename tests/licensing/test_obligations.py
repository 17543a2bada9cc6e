"""What is owed under which terms, worked by hand, and by chance against the price that was shown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listings.prices import TERM_FIELDS, price_for
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.terms.obligations import Owed, founding, owed

START = date(2026, 12, 1)
FIVE_YEARS = date(2031, 11, 30)
PLAIN: dict[str, Any] = dict.fromkeys(TERM_FIELDS, "") | {
    "currency": "CNY",
    "fee_mode": "fixed",
    "fee_minor": 3_000_000,
    "fee_per_year": False,
    "royalty_bp": 0,
    "free_months": 0,
    "instalments": 0,
    "pay_within_days": 15,
    "months": 60,
    "class_prices": {},
}


def _owed(last_day: date = FIVE_YEARS, **terms: Any) -> list[tuple[str, int, int, str | None, str]]:
    rows = _rows(last_day, **terms)
    return [
        (row.kind.value, row.number, row.amount_minor, row.due_on.isoformat() if row.due_on else None, row.state.value)
        for row in rows
    ]


def _rows(last_day: date = FIVE_YEARS, **terms: Any) -> list[Owed]:
    snapshot = {"terms": PLAIN | terms, "patent": {}}
    return owed(read(snapshot), price_for(snapshot, ""), START, last_day)


def test_a_fixed_fee_is_due_at_once() -> None:
    assert _owed() == [("fee", 1, 3_000_000, "2026-12-16", "due")]


def test_a_yearly_fee_is_due_at_the_start_of_each_year() -> None:
    assert _owed(fee_per_year=True, fee_minor=800_000, last_day=date(2029, 5, 1)) == [
        ("yearly_fee", 1, 800_000, "2026-12-16", "due"),
        ("yearly_fee", 2, 800_000, "2027-12-16", "future"),
        ("yearly_fee", 3, 800_000, "2028-12-16", "future"),
    ]


def test_an_entry_fee_comes_first_and_the_royalty_waits_for_reports() -> None:
    assert _owed(fee_mode="entry_royalty", fee_minor=500_000, royalty_bp=350) == [
        ("entry_fee", 1, 500_000, "2026-12-16", "due"),
        ("royalty", 1, 0, None, "future"),
    ]


def test_a_free_license_owes_nothing() -> None:
    assert _owed(fee_mode="free", fee_minor=0) == []


@pytest.mark.parametrize("trigger", ["date", "first_revenue"])
def test_after_a_free_year_one_payment(trigger: str) -> None:
    rows = _owed(fee_mode="free_then_paid", free_months=12, trigger=trigger, later_mode="deferred")

    assert rows == [("fee", 1, 3_000_000, "2027-12-16", "future")]


def test_after_a_free_year_three_instalments_that_sum_to_the_fee() -> None:
    rows = _owed(
        fee_mode="free_then_paid",
        fee_minor=1_000_001,
        free_months=12,
        trigger="date",
        later_mode="instalments",
        instalments=3,
    )

    assert rows == [
        ("instalment", 1, 333_333, "2027-12-16", "future"),
        ("instalment", 2, 333_333, "2028-12-16", "future"),
        ("instalment", 3, 333_335, "2029-12-16", "future"),
    ]


def test_a_conditional_fee_has_no_date_until_the_milestone() -> None:
    rows = _owed(
        fee_mode="free_then_paid",
        free_months=12,
        trigger="milestone",
        milestone="投产",
        later_mode="conditional",
    )

    assert rows == [("fee", 1, 3_000_000, None, "future")]


def test_a_share_of_revenue_after_the_free_period_is_a_royalty() -> None:
    rows = _owed(
        fee_mode="free_then_paid",
        fee_minor=0,
        royalty_bp=200,
        free_months=12,
        trigger="date",
        later_mode="revenue_share",
    )

    assert rows == [("royalty", 1, 0, None, "future")]


def test_a_free_period_longer_than_the_patent_lives_costs_nothing() -> None:
    assert _owed(fee_mode="free_then_paid", free_months=60, trigger="date", last_day=date(2027, 11, 30)) == []


def test_nothing_has_to_be_paid_first_in_a_trial() -> None:
    snapshot = {"terms": PLAIN | {"fee_mode": "free_then_paid", "free_months": 12, "trigger": "date"}, "patent": {}}

    assert founding(read(snapshot), price_for(snapshot, ""), START) is None


@given(
    mode=st.sampled_from(["fixed", "free_then_paid"]),
    fee=st.integers(1, 10**9),
    per_year=st.booleans(),
    free=st.integers(1, 60),
    months=st.integers(1, 240),
    instalments=st.integers(0, 5),
)
def test_what_falls_due_over_the_term_is_the_total_that_was_shown(
    mode: str, fee: int, per_year: bool, free: int, months: int, instalments: int
) -> None:
    from listings.offers import license_last_day

    terms = PLAIN | {
        "fee_mode": mode,
        "fee_minor": fee,
        "fee_per_year": per_year,
        "free_months": free if mode == "free_then_paid" else 0,
        "trigger": "date" if mode == "free_then_paid" else "",
        "later_mode": ("instalments" if instalments > 1 else "deferred") if mode == "free_then_paid" else "",
        "instalments": instalments,
        "months": months,
    }
    snapshot = {"terms": terms, "patent": {"last_day": "2060-01-01"}}
    price = price_for(snapshot, "", on=START)
    last_day = license_last_day(snapshot, START)

    rows = owed(read(snapshot), price, START, last_day)

    if mode == "free_then_paid" and free >= months:
        assert rows == []
    else:
        assert sum(row.amount_minor for row in rows) == price.total_minor
