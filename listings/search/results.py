"""Answering a question: ask the engine, relax in stated steps, show only what the database confirms."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from listings.models import Listing
from listings.search import analysis, facets, fallback, highlight, hybrid, reading, rows, why
from listings.search.backend import Hits, Question, SearchUnavailable, Word
from listings.search.documents import reader_key
from listings.search.engine import backend
from listings.search.query import FILTERS, LAST_PAGE, PER_PAGE, Query

log = logging.getLogger(__name__)
_FEW = 3  # fewer answers than this to a long question are filled up with those that share some words

_SOME = _("No offer has most of your words; these have some of them.")
_NO_FILTERS = _("Nothing fits all your filters. Here is what your words find without them.")
_NO_FILTERS_SOME = _("Nothing fits your filters and words together. These share some of your words, filters set aside.")
_NO_NUMBER = _("No offer here for this patent number. These are found by your other words.")
_NEAR = _("No offer has enough of your words. These are nearest to them in meaning.")
_NEAR_FILTERED = _("Within your filters no offer has your words. These are nearest to them in meaning.")
_AWAY = _("The search index cannot be reached now. Until it is back we compare plain text in the newest offers.")
_NOTHING = _("Nothing here matches yet. These are the newest offers.")


@dataclass(frozen=True)
class Item:
    """One listing as found: the row of the database, and its texts with the question's words marked."""

    listing: Listing
    title: SafeString
    headline: SafeString
    excerpt: SafeString  # from the problem, where the words stand only there
    reason: Callable[[], str] = str
    language: str | None = None  # in which the question was asked; None: without translation

    @cached_property
    def why(self) -> str:
        """In one line, in the language of the search: which words it has and where, or that it is near in meaning.

        Made when it is asked for: a page shows it only where no excerpt says so already.
        """
        with translation.override(self.language):
            return self.reason()


@dataclass(frozen=True, slots=True)
class Results:
    """What a question found. `notes` say in words how it was relaxed; `counts` are facets by filter and value."""

    query: Query
    items: Sequence[Item]
    total: int
    counts: Mapping[str, Mapping[str, int]]
    notes: Sequence[str | Promise]
    words: Sequence[Word]
    page: int
    degraded: bool = False
    suggestion: str = ""  # “did you mean”: the question with its unknown words mended
    fitting: bool = True  # whether they have something to do with the question; false for the newest offers instead

    @property
    def ids(self) -> list[int]:
        """The listings' keys, in order."""
        return [item.listing.pk for item in self.items]

    @property
    def reachable(self) -> int:
        """How many of the total can be paged to."""
        return min(self.total, LAST_PAGE * PER_PAGE)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One step of relaxing: the question, when its answer is enough, and what is said about it."""

    question: Question
    enough: int
    note: str | Promise = ""
    near: hybrid.Likeness = ()


def search(query: Query, *, classes: Sequence[str] = ()) -> Results:
    """Answer a query for a reader of these licensee classes. Never raises for what somebody typed, never comes empty
    while anything is on offer.
    """
    known = reading.known(query.q)
    words, numbers = reading.read(query.q, known)
    key = reader_key(classes)
    asked = question_of(query, words, numbers, key)
    try:
        near = hybrid.nearest(query.q) if words and not numbers else ()
        hits, attempt, strict = first_enough(attempts(query, asked, near), backend().search)
        degraded = False
    except SearchUnavailable as away:
        log.warning("search index unavailable: %s", away)
        near, degraded = (), True
        hits, attempt, strict = first_enough(attempts(query, asked, ()), fallback.search)
    confirmed = rows.read(hits.keys)
    close = {pk for pk, _likeness in attempt.near}
    finders = [highlight.Finder(word) for word in words]
    items = [_item(listing, words, finders, near=listing.pk in close) for listing in confirmed]
    return Results(
        query=query,
        items=items,
        total=hits.total - (len(hits.keys) - len(confirmed)),
        counts=_counts(hits, key),
        notes=notes_of(attempt, strict, degraded=degraded),
        words=words,
        page=attempt.question.offset // PER_PAGE + 1,
        degraded=degraded,
        suggestion=reading.did_you_mean(query.q, known) if words and not numbers else "",
        fitting=attempt.note is not _NOTHING,
    )


def question_of(query: Query, words: list[Word], numbers: list[str], key: str) -> Question:
    """The strict question that a query asks for a reader kept under `key`."""
    filters = {name: facets.asked(name, query.chosen(name), key) for name in FILTERS if query.chosen(name)}
    return Question(
        words=tuple(words),
        pairs=tuple(dict.fromkeys(analysis.pairs(query.q)))[: analysis.MOST_WORDS * 2],
        numbers=tuple(numbers),
        at_least=0 if numbers else most_of(len(words)),
        filters=filters,
        licensee_class=key,
        sort=query.sort,
        offset=(query.page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )


def most_of(count: int) -> int:
    """How many of so many words must occur: all of two, then three out of five."""
    return count if count <= 2 else -(-count * 3 // 5)


def attempts(query: Query, asked: Question, near: hybrid.Likeness) -> Iterator[Attempt]:
    """The steps of relaxing, each made when needed: fewer words, meaning alone, without filters, the newest."""
    yield Attempt(asked, _FEW if len(asked.words) > 2 else 1, near=near)
    if asked.numbers and asked.words:
        yield Attempt(replace(asked, numbers=(), at_least=1), 1, _NO_NUMBER)
    elif len(asked.words) > 1 or near:
        yield Attempt(replace(asked, at_least=1), 1, _SOME, near)
    if query.filters:
        if near:
            here = hybrid.nearest(query.q, asked.filters)
            yield Attempt(replace(asked, words=(), at_least=0), 1, _NEAR_FILTERED, here)
        free = replace(asked, filters={})
        yield Attempt(free, 1, _NO_FILTERS, near)
        if len(asked.words) > 1:
            yield Attempt(replace(free, at_least=1), 1, _NO_FILTERS_SOME, near)
    yield Attempt(replace(asked, words=(), numbers=(), filters={}, sort="newest"), 0, _NOTHING)


def first_enough(attempts: Iterator[Attempt], search: Callable[[Question], Hits]) -> tuple[Hits, Attempt, int]:
    """The first attempt that found enough, and how many offers the strict one had found by words."""
    strict = -1
    for attempt in attempts:
        if attempt.note is _NEAR_FILTERED and not attempt.near:
            continue
        answer = hybrid.ask(search, attempt.question, attempt.near, own_terms=None if strict < 0 else strict > 0)
        found = answer.strict if strict < 0 else answer.hits.total
        strict = answer.strict if strict < 0 else strict
        if found >= attempt.enough and (found or not attempt.enough):
            break
    if attempt.note is _SOME and not answer.strict:
        attempt = replace(attempt, note=_NEAR)
    hits = answer.hits
    if hits.total and not hits.keys:  # a page beyond the last one
        last = (min(hits.total, LAST_PAGE * PER_PAGE) - 1) // PER_PAGE
        attempt = replace(attempt, question=replace(attempt.question, offset=last * PER_PAGE))
        hits = hybrid.ask(search, attempt.question, attempt.near, own_terms=strict > 0).hits
    return hits, attempt, strict


def notes_of(attempt: Attempt, strict: int, *, degraded: bool) -> list[str | Promise]:
    """In words how a question was relaxed."""
    notes: list[str | Promise] = []
    if degraded:
        notes.append(_AWAY)
    if attempt.note is _SOME and strict:
        notes.append(
            ngettext(
                "Only %(count)d offer has most of your words; the others have some of them.",
                "Only %(count)d offers have most of your words; the others have some of them.",
                strict,
            )
            % {"count": strict}
        )
    elif attempt.note:
        notes.append(attempt.note)
    return notes


def _counts(hits: Hits, key: str) -> dict[str, dict[str, int]]:
    return {name: facets.counted(name, values, key) for name, values in hits.counts.items()}


def _item(listing: Listing, words: Sequence[Word], finders: Sequence[highlight.Finder], *, near: bool) -> Item:
    title, headline = listing.patent.title, listing.headline
    in_title, in_headline = highlight.spans(title, words), highlight.spans(headline, words)
    return Item(
        listing=listing,
        title=highlight.marked(title, in_title),
        headline=highlight.marked(headline, in_headline),
        excerpt=SafeString() if in_title or in_headline else highlight.excerpt(listing.problem, words),
        reason=partial(why.reason, listing, finders, near=near),
        language=translation.get_language(),
    )
