"""How a listing is told to a reader: the price in his own terms, its filters in words."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from listings import variants
from listings.models import FeeMode, LicenseeClass, Listing, PatentKind, Track
from listings.offers import class_of, classes_of, territory_words
from listings.prices import (
    Price,
    class_prices_of,
    fee_words,
    free_words,
    later_words,
    months_words,
    price_for,
    royalty_words,
)
from listings.search import Item, Query, Results
from listings.search.facets import FREE, LEFT, MATURITY, SCOPE, SUPPORT
from listings.search.query import BANDS, FILTERS
from marketplace.accounts.models import Organization
from marketplace.lib import classes, divisions
from marketplace.lib.industries import Industry, label

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


_FIRST, _MORE = 6, 24  # values of a filter shown at once, and behind a click
_REMEMBERED = 60.0  # seconds for which a process knows the names of universities
_OPEN = ("track", "band", "industry", "maturity")  # filters that are open at first
_FIXED: dict[str, dict[str, Words]] = {  # filters whose values are known beforehand, in their order
    "track": dict(zip(Track.values, Track.labels, strict=True)),
    "band": BANDS,
    "fee": dict(zip(FeeMode.values, FeeMode.labels, strict=True)),
    "free": FREE,
    "maturity": MATURITY,
    "support": SUPPORT,
    "scope": SCOPE,
    "kind": dict(zip(PatentKind.values, PatentKind.labels, strict=True)),
    "left": LEFT,
}


class Told(NamedTuple):
    """A price for people: the figure that stands large, and what belongs to it in small letters."""

    amount: str
    note: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the results."""

    item: Item
    price: Told

    @property
    def listing(self) -> Listing:
        """The row of the database."""
        return self.item.listing


class Option(NamedTuple):
    """One value of a filter."""

    value: str
    label: Words
    offers: int
    chosen: bool


class Group(NamedTuple):
    """One filter of the panel: the values that matter most, and `more` behind a further click."""

    name: str
    label: Words
    options: list[Option]
    more: list[Option]
    chosen: int
    is_open: bool


class Chip(NamedTuple):
    """An active filter, and the address of the same results without it."""

    label: Words
    url: str


def told_price(listing: Listing, organization: Organization | None) -> tuple[Told, Price, str]:
    """The price for this reader, and the class of licensee it is for ('' where it is everybody's)."""
    licensee_class = class_of(organization, listing) if organization else ""
    has_own = listing.track == Track.PRESET and licensee_class in class_prices_of(listing.terms)
    price = price_for(listing.terms, licensee_class if has_own else "")
    amount, note = _head(price)
    parts = [note, *_limits(listing)]
    if has_own:
        parts.insert(1, _("price for: %(class)s") % {"class": LicenseeClass(licensee_class).label})
    elif listing.track == Track.PRESET and class_prices_of(listing.terms) and not licensee_class:
        parts.append(_("lower for some licensees"))
    together = "\N{NO-BREAK SPACE}· ".join(str(part).replace(" ", "\N{NO-BREAK SPACE}") for part in parts if part)
    return Told(amount, together), price, licensee_class if has_own else ""


def _head(price: Price) -> tuple[str, str]:
    match price.mode:
        case FeeMode.FREE:
            return _("Free"), _("nothing to pay")
        case FeeMode.ROYALTY:
            return royalty_words(price.royalty_bp, price.royalty_base), _("no entry fee")
        case FeeMode.ENTRY_ROYALTY:
            return fee_words(price), _("and %(royalty)s") % {
                "royalty": royalty_words(price.royalty_bp, price.royalty_base)
            }
        case FeeMode.FREE_THEN_PAID:
            free = free_words(price)
            return _("Free for %(span)s") % {"span": free} if price.trigger in ("", "date") else _("Free %(span)s") % {
                "span": free
            }, _("then %(later)s") % {"later": later_words(price)}
        case _ if price.per_year:
            return fee_words(price), _("paid by the year")
        case _:
            return fee_words(price), _("one payment")


def _limits(listing: Listing) -> list[str]:
    months = listing.terms.months
    return [
        territory_words(listing.terms.territory),
        _("for %(term)s") % {"term": months_words(months)} if months else "",
    ]


def rows(results: Results, organization: Organization | None) -> list[Row]:
    """The lines of a results page."""
    return [Row(item, lowest_price(item.listing, organization)) for item in results.items]


def compact(listings: Sequence[Listing], organization: Organization | None) -> list[tuple[Listing, Told]]:
    """Offers with their prices for a short list."""
    return [(row, lowest_price(row, organization)) for row in listings]


def lowest_price(listing: Listing, organization: Organization | None) -> Told:
    """The price under the cheapest variant, and how many choices there are."""
    mine = classes_of(organization) if organization and listing.track == Track.PRESET else ()
    told = told_price(variants.cheapest_face(listing, mine), organization)[0]
    count = len(variants.rows(listing)) + 1
    if count == 1:
        return told
    words = ngettext("%(count)d choice", "%(count)d choices", count) % {"count": count}
    return told._replace(note="\N{NO-BREAK SPACE}· ".join([told.note, words.replace(" ", "\N{NO-BREAK SPACE}")]))


def chips(query: Query, names: Mapping[str, str]) -> list[Chip]:
    """The active filters in words."""
    return [Chip(value_words(n, v, names), query.without(n, v).to_url() or "?") for n, v in query.filters]


def groups(results: Results, names: Mapping[str, str]) -> list[Group]:
    """The panel of filters: values that occur with their counts, and chosen ones even where they find nothing."""
    made = []
    for name, words in FILTERS.items():
        chosen = results.query.chosen(name)
        counts = results.counts.get(name, {})
        values = [v for v in _order(name, counts) if _shown(name, v, chosen)]
        values += [v for v in chosen if v not in values]
        options = [Option(v, value_words(name, v, names), counts.get(v, 0), v in chosen) for v in values]
        if options:
            first = [one for place, one in enumerate(options) if place < _FIRST or one.chosen]
            more = [one for one in options if one not in first][:_MORE]
            made.append(Group(name, words, first, more, len(chosen), bool(chosen) or name in _OPEN))
    return made


def _order(name: str, counts: Mapping[str, int]) -> Sequence[str]:
    if name in _FIXED:
        return [value for value in _FIXED[name] if value in counts]
    if name == "ipc":
        return sorted(counts)
    return sorted(counts, key=lambda value: (-counts[value], value))


def _shown(name: str, value: str, chosen: Sequence[str]) -> bool:
    """Classes only below a chosen section, cities only below a chosen province: the panel stays short."""
    if name == "ipc" and value[0].isalpha() and len(value) > 1:
        return value[0] in chosen or value in chosen
    if name == "region" and not value.endswith("0000"):
        return f"{value[:2]}0000" in chosen or value in chosen
    return True


def university_names(results: Results) -> dict[str, str]:
    """The names of the universities that the panel and the chips mention, in one query."""
    return _names_of({*results.counts.get("university", {}), *results.query.university})


def _names_of(codes: Iterable[str]) -> dict[str, str]:
    english = get_language() == "en"
    names = _known_names(frozenset(codes), int(time.time() // _REMEMBERED))
    return {code: (in_english or name) if english else name for code, name, in_english in names}


@lru_cache(maxsize=256)
def _known_names(codes: frozenset[str], _minute: int) -> tuple[tuple[str, str, str], ...]:
    """Code, name and English name of these; each process asks once a minute."""
    found = Organization.objects.filter(code__in=[UUID(code) for code in codes]) if codes else ()
    return tuple((str(one.code), one.name, one.name_en) for one in found)


def value_words(name: str, value: str, names: Mapping[str, str]) -> Words:
    """A value of a filter for people."""
    if name in _FIXED:
        return _FIXED[name].get(value, value)
    match name:
        case "product":
            return value
        case "ipc":
            title = classes.title_of(value)
            return f"{value} {short(str(title))}" if title else value
        case "industry":
            return label(value) if value in Industry.values else value
        case "university":
            return names.get(value, _("another university"))
        case _:
            return divisions.name_of(value) or value


def search_words(query: Query) -> str:
    """A search for people, in one line: its words, then its filters; "" for all offers. Two queries at most."""
    told = [f"“{query.q}”"] if query.q else []
    names = _names_of(query.university) if query.university else {}
    told += [str(value_words(name, value, names)) for name, value in query.filters]
    return " · ".join(told)


def class_title(symbol: str) -> str:
    """The narrowest class of a symbol in words: "F27D Details or accessories of furnaces"."""
    ladder = classes.ladder(symbol)
    return f"{ladder[-1][0]} {short(str(ladder[-1][1]))}" if ladder else symbol


def short(title: str) -> str:
    """The first part of a class title: the scheme strings several subjects together."""
    for mark in ("；", ";", "（", "("):
        title = title.split(mark)[0]
    return title.strip()
