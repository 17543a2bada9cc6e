"""Everything that fits a question at once: for a spreadsheet, a printed list, a feed, an alert."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.functional import Promise

from listings.models import Listing
from listings.search import fallback, hybrid, reading, rows
from listings.search.backend import Hits, Question, SearchUnavailable
from listings.search.documents import reader_key
from listings.search.engine import backend
from listings.search.query import LAST_PAGE, PER_PAGE, Query
from listings.search.results import attempts, first_enough, notes_of, question_of

log = logging.getLogger(__name__)
MOST = LAST_PAGE * PER_PAGE  # as far as the pages reach
_CLOSEST = 5  # of those near in meaning only these are news


@dataclass(frozen=True, slots=True)
class Whole:
    """The offers in order, confirmed by the database, how many there are, and how the question was relaxed."""

    listings: Sequence[Listing]
    total: int
    notes: Sequence[str | Promise]


def everything(query: Query, *, classes: Sequence[str] = (), most: int = MOST) -> Whole:
    """What the pages of a query show, relaxed as they are, up to `most` offers."""
    words, numbers = reading.read(query.q, reading.known(query.q))
    asked = replace(question_of(query, words, numbers, reader_key(classes)), offset=0, limit=most)
    degraded = False
    try:
        near = hybrid.nearest(query.q) if words and not numbers else ()
        hits, attempt, strict = first_enough(attempts(query, asked, near), backend().search)
    except SearchUnavailable as away:
        log.warning("search index unavailable: %s", away)
        degraded = True
        hits, attempt, strict = first_enough(attempts(query, asked, ()), fallback.search)
    found = confirmed(hits.keys)
    total = hits.total - (len(hits.keys) - len(found))
    return Whole(found, total, notes_of(attempt, strict, degraded=degraded))


def fitting(query: Query, *, classes: Sequence[str] = (), since: datetime | None = None, most: int = MOST) -> Whole:
    """What fits a query without relaxing it, the newest first: offers with enough of its words and all its filters, and
    the few nearest by meaning; of these, where `since` is given, only what was published after it.
    """
    words, numbers = reading.read(query.q, reading.known(query.q))
    asked = question_of(replace(query, sort="newest"), words, numbers, reader_key(classes))
    asked = replace(asked, offset=0, limit=most)
    near = _closest(query, asked) if words and not numbers else ()
    hits = _asked(asked, near)
    found = [row for row in confirmed(hits.keys) if since is None or (row.published_at and row.published_at > since)]
    return Whole(found, hits.total - (len(hits.keys) - len(found)), ())


def _closest(query: Query, asked: Question) -> hybrid.Likeness:
    try:
        return hybrid.nearest(query.q, asked.filters)[:_CLOSEST]
    except SearchUnavailable:
        return ()


def _asked(asked: Question, near: hybrid.Likeness) -> Hits:
    try:
        return hybrid.ask(backend().search, asked, near).hits
    except SearchUnavailable as away:
        log.warning("search index unavailable: %s", away)
        return fallback.search(asked)


def confirmed(keys: Sequence[int]) -> list[Listing]:
    """These listings in this order, as far as they are on offer; a constant number of queries."""
    return rows.read(keys)


__all__ = ["MOST", "Whole", "confirmed", "everything", "fitting"]
