"""One order out of two, by words and by meaning: reciprocal rank fusion, the same on every engine.

A listing's place in each order counts, not its score, because the two scores have nothing in common. What is found is
the union: listings with enough of the words, and those nearest by meaning; filters and facets act on that union.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from listings.search import meaning
from listings.search.backend import NEAR, Hits, Question, backend

NEAREST = 30  # listings that meaning adds
_LEAST = 0.15  # likeness below which nothing is alike
_MARGIN = 0.15  # and not those whose likeness is that much below the best one's
_RANK = 20.0  # how slowly a place loses weight: 1 / (_RANK + place)
_MEANING = 1.0  # what a place by meaning counts beside one by words

Likeness = Sequence[tuple[int, float]]


def nearest(text: str, filters: Mapping[str, tuple[str, ...]] | None = None) -> Likeness:
    """The listings nearest to a text by meaning, best first; none without a model. Raises SearchUnavailable."""
    vector = meaning.question(text)
    found = backend().nearest(vector, NEAREST, filters) if vector else []
    return [(key, likeness) for key, likeness in found if likeness >= max(_LEAST, found[0][1] - _MARGIN)]


def ask(search: Callable[[Question], Hits], question: Question, near: Likeness) -> Hits:
    """Answer a question by words and meaning together; by words alone where `near` is empty."""
    if not near:
        return search(question)
    widened = replace(question, near=tuple(key for key, _likeness in near))
    if question.sort != "relevance":
        return search(widened)
    hits = search(replace(widened, offset=0, limit=question.offset + question.limit + len(near)))
    fused = fuse(hits, widened.near)[question.offset : question.offset + question.limit]
    return replace(hits, keys=tuple(fused), scores=())


def fuse(hits: Hits, near: Sequence[int]) -> list[int]:
    """The keys of an answer in the order of both. An answer holds those of `near` that pass its filters."""
    weights = {key: score - NEAR if score >= NEAR else score for key, score in zip(hits.keys, hits.scores, strict=True)}
    by_words = sorted((key for key, weight in weights.items() if weight > 0), key=lambda key: -weights[key])
    by_meaning = [key for key in near if key in weights]
    total = dict.fromkeys(weights, 0.0)
    for order, counts in ((by_words, 1.0), (by_meaning, _MEANING)):
        for place, key in enumerate(order, start=1):
            total[key] += counts / (_RANK + place)
    return sorted(total, key=lambda key: (-total[key], -weights[key]))
