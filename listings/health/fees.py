"""The calendar of a patent's annual fees: what is due when, what lateness costs, when the patent lapses (NUM-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from listings.models import LegalStatus, Patent, PatentKind
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.lib.terms import (
    SURCHARGES,
    add_months,
    add_years,
    fee_due_on,
    late_period_ends,
    next_working_day,
    patent_year,
    term_years,
    today,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

    from marketplace.lib.look import Tone

# Yuan a year by the patent office's schedule, as (last patent year, amount); without any reduction. The amounts stand
# so on the page of a city's market supervision authority (scjgj.panzhihua.gov.cn, 专利年费收费标准), surcharges
# included; the office's own announcement was not at hand, and its number (75) is from memory.
SCHEDULE_SOURCE = gettext_lazy(
    "Patent fees as the Panzhihua market supervision authority prints them (scjgj.panzhihua.gov.cn); the patent"
    " office's own announcement was not read, said to be No. 75: unverified, check before you pay"
)
SCHEDULE: dict[str, tuple[tuple[int, int], ...]] = {
    PatentKind.INVENTION: ((3, 900), (6, 1200), (9, 2000), (12, 4000), (15, 6000), (99, 8000)),
    PatentKind.UTILITY_MODEL: ((3, 600), (5, 900), (8, 1200), (10, 2000)),
    PatentKind.DESIGN: ((3, 600), (5, 900), (8, 1200), (10, 2000), (15, 3000)),
}
SOON_DAYS = 60
OVER = (LegalStatus.LAPSED, LegalStatus.EXPIRED, LegalStatus.WAIVED, LegalStatus.INVALID)


class FeeState(StrEnum):
    """Where the fee of one patent year stands."""

    PAID = "paid"
    FUTURE = "future"
    SOON = "soon"
    LATE = "late"
    LAPSED = "lapsed"


WORDS: dict[FeeState, tuple[Words, Tone]] = {
    FeeState.PAID: (pgettext_lazy("annual fee", "Paid"), "good"),
    FeeState.FUTURE: (pgettext_lazy("annual fee", "Later"), "plain"),
    FeeState.SOON: (pgettext_lazy("annual fee", "Due soon"), "warn"),
    FeeState.LATE: (pgettext_lazy("annual fee", "Late, with surcharge"), "stop"),
    FeeState.LAPSED: (pgettext_lazy("annual fee", "Not paid: the patent lapsed"), "stop"),
}


@dataclass(frozen=True, slots=True)
class LateStep:
    """One month of the late period: until when (included), and what it costs on top, in percent of the full fee."""

    through: date
    percent: int


@dataclass(frozen=True, slots=True)
class FeeYear:
    """The fee of one patent year. `due_on` and `late_until` are last days, rolled where they fall on a holiday.

    `lapses_on` is the day from which the patent counts as ended where the late period passes unpaid: the due date.
    """

    year: int
    starts_on: date
    due_on: date
    late: tuple[LateStep, ...]
    late_until: date
    lapses_on: date
    full_minor: int | None
    state: FeeState

    @property
    def label(self) -> Words:
        """The state in words."""
        return WORDS[self.state][0]

    @property
    def tone(self) -> Tone:
        """How loud to say it."""
        return WORDS[self.state][1]

    @property
    def full_words(self) -> str:
        """The full fee without reduction; '' where the schedule does not reach."""
        return money_text(from_minor(self.full_minor, "CNY")) if self.full_minor else ""

    def surcharge_on(self, day: date) -> int | None:
        """Percent of the full fee on top of it when paid on `day`; None when the late period is over."""
        if day <= self.due_on:
            return 0
        return next((step.percent for step in self.late if day <= step.through), None)


def full_fee(kind: str, year: int) -> int | None:
    """The full annual fee of a patent year in fen, without reduction; None where the schedule has none."""
    for last, yuan in SCHEDULE.get(kind, ()):
        if year <= last:
            return yuan * 100
    return None


def late_steps(due_on: date) -> tuple[LateStep, ...]:
    """The six months of the late period. A month is counted from the due date and rolled by itself (IR 5, 115)."""
    return tuple(
        LateStep(next_working_day(add_months(due_on, months)), percent)
        for months, percent in enumerate(SURCHARGES, start=1)
    )


def fee_year(kind: str, filed_on: date, year: int, *, paid_through: int, on: date) -> FeeYear:
    """The fee of patent year `year` (2 or later) as it stands `on` a day. Raises ValueError below 2."""
    due_on = fee_due_on(filed_on, year)
    late_until = late_period_ends(due_on)
    if year <= paid_through:
        state = FeeState.PAID
    elif on > late_until:
        state = FeeState.LAPSED
    elif on > due_on:
        state = FeeState.LATE
    else:
        state = FeeState.SOON if (due_on - on).days <= SOON_DAYS else FeeState.FUTURE
    return FeeYear(
        year=year,
        starts_on=add_years(filed_on, year - 1),
        due_on=due_on,
        late=late_steps(due_on),
        late_until=late_until,
        lapses_on=add_years(filed_on, year - 1),
        full_minor=full_fee(kind, year),
        state=state,
    )


def calendar_of(patent: Patent, on: date | None = None) -> list[FeeYear]:
    """Every annual fee from the second patent year to the last; empty without filing date or known payments."""
    if patent.filed_on is None or patent.fees_paid_through is None:
        return []
    day = on or today()
    years = term_years(patent.kind, patent.filed_on)
    if patent.last_day_override:  # compensated: fees go on to the last year begun
        years = max(years, patent_year(patent.filed_on, patent.last_day_override))
    paid = patent.fees_paid_through
    return [fee_year(patent.kind, patent.filed_on, year, paid_through=paid, on=day) for year in range(2, years + 1)]


def next_fee(patent: Patent, on: date | None = None) -> FeeYear | None:
    """The first fee that is not paid; None where all are paid, nothing is known, or the patent has ended."""
    if patent.status in OVER or patent.filed_on is None or patent.fees_paid_through is None:
        return None
    day, year = on or today(), max(patent.fees_paid_through + 1, 2)
    made = fee_year(patent.kind, patent.filed_on, year, paid_through=patent.fees_paid_through, on=day)
    if patent.last_day and made.starts_on > patent.last_day:
        return None
    return made


def line_of(patent: Patent, on: date | None = None) -> str:
    """One sentence about the fee that comes next; '' where nothing is known or due."""
    day, fee = on or today(), next_fee(patent, on)
    if fee is None:
        return ""
    told = {"year": fee.year, "day": fee.due_on.isoformat(), "until": fee.late_until.isoformat()}
    match fee.state:
        case FeeState.LAPSED:
            return _("The fee of patent year %(year)d was due on %(day)s; the late period ended on %(until)s.") % told
        case FeeState.LATE:
            told["percent"] = fee.surcharge_on(day)
            return (
                _(
                    "The fee of patent year %(year)d was due on %(day)s. Today it costs %(percent)s%% more; after"
                    " %(until)s the patent lapses."
                )
                % told
            )
        case _:
            return _("The fee of patent year %(year)d is due by %(day)s.") % told
