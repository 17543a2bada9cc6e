"""What on offer may fit a need, with the reason for each; and what all needs together say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from listings.offers import classes_of
from listings.search import Item, search
from listings.search.query import PER_PAGE
from marketplace.lib import divisions
from marketplace.lib.industries import label
from marketplace.needs.flow import is_matched, query_of
from marketplace.needs.models import Need, NeedState, Passed, PassReason

FEW = 6  # offers proposed for one need


def matches(need: Need) -> list[Item]:
    """Offers that may fit, best first, without those the firm passed on; none where nothing has to do with it."""
    if not is_matched(need):
        return []
    classes = classes_of(need.organization) if need.organization else ()
    found = search(query_of(need), classes=classes)
    if not found.fitting:
        return []
    passed = set(need.passed.values_list("listing_id", flat=True))
    return [item for item in found.items[:PER_PAGE] if item.listing.pk not in passed][:FEW]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many open needs one province has in one industry."""

    place: str
    industry: str
    number: int


def table() -> list[Cell]:
    """Open needs by province and industry, the most first. Provinces only: a smaller place might name the firm."""
    rows = Need.objects.filter(state=NeedState.OPEN).values("division", "industry").annotate(number=Count("pk"))
    counted: Counter[tuple[str, str]] = Counter()
    for row in rows.order_by():
        counted[province(row["division"]), row["industry"]] += row["number"]
    cells = [Cell(place, label(key) if key else "", number) for (place, key), number in counted.items()]
    return sorted(cells, key=lambda cell: (-cell.number, cell.place, cell.industry))


def province(division: str) -> str:
    """The province of a place; "" where none is told."""
    return divisions.name_of(division[:2]) if division else ""


def why_not() -> list[tuple[str, int]]:
    """Why firms passed on offers, the most frequent first."""
    rows = Passed.objects.values("reason").annotate(number=Count("pk")).order_by("-number", "reason")
    return [(str(PassReason(row["reason"]).label), row["number"]) for row in rows]
