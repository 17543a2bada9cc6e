"""What recording an open license saves in annual fees, within its limits (PL 51; Guidelines V.11.8; REC-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from listings.health.fees import SCHEDULE, SCHEDULE_SOURCE
from marketplace.lib.terms import add_years, fee_due_on, last_day, patent_year

OPEN_PERCENT = 15
OTHER_YEARS = 10  # reductions by circumstances count for ten years from the year of grant (财税〔2016〕78号)


class Why(StrEnum):
    """Why a fee is as it is."""

    BEFORE = "before"
    OPEN = "open"
    OTHER = "other"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    NOT_RECORDED = "not_recorded"


WORDS = {
    Why.BEFORE: _("was due before the recordal: not lowered"),
    Why.OPEN: _("15 percent less for the open license"),
    Why.OTHER: _("the higher reduction counts; the two never add up"),
    Why.WITHDRAWN: _("declaration withdrawn: no longer lowered from the next patent year on"),
    Why.ENDED: _("the license has ended: no longer lowered"),
    Why.NOT_RECORDED: _("no recorded open license: not lowered"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The facts of one patent and its first recorded open license.

    `other_percent` is what the owner's fees are lowered by for other reasons (85 one owner, 70 several, 0 none),
    `license_until` the last day of the licenses on record, None where they run to the patent's end.
    """

    kind: str
    filed_on: date
    granted_on: date
    recorded_on: date | None = None
    license_until: date | None = None
    withdrawn_on: date | None = None
    other_percent: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """The fee of one patent year in yuan: in full, lowered, and what the open license alone saves."""

    year: int
    due_on: date
    full: int
    percent: int
    why: Why
    to_pay: int
    saved: int

    @property
    def words(self) -> str:
        """Why it is so, in the reader's language."""
        return str(WORDS[self.why])


def lines(asked: Asked) -> list[Line]:
    """Every annual fee after the year of grant, to the patent's last year.

    Raises ValueError when the grant lies before filing or after the patent's end.
    """
    end = last_day(asked.kind, asked.filed_on)
    if not asked.filed_on <= asked.granted_on <= end:
        raise ValueError("a patent is granted between its filing and its last day")
    return list(_lines(asked, end))


def saved(asked: Asked) -> int:
    """Yuan that the open license saves over the patent's life, without any promise that fees stay as they are."""
    return sum(line.saved for line in lines(asked))


def _lines(asked: Asked, end: date) -> Iterator[Line]:
    granted = patent_year(asked.filed_on, asked.granted_on)
    year = granted + 1
    while add_years(asked.filed_on, year - 1) <= end:
        due = fee_due_on(asked.filed_on, year)
        full = _full(asked.kind, year)
        other = asked.other_percent if year < granted + OTHER_YEARS else 0
        why = _why(asked, add_years(asked.filed_on, year - 1), due)
        by_open = OPEN_PERCENT if why == Why.OPEN else 0
        percent = max(by_open, other)
        told = Why.OTHER if other and other >= by_open else why
        to_pay = _lowered(full, percent)
        yield Line(year, due, full, percent, told, to_pay, _lowered(full, other) - to_pay)
        year += 1


def _why(asked: Asked, starts_on: date, due_on: date) -> Why:
    """Whether the open license lowers the fee of the patent year that starts then."""
    if asked.recorded_on is None:
        return Why.NOT_RECORDED
    if due_on <= asked.recorded_on:
        return Why.BEFORE
    if asked.withdrawn_on is not None and starts_on > asked.withdrawn_on:
        return Why.WITHDRAWN
    if asked.license_until is not None and starts_on > asked.license_until:
        return Why.ENDED
    return Why.OPEN


def _full(kind: str, year: int) -> int:
    return next(amount for last, amount in SCHEDULE[kind] if year <= last)


def _lowered(full: int, percent: int) -> int:
    """The lowered fee in whole yuan: every fee of the schedule divides by these percentages."""
    return full * (100 - percent) // 100


__all__ = ["SCHEDULE_SOURCE", "Asked", "Line", "Why", "lines", "saved"]
