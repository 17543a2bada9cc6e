"""One order out of two, by words and by meaning: reciprocal rank fusion, the same on every engine.

A listing's place in each order counts, not its score, because the two scores have nothing in common. What is found is
the union: listings with enough of the words, and those nearest by meaning; filters and facets act on that union.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from listings.search import meaning, meanings
from listings.search.analysis import is_han
from listings.search.backend import ENOUGH, NEAR, Hits, Question
from listings.search.engine import backend

NEAREST = 30  # listings that meaning adds
_COMPARED = 100  # nearest by the whole, of which these are the ones whose parts are nearest too
_LEAST = 0.12  # likeness below which nothing is alike
_MARGIN = 0.15  # and not those whose likeness is that much below the best one's
_RANK = 5.0  # how slowly a place loses weight: 1 / (_RANK + place)
# What a place by words and one by meaning count: who uses the offers' own terms is answered by words, who tells his
# trouble in everyday words by meaning; in another language the word list knows as much as the model.
_OWN_TERMS = (1.0, 0.1)
_EVERYDAY = (0.3, 1.0)
_FOREIGN = (1.0, 1.0)

Likeness = Sequence[tuple[int, float]]


def nearest(text: str, filters: Mapping[str, tuple[str, ...]] | None = None) -> Likeness:
    """The listings nearest to a text by meaning, best first; none without a model. Raises SearchUnavailable."""
    vector = meaning.question(text)
    if not vector:
        return ()
    found = meanings.closest(vector, backend().nearest(vector, _COMPARED, filters))[:NEAREST]
    return [(key, likeness) for key, likeness in found if likeness >= max(_LEAST, found[0][1] - _MARGIN)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and how many of it have enough of the words."""

    hits: Hits
    strict: int


def ask(
    search: Callable[[Question], Hits], question: Question, near: Likeness, *, own_terms: bool | None = None
) -> Answer:
    """Answer a question by words and meaning together; by words alone where `near` is empty.

    `own_terms` says whether the question was put in the offers' own terms; None: if any offer has enough of its words.
    """
    if not near:
        hits = search(question)
        return Answer(hits, hits.total)
    widened = replace(question, near=tuple(key for key, _likeness in near))
    if question.sort != "relevance":
        best = search(replace(widened, sort="relevance", offset=0, limit=len(near)))
        return Answer(search(widened), _strict(best))
    hits = search(replace(widened, offset=0, limit=question.offset + question.limit + len(near)))
    strict = _strict(hits)
    in_own_terms = strict > 0 if own_terms is None else own_terms
    whole = fuse(hits, widened.near, _OWN_TERMS if in_own_terms else _everyday(question))
    fused = whole[question.offset : question.offset + question.limit]
    return Answer(replace(hits, keys=tuple(fused), scores=()), strict)


def _everyday(question: Question) -> tuple[float, float]:
    return _EVERYDAY if any(is_han(word.forms[0]) for word in question.words) else _FOREIGN


def fuse(hits: Hits, near: Sequence[int], weights: tuple[float, float]) -> list[int]:
    """The keys of an answer in the order of both. An answer holds those of `near` that pass its filters."""
    by_key = {key: _words_of(score) for key, score in zip(hits.keys, hits.scores, strict=True)}
    by_words = sorted((key for key, weight in by_key.items() if weight > 0), key=lambda key: -by_key[key])
    by_meaning = [key for key in near if key in by_key]
    total = dict.fromkeys(by_key, 0.0)
    for order, counts in zip((by_words, by_meaning), weights, strict=True):
        for place, key in enumerate(order, start=1):
            total[key] += counts / (_RANK + place)
    return sorted(total, key=lambda key: (-total[key], -by_key[key]))


def _strict(hits: Hits) -> int:
    """How many have enough of the words: all but those of `near` without, and these stand first."""
    return hits.total - sum(NEAR <= score < NEAR + ENOUGH for score in hits.scores)


def _words_of(score: float) -> float:
    """What the words weigh in a score."""
    if score >= NEAR + ENOUGH:
        return score - NEAR - ENOUGH
    return score - NEAR if score >= NEAR else score
