"""A price set or moved sharply just before a quota date: the days on which offers and licenses are counted."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from listings.integrity.facts import Found, PriceSet

KIND = "sudden_price"
STEEP = 0.5  # a price that moved by half or more
MANY = 5  # prices of one amount set on one day


@dataclass(frozen=True, slots=True)
class QuotaDate:
    """A day of the year on which somebody counts, in both languages."""

    month: int
    day: int
    zh: str
    en: str

    def after(self, on: date) -> date:
        """The first such day on or after a day."""
        this_year = date(on.year, self.month, self.day)
        return this_year if this_year >= on else date(on.year + 1, self.month, self.day)


@cache
def quota_dates() -> tuple[int, tuple[QuotaDate, ...]]:
    """How many days before a date count as "just before", and the dates; from the file beside this module."""
    told = json.loads((Path(__file__).parent / "quota_dates.json").read_text(encoding="utf-8"))
    return int(told["window_days"]), tuple(QuotaDate(**row) for row in told["dates"])


def detect(prices: Sequence[PriceSet]) -> list[Found]:
    """Each price that moved steeply, or was one of many alike, in the last days before a quota date."""
    window, dates = quota_dates()
    alike = _alike(prices)
    found = []
    for price in prices:
        quota = min(dates, key=lambda one: one.after(price.on))
        left = (quota.after(price.on) - price.on).days
        if left > window:
            continue
        moved, twins = _moved(price), alike[price.on, price.amount, price.mode]
        if moved >= STEEP or twins >= MANY:
            found.append(_found(price, quota, left, moved, twins))
    return found


def _alike(prices: Iterable[PriceSet]) -> dict[tuple[date, int, str], int]:
    counts: dict[tuple[date, int, str], int] = defaultdict(int)
    for price in prices:
        counts[price.on, price.amount, price.mode] += 1
    return counts


def _moved(price: PriceSet) -> float:
    """By which part of the higher of both amounts a price moved; 0 where it is the first one."""
    if price.before is None or price.before == price.amount:
        return 0.0
    return abs(price.amount - price.before) / max(price.amount, price.before)


def _found(price: PriceSet, quota: QuotaDate, left: int, moved: float, twins: int) -> Found:
    window, _dates = quota_dates()
    score = round(40 + 40 * max(moved, min(twins / (2 * MANY), 1.0)) + 20 * (1 - left / window))
    return Found(
        KIND,
        price.key,
        min(score, 100),
        {"listing": price.key},
        {
            "on": price.on.isoformat(),
            "amount": price.amount,
            "before": price.before,
            "days_left": left,
            "quota_on": quota.after(price.on).isoformat(),
            "quota": {"zh": quota.zh, "en": quota.en},
            "alike": twins,
        },
    )
