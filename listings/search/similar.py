"""Offers like one offer: nearest in meaning, else by the words of its title and its field."""

from __future__ import annotations

import logging

from listings.models import Listing
from listings.search import analysis, meaning
from listings.search.backend import Question, SearchUnavailable
from listings.search.engine import backend
from listings.search.whole import confirmed

log = logging.getLogger(__name__)
FEW = 3


def similar(listing: Listing, count: int = FEW) -> list[Listing]:
    """Up to `count` other offers like this one, of other patents, best first; none while the index is away."""
    try:
        keys = _nearest(listing, count + 5) or _by_words(listing, count + 5)
    except SearchUnavailable as away:
        log.warning("search index unavailable: %s", away)
        return []
    others = [row for row in confirmed(keys) if row.patent_id != listing.patent_id]
    return others[:count]


def _nearest(listing: Listing, count: int) -> list[int]:
    model, known = meaning.encoder(), getattr(listing, "meaning", None)
    if model is None or known is None or known.model != model.name:
        return []
    return [key for key, _likeness in backend().nearest(meaning.first_of(bytes(known.vector)), count)]


def _by_words(listing: Listing, count: int) -> list[int]:
    """By words of the title and what it is for; a third of them must occur, and its class of technology orders."""
    words, _numbers = analysis.question(f"{listing.patent.title} {listing.products}")
    if not words:
        return []
    asked = Question(words=tuple(words), at_least=max(2, len(words) // 3), limit=count)
    found = list(backend().search(asked).keys)
    field = listing.patent.ipc_main[:3]
    if len(found) < count and field[:1].isalpha():
        found += list(backend().search(Question(filters={"ipc": (field,)}, limit=count)).keys)
    return list(dict.fromkeys(found))
