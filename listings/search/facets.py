"""Filters whose values are made from what an offer says: how they are kept, asked for and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings import variants
from listings.models import FeeMode, Listing, OfferTerms
from marketplace.lib.terms import today

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

FREE: dict[str, Words] = {
    "to_6": _("Up to 6 months free"),
    "to_12": _("7 to 12 months free"),
    "over_12": _("More than a year free"),
    "event": _("Free until first revenue or a milestone"),
}
MATURITY: dict[str, Words] = {
    "early": _("Proven in the laboratory (1–3)"),
    "pilot": _("Tried as a pilot (4–6)"),
    "proven": _("Works in practice (7–9)"),
}
SUPPORT: dict[str, Words] = {
    "included": _("Hours of guidance included"),
    "offered": _("Guidance at a price"),
    "none": _("Without guidance"),
}
SCOPE: dict[str, Words] = {
    "nationwide": _("The whole country"),
    "any_field": _("Any field of use"),
    "to_end": _("To the patent's last day"),
}
LEFT: dict[str, Words] = {
    "over_15": _("15 years or more"),
    "to_15": _("10 to 15 years"),
    "to_10": _("5 to 10 years"),
    "to_5": _("Less than 5 years"),
}
_MONTHS_LEFT = {"to_5": range(60), "to_10": range(60, 120), "to_15": range(120, 180), "over_15": range(180, 312)}

LONGEST_PRODUCT = 24  # characters: what is longer is a sentence, not a product
MOST_PRODUCTS = 6
_BETWEEN_PRODUCTS = re.compile(r"[、,，;；/\n。]+")


def products_of(text: str) -> tuple[str, ...]:
    """The products an offer names, one by one."""
    named = (" ".join(part.split()) for part in _BETWEEN_PRODUCTS.split(text))
    return tuple(dict.fromkeys(part for part in named if 1 < len(part) <= LONGEST_PRODUCT))[:MOST_PRODUCTS]


def values_of(listing: Listing) -> dict[str, tuple[str, ...]]:
    """What one offer is kept under; a further variant adds what it offers."""
    patent = listing.patent
    offered = [listing.terms, *variants.rows(listing)]
    return {
        "free": _each(_free, offered),
        "support": _each(_support, offered),
        "scope": tuple(dict.fromkeys(key for terms in offered for key in _scope(terms))),
        "product": products_of(listing.products),
        "maturity": (_maturity(listing.maturity),) if listing.maturity else (),
        "kind": (str(patent.kind),),
        "left": (_month(patent.last_day.year * 12 + patent.last_day.month - 1),) if patent.last_day else (),
    }


def _each(key_of: Callable[[OfferTerms], str], offered: Iterable[OfferTerms]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for terms in offered if (key := key_of(terms))))


def _free(terms: OfferTerms) -> str:
    if terms.fee_mode != FeeMode.FREE_THEN_PAID:
        return ""
    if terms.trigger not in ("", "date"):
        return "event"
    if terms.free_months <= 6:
        return "to_6"
    return "to_12" if terms.free_months <= 12 else "over_12"


def _support(terms: OfferTerms) -> str:
    if terms.guidance_none:
        return "none"
    return "included" if terms.guidance_hours else "offered"


def _scope(terms: OfferTerms) -> list[str]:
    found = {
        "nationwide": terms.territory == "CN",
        "any_field": not terms.field_of_use.strip(),
        "to_end": terms.months is None,
    }
    return [key for key, holds in found.items() if holds]


def _maturity(level: int) -> str:
    if level <= 3:
        return "early"
    return "pilot" if level <= 6 else "proven"


def _month(count: int) -> str:
    """A month counted from year 0: 24491 → "2040-12"."""
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def asked(name: str, values: tuple[str, ...], key: str, on: date | None = None) -> tuple[str, ...]:
    """The stored values that chosen values of a filter stand for, for a reader kept under `key`.

    A price band is the reader's own. How many years are left moves with the calendar, so an index keeps last months.
    """
    if name == "band":
        return tuple(f"{key}:{value}" for value in values)
    if name == "left":
        now = _this_month(on)
        return tuple(_month(now + month) for value in values for month in _MONTHS_LEFT[value])
    return values


def counted(name: str, counts: Mapping[str, int], key: str, on: date | None = None) -> dict[str, int]:
    """The reverse: how many offers each value of a filter has, from the counts of stored values."""
    if name == "band":
        return {v.removeprefix(f"{key}:"): n for v, n in counts.items() if v.startswith(f"{key}:")}
    if name == "left":
        spans, told = _spans(_this_month(on)), dict.fromkeys(_MONTHS_LEFT, 0)
        for month, count in counts.items():
            if month in spans:
                told[spans[month]] += count
        return {value: count for value, count in told.items() if count}
    return dict(counts)


@lru_cache(maxsize=4)
def _spans(now: int) -> dict[str, str]:
    """From each month that may be a last one to the value of the filter that it belongs to this month."""
    return {_month(now + month): value for value, span in _MONTHS_LEFT.items() for month in span}


def _this_month(on: date | None) -> int:
    day = on or today()
    return day.year * 12 + day.month - 1
