"""What a firm pays under some terms, license year by license year, at a given turnover; integers of minor units."""

from __future__ import annotations

from dataclasses import dataclass

from listings.models import FeeMode, LaterMode, RoyaltyBase
from listings.prices import Price, instalment_amounts


@dataclass(frozen=True, slots=True)
class Course:
    """The amounts of the license years in order, and how they come about."""

    years: tuple[int, ...]

    @property
    def total(self) -> int:
        """Over the whole term."""
        return sum(self.years)

    @property
    def first(self) -> int:
        """In the first license year."""
        return self.years[0] if self.years else 0


def course(price: Price, months: int, *, sales_minor: int, margin_bp: int) -> Course:
    """The course of payments over a term of `months`, with sales of so much a year, of which `margin_bp` is profit.

    As contracts reckon it: a fee once at its trigger, a yearly fee for each year begun, instalments a year apart, a
    royalty of what is sold in the paid months. A free period is taken to last its longest, a milestone to be reached.
    """
    paid_from = price.free_months if price.mode == FeeMode.FREE_THEN_PAID else 0
    amounts = [0] * _years(months)
    for at, amount in _fixed(price, months, paid_from):
        while at // 12 >= len(amounts):
            amounts.append(0)
        amounts[at // 12] += amount
    if price.royalty_bp:
        base = sales_minor if price.royalty_base != RoyaltyBase.PROFIT else sales_minor * margin_bp // 10_000
        for year in range(_years(months)):
            paid = _paid_months(year, months, paid_from)
            amounts[year] += base * paid * price.royalty_bp // (12 * 10_000)
    return Course(tuple(amounts))


def _years(months: int) -> int:
    return -(-max(months, 0) // 12)


def _paid_months(year: int, months: int, paid_from: int) -> int:
    """How many months of a license year (counted from 0) are in the term and paid for."""
    begins, ends = max(12 * year, paid_from), min(12 * year + 12, months)
    return max(ends - begins, 0)


def _fixed(price: Price, months: int, paid_from: int) -> list[tuple[int, int]]:
    """The fixed part as (month after the start, amount)."""
    if not price.fee_minor or paid_from >= months or price.mode in (FeeMode.FREE, FeeMode.ROYALTY):
        return []
    if price.later_mode == LaterMode.CONDITIONAL and price.mode == FeeMode.FREE_THEN_PAID:
        return [(paid_from, price.fee_minor)]
    if price.per_year:
        return [(at, price.fee_minor) for at in range(paid_from, months, 12)]
    if price.later_mode == LaterMode.INSTALMENTS and price.mode == FeeMode.FREE_THEN_PAID and price.instalments > 1:
        parts = instalment_amounts(price.fee_minor, price.instalments)
        return [(paid_from + 12 * index, part) for index, part in enumerate(parts)]
    return [(paid_from, price.fee_minor)]
