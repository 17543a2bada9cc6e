"""What a license costs, worked out from terms: integers of minor units, basis points, months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from listings.models.offer_terms import FeeMode, LaterMode, OfferTerms, RoyaltyBase, Terms, TermSheet, Trigger
from marketplace.lib.look import money_text, rate_text
from marketplace.lib.money import from_minor
from marketplace.lib.terms import add_months

if TYPE_CHECKING:
    from listings.models.listing import Listing

TERM_FIELDS = (
    "fee_mode",
    "currency",
    "fee_minor",
    "fee_per_year",
    "royalty_bp",
    "royalty_base",
    "free_months",
    "trigger",
    "milestone",
    "later_mode",
    "instalments",
    "nonpayment",
    "pay_within_days",
    "payment_is_condition",
    "months",
    "territory",
    "field_of_use",
    "acts",
    "classes_only",
    "guidance_none",
    "guidance",
    "guidance_hours",
    "response_days",
    "guidance_persons",
    "travel",
    "extra_hour_minor",
)


@dataclass(frozen=True, slots=True)
class Price:
    """What one licensee pays under some terms.

    `fee_minor` is the fixed part for his class (a year's, where `per_year`); `now_minor` is due at the start;
    `total_minor` is the fixed part over the whole term, None where a royalty makes it open or the term has no months.
    """

    fee_minor: int
    currency: str
    mode: str
    per_year: bool
    royalty_bp: int
    royalty_base: str
    free_months: int
    trigger: str
    milestone: str
    later_mode: str
    instalments: int
    now_minor: int
    total_minor: int | None

    @property
    def words(self) -> str:
        """The price in one line, in the reader's language."""
        return in_words(self)

    @property
    def is_free(self) -> bool:
        """Whether nothing is ever owed."""
        return self.fee_minor == 0 and self.royalty_bp == 0


def class_prices_of(terms: Terms) -> dict[str, int]:
    """Prices by class of licensee, {LicenseeClass: minor units}, of offer terms or of a term sheet."""
    if isinstance(terms, TermSheet):
        return {str(key): int(value) for key, value in terms.class_prices.items()}
    if isinstance(terms, OfferTerms) and terms.pk:
        if terms.known_class_prices is not None:
            return terms.known_class_prices.copy()
        return {row.licensee_class: row.fee_minor for row in terms.class_prices.all()}
    return {}


def terms_dict(terms: Terms) -> dict[str, Any]:
    """Every column of the terms as plain JSON values, prices by class included."""
    told: dict[str, Any] = {name: getattr(terms, name) for name in TERM_FIELDS}
    told["acts"] = sorted(terms.acts)
    told["class_prices"] = dict(sorted(class_prices_of(terms).items()))
    return told


def _plain(terms: Terms | Listing | Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Terms as a mapping, and the patent's last day (ISO) where it is known."""
    if isinstance(terms, Terms):
        listing = (terms.listing or terms.variant_of) if isinstance(terms, OfferTerms) else None
        last = listing.patent.last_day if listing else None
        return terms_dict(terms), last.isoformat() if last else ""
    if isinstance(terms, Mapping):
        if "terms" in terms:
            return terms["terms"], str((terms.get("patent") or {}).get("last_day") or "")
        return terms, ""
    return _plain(terms.terms)


def _months(told: Mapping[str, Any], last_day: str, on: date | None) -> int | None:
    """The months of the term; where it runs to the patent's last day, those begun between `on` and that day."""
    months: int | None = told["months"]
    if last_day and on:
        last, left = date.fromisoformat(last_day), 0
        while add_months(on, left) - timedelta(days=1) < last:
            left += 1
        return left if months is None else min(left, months)
    return months


def months_of(terms: Terms | Listing | Mapping[str, Any], *, on: date) -> int | None:
    """The months of a license that begins on `on`: those of the term, never beyond the patent; None where unknown."""
    told, last_day = _plain(terms)
    return _months(told, last_day, on)


def _years(months: int) -> int:
    """License years begun within so many months; a fee by the year falls due for each."""
    return -(-max(months, 0) // 12)


def price_for(terms: Terms | Listing | Mapping[str, Any], licensee_class: str = "", *, on: date | None = None) -> Price:
    """What a licensee of `licensee_class` pays ('' for everybody's price) under terms, a listing's or a snapshot's.

    `on` is the license's first day; with it a yearly fee that runs to the patent's last day has a total too.
    """
    told, last_day = _plain(terms)
    fee = int(told["class_prices"].get(licensee_class, told["fee_minor"]))
    mode = told["fee_mode"]
    months = _months(told, last_day, on)
    return Price(
        fee_minor=fee,
        currency=told["currency"],
        mode=mode,
        per_year=bool(told["fee_per_year"]),
        royalty_bp=told["royalty_bp"],
        royalty_base=told["royalty_base"],
        free_months=told["free_months"],
        trigger=told["trigger"],
        milestone=told["milestone"],
        later_mode=told["later_mode"],
        instalments=told["instalments"],
        now_minor=fee if mode in (FeeMode.FIXED, FeeMode.ENTRY_ROYALTY) else 0,
        total_minor=_total(told, fee, months),
    )


def _total(told: Mapping[str, Any], fee: int, months: int | None) -> int | None:
    """The fixed part over the whole term; None with a royalty, or a yearly fee over a term without months."""
    if told["fee_mode"] == FeeMode.FREE:
        return 0
    if told["royalty_bp"]:
        return None
    if not told["fee_per_year"]:
        return fee
    if months is None:
        return None
    free = told["free_months"] if told["fee_mode"] == FeeMode.FREE_THEN_PAID else 0
    return fee * _years(months - free)


def instalment_amounts(total_minor: int, number: int) -> list[int]:
    """A fee in equal whole parts; what does not divide is paid with the last one."""
    if number < 1:
        raise ValueError("there is no payment in fewer than one part")
    part = total_minor // number
    return [part] * (number - 1) + [total_minor - part * (number - 1)]


def royalty_words(royalty_bp: int, royalty_base: str) -> str:
    """A royalty as people say it: "3.5% of net sales"."""
    base = RoyaltyBase(royalty_base).label if royalty_base else RoyaltyBase.NET_SALES.label
    return _("%(rate)s of %(base)s") % {"rate": rate_text(royalty_bp), "base": base}


def fee_words(price: Price) -> str:
    """The fixed part: "¥8,000 a year", "¥30,000"."""
    amount = money_text(from_minor(price.fee_minor, price.currency))
    return _("%(amount)s a year") % {"amount": amount} if price.per_year else amount


def months_words(months: int) -> str:
    """A term: "5 years", "18 months"."""
    if months % 12 == 0 and months:
        years = months // 12
        return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}


def later_words(price: Price) -> str:
    """What is paid after the free period, and how."""
    parts = [fee_words(price)] if price.fee_minor else []
    if price.royalty_bp:
        parts.append(royalty_words(price.royalty_bp, price.royalty_base))
    paid = _(" and ").join(parts) or _("nothing")
    if price.later_mode == LaterMode.INSTALMENTS:
        return ngettext(
            "%(paid)s in %(count)d yearly instalment", "%(paid)s in %(count)d yearly instalments", price.instalments
        ) % {"paid": paid, "count": price.instalments}
    if price.later_mode == LaterMode.CONDITIONAL:
        return _("%(paid)s, only if the milestone is reached") % {"paid": paid}
    return paid


def free_words(price: Price) -> str:
    """How long it is free: "12 months", or until what happens."""
    span = months_words(price.free_months)
    if price.trigger == Trigger.FIRST_REVENUE:
        return _("until the first revenue, %(span)s at most") % {"span": span}
    if price.trigger == Trigger.MILESTONE:
        return _("until “%(milestone)s”, %(span)s at most") % {"milestone": price.milestone, "span": span}
    return span


def in_words(price: Price) -> str:
    """The price in one line: "¥30,000", "free for 12 months, then ¥8,000 a year", "¥5,000 and 3% of net sales"."""
    match price.mode:
        case FeeMode.FREE:
            return _("Free")
        case FeeMode.ROYALTY:
            return royalty_words(price.royalty_bp, price.royalty_base)
        case FeeMode.ENTRY_ROYALTY:
            royalty = royalty_words(price.royalty_bp, price.royalty_base)
            return _("%(fee)s at the start and %(royalty)s") % {"fee": fee_words(price), "royalty": royalty}
        case FeeMode.FREE_THEN_PAID:
            return _("Free %(free)s, then %(later)s") % {"free": free_words(price), "later": later_words(price)}
        case _:
            return fee_words(price)
