"""What a licensee owes under frozen terms and when: from values to values (LIC-C, PRESET-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from listings.models import FeeMode, LaterMode, Trigger
from listings.prices import Price, instalment_amounts, royalty_words
from marketplace.lib.terms import add_months
from marketplace.licensing.contracts.reading import Offer
from marketplace.licensing.models import Obligation, ObligationKind, ObligationState


class Cause(StrEnum):
    """What makes a future obligation due; kept as a word of code, put into people's words when shown."""

    NOW = ""
    DATE = "date"
    FIRST_REVENUE = "first_revenue"
    MILESTONE = "milestone"
    ROYALTY = "royalty"


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing owed. `due_on` is the last day to pay (Asia/Shanghai), None where no date is known yet."""

    kind: ObligationKind
    number: int
    amount_minor: int
    due_on: date | None
    cause: Cause = Cause.NOW

    @property
    def state(self) -> ObligationState:
        """Due at once, or only later."""
        return ObligationState.FUTURE if self.cause else ObligationState.DUE


def owed(offer: Offer, price: Price, start: date, last_day: date) -> list[Owed]:
    """Everything the terms make the licensee owe for a license from `start` through `last_day`, first due first.

    A royalty stands as one future row without an amount: each report of use gives it one.
    """
    return list(_owed(offer, price, start, last_day))


def founding(offer: Offer, price: Price, start: date) -> Owed | None:
    """What must be paid before the license can begin (payment as a condition, or open track); None: nothing."""
    if not price.now_minor:
        return None
    return Owed(_kind(price), 1, price.now_minor, _deadline(offer, start))


def _deadline(offer: Offer, start: date) -> date:
    return start + timedelta(days=offer.number("pay_within_days"))


def _kind(price: Price) -> ObligationKind:
    if price.per_year:
        return ObligationKind.YEARLY_FEE
    return ObligationKind.ENTRY_FEE if price.mode == FeeMode.ENTRY_ROYALTY else ObligationKind.FEE


def _owed(offer: Offer, price: Price, start: date, last_day: date) -> Iterator[Owed]:
    match price.mode:
        case FeeMode.FIXED | FeeMode.ENTRY_ROYALTY:
            yield from _from_the_start(offer, price, start, last_day)
        case FeeMode.FREE_THEN_PAID:
            yield from _after_the_free_period(offer, price, start, last_day)
        case _:
            pass
    if price.royalty_bp:
        yield Owed(ObligationKind.ROYALTY, 1, 0, None, Cause.ROYALTY)


def _from_the_start(offer: Offer, price: Price, start: date, last_day: date) -> Iterator[Owed]:
    if not price.fee_minor:
        return
    yield Owed(_kind(price), 1, price.fee_minor, _deadline(offer, start))
    if price.per_year:
        yield from _yearly(offer, price, start, last_day, first=2, cause=Cause.DATE)


def _yearly(offer: Offer, price: Price, start: date, last_day: date, *, first: int, cause: Cause) -> Iterator[Owed]:
    """A fee for each license year begun from `start` on, counted from `first`."""
    number = first
    while (begins := add_months(start, 12 * (number - 1))) <= last_day:
        yield Owed(ObligationKind.YEARLY_FEE, number, price.fee_minor, _deadline(offer, begins), cause)
        number += 1


def _after_the_free_period(offer: Offer, price: Price, start: date, last_day: date) -> Iterator[Owed]:
    """The free months are the longest the free period can last; a trigger named in the terms may end it earlier."""
    paid_from = add_months(start, price.free_months)
    if not price.fee_minor or paid_from > last_day:
        return
    if price.later_mode == LaterMode.CONDITIONAL:
        yield Owed(_kind(price), 1, price.fee_minor, None, Cause.MILESTONE)
    else:
        yield from _paid_from(offer, price, paid_from, last_day, Cause(price.trigger or Trigger.DATE))


def _paid_from(offer: Offer, price: Price, paid_from: date, last_day: date, cause: Cause) -> Iterator[Owed]:
    """The fee of a license whose first paid day is `paid_from`: by the year, in yearly parts, or once."""
    if price.per_year:
        yield from _yearly(offer, price, paid_from, last_day, first=1, cause=cause)
    elif price.later_mode == LaterMode.INSTALMENTS and price.instalments > 1:
        for index, amount in enumerate(instalment_amounts(price.fee_minor, price.instalments)):
            begins = add_months(paid_from, 12 * index)
            yield Owed(ObligationKind.INSTALMENT, index + 1, amount, _deadline(offer, begins), cause)
    else:
        yield Owed(_kind(price), 1, price.fee_minor, _deadline(offer, paid_from), cause)


def from_day(offer: Offer, price: Price, paid_from: date, last_day: date, *, not_before: date) -> list[Owed]:
    """What is owed once a trigger has ended the free period, or its milestone made a conditional fee due.

    `paid_from` is the first paid day; the days to pay are counted from `not_before` where that is later, so that
    nobody is late with what he could not know. What would begin after the last day is left out.
    """
    if not price.fee_minor or paid_from > last_day:
        return []
    earliest, latest = _deadline(offer, not_before), _deadline(offer, last_day)
    rows = _paid_from(offer, price, paid_from, last_day, Cause.DATE)
    return [replace(row, due_on=max(row.due_on, earliest)) for row in rows if row.due_on and row.due_on <= latest]


def cause_words(obligation: Obligation, offer: Offer, price: Price) -> str:
    """What a future obligation waits for beside its date, in the reader's language; '' where for nothing."""
    match obligation.trigger:
        case Cause.FIRST_REVENUE:
            return _("at the first revenue from the product, on this date at the latest")
        case Cause.MILESTONE:
            return _("when this is reached: %(milestone)s") % {"milestone": offer.text("milestone")}
        case Cause.ROYALTY:
            return royalty_words(price.royalty_bp, price.royalty_base)
        case _:
            return ""
