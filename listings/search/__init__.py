"""Finding listings in one's own words."""

from listings.search.query import Query
from listings.search.results import Item, Results, search

__all__ = ["Item", "Query", "Results", "search"]
