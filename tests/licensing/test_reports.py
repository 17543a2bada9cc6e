"""Reports of use and the royalty they make due; what is overdue, demanded in writing, and how that ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listings.models import Listing, OfferTerms
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.lib.findings import Refused
from marketplace.lib.terms import day_of, today
from marketplace.licensing import flow
from marketplace.licensing.flow.reporting import periods
from marketplace.licensing.models import Agreement, PaymentDemand
from marketplace.licensing.terms import trials
from tests.licensing.conftest import ask, confirm_all, sign
from tests.licensing.test_trials import days_later, told

ROYALTY: dict[str, Any] = {"fee_mode": "entry_royalty", "fee_minor": 500_000, "royalty_bp": 350}


@pytest.fixture
def royal(listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]) -> Agreement:
    """¥5,000 at the start and 3.5 % of net sales, in force, its entry fee paid."""
    OfferTerms.objects.filter(listing=listing).update(**ROYALTY, royalty_base="net_sales")
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    agreement = sign(sign(agreement, bob), alice)
    return flow.settle(agreement.obligations.get(kind="entry_fee"), proof={"kind": "bank"})


def until_new_year(years: int = 0) -> int:
    """Days from today to 2 January of next year, or of so many years later."""
    return (date(today().year + 1 + years, 1, 2) - today()).days


def royalties(agreement: Agreement) -> list[tuple[int, int, str]]:
    rows = agreement.obligations.filter(kind="royalty").order_by("number")
    return [(row.number, row.amount_minor, row.state) for row in rows]


@pytest.mark.parametrize(
    ("base", "rate", "royalty"), [(0, 350, 0), (100_000_00, 350, 350_000), (143, 350, 5), (142, 350, 5), (14, 350, 0)]
)
def test_a_royalty_is_whole_fen_rounded_half_up(base: int, rate: int, royalty: int) -> None:
    assert trials.royalty_of(base, rate) == royalty


@given(base=st.integers(0, 10**13), rate=st.integers(0, 10_000))
def test_a_royalty_is_never_off_by_more_than_half_a_fen(base: int, rate: int) -> None:
    assert abs(trials.royalty_of(base, rate) * 10_000 - base * rate) <= 5_000


def test_periods_are_calendar_years_cut_to_the_days_that_count() -> None:
    assert list(periods(date(2026, 11, 20), date(2028, 2, 1))) == [
        (1, date(2026, 11, 20), date(2026, 12, 31)),
        (2, date(2027, 1, 1), date(2027, 12, 31)),
        (3, date(2028, 1, 1), date(2028, 2, 1)),
    ]


def test_a_report_is_asked_for_when_the_year_is_over_and_once(royal: Agreement, bob: User) -> None:
    assert flow.expect_reports() == 0
    with days_later(until_new_year()):
        assert flow.expect_reports() == 1
        assert flow.expect_reports() == 0

    report = royal.use_reports.get()
    assert royal.effective_at is not None
    assert (report.starts_on, report.ends_on) == (day_of(royal.effective_at), date(today().year, 12, 31))
    assert report.due_on == report.ends_on + timedelta(days=60)
    assert told(bob, "use_report_expected") == 1


def test_a_report_makes_the_royalty_due_and_the_next_one_waits(royal: Agreement, bob: User, alice: User) -> None:
    with days_later(until_new_year()):
        flow.expect_reports()
        report = flow.report_use(royal.use_reports.get(), by=bob, base_minor=12_345_67)

        assert (report.royalty_minor, report.obligation and report.obligation.due_on) == (
            43_210,
            today() + timedelta(days=15),
        )
        assert royalties(royal) == [(1, 43_210, "due"), (2, 0, "future")]
        assert told(alice, "use_report_given") == 1
        flow.settle(royal.obligations.get(kind="royalty", number=1), proof={"kind": "bank"})

    assert royalties(royal) == [(1, 43_210, "settled"), (2, 0, "future")]


def test_nothing_to_report_owes_nothing(royal: Agreement, bob: User) -> None:
    with days_later(until_new_year()):
        flow.expect_reports()
        report = flow.report_use(royal.use_reports.get(), by=bob, base_minor=0)

        assert (report.state, report.royalty_minor, report.obligation) == ("given", 0, None)
        with pytest.raises(flow.NotNow):
            flow.report_use(report, by=bob, base_minor=1_000)
    assert royalties(royal) == [(1, 0, "future")]


def test_the_last_period_is_reported_and_paid_after_the_end(royal: Agreement, bob: User) -> None:
    Agreement.objects.filter(pk=royal.pk).update(ends_on=today() + timedelta(days=3))
    with days_later(5):
        flow.end_due()
        assert flow.expect_reports() == 1
        flow.report_use(royal.use_reports.get(), by=bob, base_minor=10_000_00)

        assert royalties(royal) == [(1, 35_000, "due")]
        assert flow.settle(royal.obligations.get(kind="royalty"), proof={"kind": "bank"}).state == "ended"


def test_only_sales_after_the_free_period_count(
    listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    from tests.licensing.test_trials import begin

    terms = {"trigger": "date", "later_mode": "revenue_share", "royalty_bp": 200, "royalty_base": "net_sales"}
    trial = begin(listing, firm, bob, alice, fee_minor=0, **terms)
    with days_later(until_new_year()):
        assert flow.expect_reports() == 0
    with days_later(until_new_year(1)):
        assert flow.expect_reports() == 1
        period = trials.free_period(trial)
        report = trial.use_reports.get()
        assert period is not None
        assert report.starts_on == period.paid_from
        flow.report_use(report, by=bob, base_minor=1_000_000)
        assert flow.settle(trial.obligations.get(number=1), proof={"kind": "bank"}).trial == "converted"


# what is overdue


@pytest.fixture
def late(active: Agreement) -> Agreement:
    """In force; ¥30,000 were to be paid within 15 days."""
    return active


def demanded(late: Agreement, alice: User) -> PaymentDemand:
    return flow.demand_payment(late.obligations.get(), by=alice, words="请尽快付款")


def test_what_is_not_overdue_cannot_be_demanded(late: Agreement, alice: User) -> None:
    with days_later(15), pytest.raises(Refused):
        demanded(late, alice)

    assert not PaymentDemand.objects.exists()


def test_a_written_demand_gives_thirty_days_and_then_leaves_the_choice_to_the_licensor(
    late: Agreement, alice: User, bob: User
) -> None:
    with days_later(16):
        demand = demanded(late, alice)
        assert told(bob, "pay_demand") == 1
        with pytest.raises(flow.NotNow):
            demanded(late, alice)
    with days_later(46):
        assert flow.demands_due() == 0
        assert flow.ripe(late) is None
    with days_later(47):
        assert flow.demands_due() == 1
        assert flow.ripe(late) == demand
        assert told(alice, "pay_demand_run_out") == 1
        late.refresh_from_db()
        assert late.state == "active"

        flow.keep(demand, by=alice)
        assert flow.ripe(late) is None
        assert late.obligations.get().state == "due"


def test_paying_meets_the_demand(late: Agreement, alice: User) -> None:
    with days_later(16):
        demand = demanded(late, alice)
        flow.settle(late.obligations.get(), proof={"kind": "bank"})

    demand.refresh_from_db()
    assert demand.state == "met"
    assert told(alice, "pay_demand_met") == 1


def test_a_report_is_demanded_and_met_alike(royal: Agreement, alice: User, bob: User) -> None:
    with days_later(until_new_year() + 62):
        flow.expect_reports()
        report = royal.use_reports.get()
        demand = flow.demand_report(report, by=alice)
        flow.report_use(report, by=bob, base_minor=0)

    demand.refresh_from_db()
    assert demand.state == "met"


def test_the_right_to_end_the_contract_lapses_after_a_year(late: Agreement, alice: User) -> None:
    with days_later(16):
        demand = demanded(late, alice)
    with days_later(50):
        flow.demands_due()
    with days_later(420):
        assert flow.demands_due() == 1

    demand.refresh_from_db()
    assert demand.state == "kept"


def test_a_clock_that_stood_still_for_years_makes_up_for_both_at_once(late: Agreement, alice: User) -> None:
    with days_later(16):
        demand = demanded(late, alice)
    with days_later(420):
        assert flow.demands_due() == 1

    demand.refresh_from_db()
    assert demand.state == "kept"
    steps = [entry.facts["step"] for entry in trail.of(late).filter(action="agreement.demand").order_by("pk")]
    assert steps == ["demand", "demand_runs_out", "keep_by_silence"]


def test_a_demand_does_not_run_out_on_a_payment_that_is_held(late: Agreement, alice: User) -> None:
    with days_later(16):
        demand = demanded(late, alice)
    late.obligations.update(state="held")
    with days_later(47):
        flow.demands_due()

        demand.refresh_from_db()
        assert (demand.state, demand.last_day) == ("running", today() + timedelta(days=30))
        assert flow.ripe(late) is None


def test_a_demand_for_what_is_no_longer_owed_is_dropped(late: Agreement, alice: User) -> None:
    with days_later(16):
        demand = demanded(late, alice)
    late.obligations.update(state="waived")
    with days_later(47):
        flow.demands_due()

    demand.refresh_from_db()
    assert demand.state == "dropped"
