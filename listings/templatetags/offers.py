"""Template tags about what an offer is made of: its variants, its texts with the words marked, its pictures."""

from __future__ import annotations

from typing import Any

from django import template

from listings import marking, variants
from listings.models import LicenseeClass, Listing, OfferTerms
from listings.offers import term_words, territory_words
from listings.prices import class_prices_of, price_for, terms_dict

register = template.Library()
STORY = ("headline", "problem", "products", "adoption", "also_needed")
CLAUSES = ("fee_explanation", "nonpayment", "milestone", "field_of_use", "guidance")


@register.inclusion_tag("listings/moderation/variants.html")
def variants_of(listing: Listing) -> dict[str, Any]:
    """Every choice with price, term and term sheet; nothing where there is only one."""
    rows = [
        (choice.label, price_for(choice.listing).words, _term(choice.listing), choice.listing.term_sheet)
        for choice in variants.choices(listing)
    ]
    return {"rows": rows if len(rows) > 1 else []}


@register.inclusion_tag("listings/parts/every_variant.html")
def every_variant(listing: Listing) -> dict[str, Any]:
    """Every choice with its prices, by class too, its term and place; nothing where there is only one (INST-1)."""
    rows = []
    for choice in variants.choices(listing):
        classes = class_prices_of(choice.listing.terms)
        by_class = [(LicenseeClass(name).label, price_for(choice.listing, name).words) for name in classes]
        place = territory_words(choice.listing.terms.territory)
        rows.append((choice.label, price_for(choice.listing).words, by_class, _term(choice.listing), place))
    return {"rows": rows if len(rows) > 1 else []}


def _term(listing: Listing) -> str:
    last = listing.patent.last_day.isoformat() if listing.patent.last_day else None
    return term_words(terms_dict(listing.terms), last)


@register.inclusion_tag("listings/moderation/marks.html")
def marks_of(listing: Listing) -> dict[str, Any]:
    """The texts in which a rule has something against some words, these marked where they stand."""
    found = [(_label(Listing, name), _marked(listing, name, listing.track)) for name in STORY]
    for choice in variants.choices(listing):
        found += [(_label(OfferTerms, name), _marked(choice.listing.terms, name, listing.track)) for name in CLAUSES]
    shown: list[tuple[str, list[marking.Piece]]] = []
    for row in found:  # a sentence that two variants share is shown once
        if row[1] and row not in shown:
            shown.append(row)
    return {"rows": shown}


def _marked(row: Listing | OfferTerms, name: str, track: str) -> list[marking.Piece]:
    return marking.marked(getattr(row, name), name, track)


def _label(model: type[Listing | OfferTerms], name: str) -> str:
    return str(getattr(model._meta.get_field(name), "verbose_name", name)).capitalize()
