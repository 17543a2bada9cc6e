"""A token price, a steep cut or a first price set out of silence, just before a day on which offers are counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from listings.integrity.facts import Found, PriceHistory, Turn

KIND = "sudden_price"
TOKEN = 100_000  # fen: an amount that nobody lives on
STEEP = 0.8  # a price that fell by so much or more
SILENCE = timedelta(days=60)  # without a question from outside before the price moved; and how long it had been listed
ASKED = frozenset({"enquiry", "offer_received"})
PRICED = frozenset({"price_set", "price_changed", "made_free"})


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


def detect(histories: Sequence[PriceHistory]) -> list[Found]:
    """The newest sudden price of each listing before any of the known dates."""
    _window, dates = quota_dates()
    found = []
    for history in histories:
        told = [
            one for turn in history.turns for quota in dates if (one := before(history, turn, quota.after(turn.on)))
        ]
        if told:
            newest = max(told, key=lambda one: (one.evidence["on"], one.score))
            quota_on = date.fromisoformat(newest.evidence["quota_on"])
            quota = next(one for one in dates if one.after(quota_on) == quota_on)
            newest.evidence["quota"] = {"zh": quota.zh, "en": quota.en}
            found.append(newest)
    return found


def before_date(history: PriceHistory, quota_on: date) -> Found | None:
    """The strongest sudden price of a listing before one date."""
    told = [one for turn in history.turns if (one := before(history, turn, quota_on))]
    return max(told, key=lambda one: one.score, default=None)


def before(history: PriceHistory, turn: Turn, quota_on: date) -> Found | None:
    """What one turn looks like before a date: None where it is no price, early, asked for, or set right again."""
    window, _dates = quota_dates()
    left = (quota_on - turn.on).days
    if turn.event not in PRICED or not 0 <= left <= window:
        return None
    amount = 0 if turn.event == "made_free" else turn.amount or 0
    was = _price_before(history, turn)
    fell = 1 - amount / was if was else 0.0
    token = amount <= TOKEN and (was is None or was > TOKEN)
    if not (token or fell >= STEEP) or _asked_for(history, turn) or _set_right(history, turn, quota_on, amount):
        return None
    score = min(100, round(50 + (25 if token else 0) + 25 * (1 - left / window)))
    evidence = {
        "on": turn.on.isoformat(),
        "amount": amount,
        "before": was,
        "days_left": left,
        "quota_on": quota_on.isoformat(),
        "silent_days": _silent_days(history, turn),
    }
    return Found(KIND, history.key, score, {"listing": history.key}, evidence)


def _earlier(history: PriceHistory, turn: Turn) -> list[Turn]:
    return list(history.turns[: history.turns.index(turn)])


def _price_before(history: PriceHistory, turn: Turn) -> int | None:
    """The amount that held before; None where there was none. A price set anew after a pause is compared too."""
    priced = [one for one in _earlier(history, turn) if one.event in PRICED]
    if not priced:
        return None
    return 0 if priced[-1].event == "made_free" else priced[-1].amount


def _asked_for(history: PriceHistory, turn: Turn) -> bool:
    """Somebody asked or offered shortly before, or the listing itself is new: then the price has its reason."""
    since = turn.on - SILENCE
    asked = any(one.event in ASKED and one.on >= since for one in _earlier(history, turn))
    return asked or history.turns[0].on > since


def _set_right(history: PriceHistory, turn: Turn, quota_on: date, amount: int) -> bool:
    """Whether a slip was put right before the date."""
    later = history.turns[history.turns.index(turn) + 1 :]
    return any(
        one.event in PRICED and one.on < quota_on and (one.amount or 0) > max(amount * 5, TOKEN) for one in later
    )


def _silent_days(history: PriceHistory, turn: Turn) -> int:
    earlier = _earlier(history, turn)
    return (turn.on - earlier[-1].on).days if earlier else 0
