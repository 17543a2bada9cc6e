"""What an index holds of a listing and how much it weighs: the same for every engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from listings.search.backend import Document, Question

# How much a word weighs by where it stands. The problem weighs most: people describe their trouble, not the invention.
BOOSTS: dict[str, float] = {
    "problem": 4.0,
    "headline": 3.0,
    "title": 3.0,
    "products": 2.5,
    "gains": 1.5,
    "people": 1.5,
    "abstract": 1.0,
    "classes": 0.9,
    "about": 0.8,
}
KIN = 0.55  # how much a synonym counts beside the word itself
PAIRS = 0.35  # a word found only by its characters
NEIGHBORS = 1.0  # each two neighboring characters of the question, only for the order
TIE = 0.15  # a word in several fields counts a little more than in the best one

FACETS = (
    "track", "band", "fee", "free", "industry", "product", "ipc", "maturity", "support", "scope", "kind", "left",
    "university", "region",
)  # fmt: skip
MOST_VALUES = 500  # of one facet that are counted
# Products have nearly as many values as there are offers, and an engine reads each counted one from its dictionary: 500
# took four fifths of the time of a question. The page shows thirty.
FEWER_VALUES = {"product": 40}


def most_values(facet: str) -> int:
    """How many values of a facet are counted: the most frequent ones."""
    return FEWER_VALUES.get(facet, MOST_VALUES)


# The classes of licensee a reader may belong to at once; each has its own price (TRACK-5).
CLASSES = (
    "", "micro", "small", "medium", "startup", "academic", "micro+startup", "small+startup", "medium+startup",
)  # fmt: skip
NUMBERS = ("published", "last_day")  # whole numbers of a Document that are sorted by
ORDERS: dict[str, tuple[str, bool]] = {  # sort → the number, and whether the largest comes first
    "newest": ("published", True),
    "life": ("last_day", True),
}


def price_field(licensee_class: str) -> str:
    """The field that holds the price of one of CLASSES."""
    return f"price_{licensee_class or 'general'}"


TEXTS = (*BOOSTS, "pairs")
VALUES = ("numbers", *FACETS)
ALL_NUMBERS = (*NUMBERS, *(price_field(each) for each in CLASSES))
KNOWN = frozenset(("visible", *TEXTS, *VALUES, *ALL_NUMBERS))  # what a document may hold


def numbers_of(document: Document) -> Mapping[str, int]:
    """Every number of a visible document by field: prices and what else is sorted by."""
    prices = {price_field(each): document.prices.get(each, document.prices.get("", 0)) for each in CLASSES}
    return {name: int(getattr(document, name)) for name in NUMBERS} | prices


def flat(document: Document) -> dict[str, str | list[str] | int | bool]:
    """A document without key, version and vector: field by field, as it is stored."""
    if not document.visible:
        return {"visible": False}
    values = {name: list(each) for name, each in document.values.items()}
    return {"visible": True, **document.texts, **values, **numbers_of(document)}


def digest_of(stored: Mapping[str, object]) -> int:
    """A checksum of what `flat` gives, 63 bits: two documents with the same one say the same (ES-6)."""
    whole = json.dumps(stored, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return int.from_bytes(hashlib.blake2b(whole.encode(), digest_size=8).digest(), "big") >> 1


def order_of(question: Question) -> tuple[str, bool] | None:
    """The field a question sorts by and whether its largest value comes first; None: the best match first."""
    if question.sort == "price":
        return price_field(question.licensee_class if question.licensee_class in CLASSES else ""), False
    if question.sort in ORDERS:
        return ORDERS[question.sort]
    return None if question.words or question.numbers or question.near else ORDERS["newest"]
