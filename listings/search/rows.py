"""Offers read with exactly what a line of results and a document of the index ask for: three narrow questions.

What is read are rows of the models, as they always are; columns that nobody here asks for stay in the database until
somebody does. Nothing is remembered between two readings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, Q, QuerySet
from django.db.models.base import ModelState

from listings.models import ClassPrice, Listing, OfferTerms, Patent
from listings.models.listing import PUBLIC
from listings.prices import TERM_FIELDS
from marketplace.accounts.models import Organization
from marketplace.lib.prepared import Prepared

M = TypeVar("M", bound=Model)

_LISTING = ("id", "code", "patent_id", "organization_id", "track", "state", "version", "headline", "problem",
            "products", "industry", "gains", "adoption", "also_needed", "maturity", "published_at",
            "changed_at")  # fmt: skip
_PATENT = ("id", "code", "title", "abstract", "inventors", "patentee", "ipc_main", "ipc", "kind", "status",
           "status_checked_at", "filed_on", "last_day", "is_demo", "application_number",
           "publication_number")  # fmt: skip
_ORGANIZATION = ("id", "code", "name", "name_en", "division")
_TERMS = ("id", "listing_id", "variant_of_id", "code", "label", "position", "term_sheet_id", *TERM_FIELDS)


def _listings(keys: Sequence[int]) -> QuerySet[Listing, Any]:
    columns = (
        *_LISTING,
        *(f"patent__{name}" for name in _PATENT),
        *(f"organization__{name}" for name in _ORGANIZATION),
    )
    return Listing.objects.filter(pk__in=keys).order_by().values_list(*columns)


def _terms(keys: Sequence[int]) -> QuerySet[OfferTerms, Any]:
    offered = OfferTerms.objects.filter(Q(listing__in=keys) | Q(variant_of__in=keys))
    return offered.order_by("position", "pk").values_list(*_TERMS)


def _prices(keys: Sequence[int]) -> QuerySet[ClassPrice, Any]:
    offered = ClassPrice.objects.filter(Q(terms__listing__in=keys) | Q(terms__variant_of__in=keys))
    return offered.order_by("pk").values_list("terms_id", "licensee_class", "fee_minor")


_LISTINGS, _OFFERED, _PRICES = Prepared(_listings), Prepared(_terms), Prepared(_prices)


def read(keys: Sequence[int], *, states: Collection[str] = PUBLIC) -> list[Listing]:
    """These listings in this order, as far as they are in one of these states; without their meanings.

    Each has its patent, organization, terms, variants and prices by class; reading these asks nothing more.
    """
    found = {row[0]: row for row in _LISTINGS.rows(keys)} if keys else {}
    wanted = [found[key] for key in dict.fromkeys(keys) if key in found and found[key][_STATE] in states]
    if not wanted:
        return []
    offered = _offered([row[0] for row in wanted])
    return [_listing(row, offered[row[0]]) for row in wanted]


_STATE = _LISTING.index("state")


def _offered(keys: Sequence[int]) -> dict[int, list[OfferTerms]]:
    """The terms of each listing, its own first, with their prices by class."""
    prices: dict[int, dict[str, int]] = defaultdict(dict)
    for terms, licensee_class, fee_minor in _PRICES.rows(keys):
        prices[terms][licensee_class] = fee_minor
    offered: dict[int, list[OfferTerms]] = defaultdict(list)
    for row in _OFFERED.rows(keys):
        terms = _made(OfferTerms, _TERMS, row)
        terms.known_class_prices = prices.get(terms.pk, {})
        if terms.listing_id is not None:
            offered[terms.listing_id].insert(0, terms)
        elif terms.variant_of_id is not None:
            offered[terms.variant_of_id].append(terms)
    return offered


def _listing(row: Sequence[Any], offered: list[OfferTerms]) -> Listing:
    listing = _made(Listing, _LISTING, row)
    there = listing._state.fields_cache
    after = len(_LISTING) + len(_PATENT)
    there["patent"] = _made(Patent, _PATENT, row[len(_LISTING) : after])
    there["organization"] = _made(Organization, _ORGANIZATION, row[after:])
    own = offered[0] if offered and offered[0].listing_id is not None else None
    there["terms"] = own
    listing.known_variants = [terms for terms in offered if terms is not own]
    for terms in offered:
        terms._state.fields_cache["listing" if terms is own else "variant_of"] = listing
    return listing


def _made(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """A row of a model of which some columns were read, made as unpickling makes it: __init__ looks at every column."""
    one = model.__new__(model)
    one._state = ModelState()
    one._state.db, one._state.adding = DEFAULT_DB_ALIAS, False
    one.__dict__.update(zip(names, values, strict=False))
    return one


__all__ = ["read"]
