"""What inventors get, reckoned from the ledger to the last fen (INST-3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from listings import income as shares
from listings.income import Part
from listings.models import IncomeCost, InventorShare, Patent, ShareRule
from marketplace.accounts.models import Membership, Organization, Role, User
from marketplace.desks import income
from marketplace.lib.findings import Refused
from marketplace.lib.sheets import read
from marketplace.lib.terms import SHANGHAI
from marketplace.licensing.models import Agreement, Obligation
from marketplace.payments.models import Account, LedgerEntry

URL = "/desk/inventors/"
_serial = iter(range(1, 10_000))


@pytest.fixture
def paid(deal: Callable[..., Agreement], owe: Callable[..., Obligation]) -> Callable[..., Patent]:
    """Money that arrived for a patent of its own on a day, in fen; negative where it went back."""

    def make(amount: int, day: str = "2026-03-02", patent: Patent | None = None) -> Patent:
        if patent is None:
            owed = owe(deal(), amount_minor=abs(amount))
        else:
            owed = Obligation.objects.get(agreement__listing__patent=patent)
        at = datetime.combine(date.fromisoformat(day), datetime.min.time(), SHANGHAI)
        with time_machine.travel(at, tick=False):
            came, went = (Account.ARRIVED, Account.APPLIED) if amount > 0 else (Account.APPLIED, Account.RETURNED)
            number = next(_serial)
            LedgerEntry.objects.bulk_create(
                LedgerEntry(
                    source_type="payment" if amount > 0 else "refund",
                    source_id=number,
                    kind="arrive" if amount > 0 else "return",
                    account=account,
                    amount_minor=posted,
                    currency="CNY",
                    organization=owed.agreement.licensor,
                    obligation=owed,
                )
                for account, posted in ((came, abs(amount)), (went, -abs(amount)))
            )
        return owed.agreement.listing.patent

    return make


def due(organization: Organization, year: int | None = None) -> list[int]:
    return [pot.due for pot in income.pots(organization, year)]


@pytest.mark.parametrize(("division", "share"), [("110000", 5_000), ("410300", 7_000), ("", 5_000)])
def test_without_a_rule_the_law_of_the_place_holds(
    university: Organization, paid: Callable[..., Patent], division: str, share: int
) -> None:
    university.division = division
    university.save()
    paid(1_000_000)

    assert due(university) == [1_000_000 * share // 10_000]


def test_each_arrival_is_reckoned_with_the_rule_of_its_day(
    university: Organization, paid: Callable[..., Patent], alice: User
) -> None:
    shares.set_rule(university, by=alice, from_day=date(2026, 3, 1), share_bp=8_000, basis="校发〔2026〕1号（示例）")
    patent = paid(1_000_000, "2026-02-28")
    paid(1_000_000, "2026-03-01", patent)

    assert due(university) == [500_000 + 800_000]
    assert income.pots(university)[0].rates == {5_000, 8_000}


def test_costs_and_money_that_went_back_are_taken_off(
    university: Organization, paid: Callable[..., Patent], alice: User
) -> None:
    patent = paid(1_000_000)
    paid(-200_000, "2026-03-05", patent)
    shares.add_cost(patent, by=alice, on=date(2026, 3, 6), amount_minor=100_000, what="评估费")

    (pot,) = income.pots(university)

    assert (pot.received, pot.costs, pot.net, pot.due) == (800_000, 100_000, 700_000, 350_000)


def test_a_pot_never_goes_below_nothing(university: Organization, paid: Callable[..., Patent], alice: User) -> None:
    shares.add_cost(paid(100), by=alice, on=date(2026, 3, 6), amount_minor=100_000, what="评估费")

    assert due(university) == [0]


def test_a_year_holds_what_arrived_in_it_by_shanghais_calendar(
    university: Organization, paid: Callable[..., Patent]
) -> None:
    paid(100_000, "2025-12-31")
    paid(300_000, "2026-01-01")

    assert (due(university, 2025), due(university, 2026), income.years(university)) == (
        [50_000],
        [150_000],
        [2026, 2025],
    )


def test_the_share_is_payable_within_six_months(university: Organization, paid: Callable[..., Patent]) -> None:
    paid(100_000, "2026-03-02")

    assert income.pots(university)[0].payable_by == date(2026, 9, 2)


def test_parts_go_to_people_and_departments(university: Organization, paid: Callable[..., Patent], alice: User) -> None:
    one, two = paid(100_001), paid(200_000)
    for patent in (one, two):
        shares.set_shares(
            patent,
            by=alice,
            parts=[Part("甲", "冶金学院", 3_333), Part("乙", "化工学院", 3_333), Part("丙", "冶金学院", 3_334)],
        )

    made = income.dues(income.pots(university))

    assert sum(d.amount for d in made) == 50_000 + 100_000
    assert [(one.name, one.amount) for one in income.by_inventor(made)] == [
        ("丙", 50_010),
        ("乙", 49_995),
        ("甲", 49_995),
    ]
    assert [(one.department, one.amount, one.patents) for one in income.by_department(made)] == [
        ("冶金学院", 100_005, 2),
        ("化工学院", 49_995, 2),
    ]


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10_000), min_size=1, max_size=12))
def test_division_loses_no_fen_and_favors_nobody_by_more_than_one(amount: int, weights: list[int]) -> None:
    total = sum(weights)
    parts = [weight * 10_000 // total for weight in weights]
    parts[0] += 10_000 - sum(parts)

    given_ = income.divide(amount, parts)

    assert sum(given_) == amount
    assert all(0 <= got - amount * part // 10_000 <= 1 for got, part in zip(given_, parts, strict=True))


WRONG = [
    [Part("甲", "", 9_999)],
    [Part("甲", "", 5_000), Part("甲", "", 5_000)],
    [Part("", "", 10_000)],
    [Part("甲", "", 10_000), Part("乙", "", 0)],
]


@pytest.mark.parametrize("parts", WRONG)
def test_parts_that_do_not_make_the_whole_are_refused(
    paid: Callable[..., Patent], alice: User, parts: list[Part]
) -> None:
    patent = paid(100)
    shares.set_shares(patent, by=alice, parts=[Part("原", "", 10_000)])

    with pytest.raises(Refused):
        shares.set_shares(patent, by=alice, parts=parts)

    assert [row.name for row in patent.inventor_shares.all()] == ["原"]


@pytest.mark.parametrize("share", [5_000, 10_000])
def test_a_rule_between_the_floor_and_the_whole_is_kept(university: Organization, alice: User, share: int) -> None:
    shares.set_rule(university, by=alice, from_day=date(2026, 1, 1), share_bp=share, basis="规定")

    assert ShareRule.objects.get().share_bp == share


@pytest.mark.parametrize("share", [4_999, 10_001])
def test_a_rule_below_the_floor_or_above_the_whole_is_refused(
    university: Organization, alice: User, share: int
) -> None:
    with pytest.raises(Refused) as refused:
        shares.set_rule(university, by=alice, from_day=date(2026, 1, 1), share_bp=share, basis="规定")

    assert (refused.value.finding.rule, ShareRule.objects.count()) == ("INST-3", 0)


def test_rules_are_never_overwritten(university: Organization, alice: User) -> None:
    shares.set_rule(university, by=alice, from_day=date(2026, 1, 1), share_bp=6_000, basis="规定")

    with pytest.raises(Refused):
        shares.set_rule(university, by=alice, from_day=date(2026, 1, 1), share_bp=9_000, basis="另一规定")

    assert ShareRule.objects.get().share_bp == 6_000


def test_only_owners_and_finance_keep_the_shares(
    university: Organization, paid: Callable[..., Patent], bob: User
) -> None:
    patent = paid(100)
    Membership.objects.create(user=bob, organization=university, role=Role.LISTER)

    for act in (
        lambda: shares.set_rule(university, by=bob, from_day=date(2026, 1, 1), share_bp=6_000, basis="规定"),
        lambda: shares.set_shares(patent, by=bob, parts=[Part("甲", "", 10_000)]),
        lambda: shares.add_cost(patent, by=bob, on=date(2026, 1, 1), amount_minor=1, what="x"),
    ):
        with pytest.raises(Refused):
            act()

    assert (ShareRule.objects.count(), InventorShare.objects.count(), IncomeCost.objects.count()) == (0, 0, 0)


def test_the_page_takes_rule_parts_and_costs_and_gives_both_reports(
    client: Client, university: Organization, paid: Callable[..., Patent], alice: User
) -> None:
    patent = paid(1_000_000)
    client.force_login(alice)
    url = f"/desk/patents/{patent.code}/shares/"
    rule = {"from_day": "2026-03-01", "share_bp": "60", "basis": "校规（示例）"}
    assert client.post(URL, rule | {"share_bp": "40"}).status_code == 422
    assert client.post(URL, rule).status_code == 302
    parts = {"act": "shares", "name0": "甲", "department0": "冶金学院", "share0": "100"}
    assert client.post(url, parts | {"share0": "99"}).status_code == 422
    assert client.post(url, parts).status_code == 302
    cost = {"act": "cost", "cost-on": "2026-03-05", "cost-amount": "1000", "cost-what": "评估费"}
    assert client.post(url, cost).status_code == 302

    page = client.get(URL).content.decode()
    by_inventor = read(client.get(URL, {"as": "inventor"}).content, "a.xlsx").rows
    by_department = read(client.get(URL, {"as": "department"}).content, "a.xlsx").rows

    assert "¥5,400" in page  # 60 % of 10,000 less 1,000
    assert (by_inventor[1][0], by_inventor[1][4:7], by_inventor[1][10]) == (
        "甲",
        ["10000.00", "1000.00", "9000.00"],
        "5400.00",
    )
    assert by_department[1][:3] == ["冶金学院", "1", "5400.00"]


def test_a_viewer_and_a_firm_do_not_see_the_shares(
    client: Client, university: Organization, firm: Organization, bob: User, mallory: User
) -> None:
    Membership.objects.create(user=mallory, organization=university, role=Role.VIEWER)
    client.force_login(mallory)
    assert client.get(URL).status_code == 403
    client.force_login(bob)
    assert client.get(URL).status_code == 404


def test_the_page_asks_the_same_for_two_patents_and_for_eight(
    client: Client, paid: Callable[..., Patent], alice: User, asked: Callable[[str], Any]
) -> None:
    client.force_login(alice)
    paid(100), paid(100)
    asked(URL)  # the first look chooses the organization
    two = asked(URL)
    for _more in range(6):
        paid(100)

    assert asked(URL) == two
