"""What is said to Elasticsearch, as plain values: mapping, documents, questions. Nothing here talks to it."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from listings.search.backend import ENOUGH, NEAR, Document, Question, Word
from listings.search.fields import (
    ALL_NUMBERS,
    BOOSTS,
    FACETS,
    KIN,
    NEIGHBORS,
    PAIRS,
    TEXTS,
    TIE,
    VALUES,
    flat,
    most_values,
    order_of,
)

Body = dict[str, Any]
_OWN = ("key", "version", "vector")  # beside what `fields.flat` gives
_CANDIDATES = 10  # times as many vectors as are asked for are compared in each part of the index


def mapping() -> Body:
    """Unknown fields are refused (ES-8); texts come segmented, so blanks are all the analyzer has to know."""
    return {
        "dynamic": "strict",
        "properties": {
            "key": {"type": "long"},
            "version": {"type": "long", "index": False},
            "visible": {"type": "boolean"},
            # As long as the first one: another model may have another length, and needs a new index.
            "vector": {"type": "dense_vector", "index": True, "similarity": "cosine"},
            **{name: {"type": "text", "analyzer": "whitespace"} for name in TEXTS},
            **{name: {"type": "keyword"} for name in VALUES},
            **{name: {"type": "long", "index": False} for name in ALL_NUMBERS},
        },
    }


def source(document: Document) -> Body:
    """A document as it is stored."""
    near = {"vector": _numbers(document.vector)} if document.vector and document.visible else {}
    return {"key": document.key, "version": document.version, **near, **flat(document)}


def _numbers(vector: bytes) -> list[float]:
    return list(struct.unpack(f"<{len(vector) // 2}e", vector))


def nearest(vector: bytes, limit: int, chosen: Mapping[str, Iterable[str]]) -> Body:
    """The request for the vectors nearest to one, among visible listings that pass the filters."""
    passing = [{"term": {"visible": True}}, *filters(chosen).values()]
    near = {
        "field": "vector", "query_vector": _numbers(vector), "k": limit,
        "num_candidates": min(10_000, max(100, limit * _CANDIDATES)), "filter": passing,
    }  # fmt: skip
    return {"knn": near, "size": limit, "source": False, "track_total_hits": False}


def told(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What `fields.flat` said when this was stored, as the index has it now."""
    return {name: value for name, value in stored.items() if name not in _OWN}


def asked(question: Question) -> Body:
    """The query of a question without its filters."""
    words = [_word(word) for word in question.words]
    neighbors = [{"term": {"pairs": {"value": pair, "boost": NEIGHBORS}}} for pair in question.pairs]
    always: list[Body] = [{"term": {"visible": True}}]
    if question.numbers:
        always.append({"terms": {"numbers": list(question.numbers)}})
    enough = {"bool": {"should": words, "minimum_should_match": min(question.at_least, len(words))}}
    must: list[Body] = []
    should = neighbors
    if question.near:
        near = {"bool": {"must": [_near(question, NEAR)], "should": words, "minimum_should_match": 0}}
        both = {"bool": {"must": [_near(question, NEAR + ENOUGH), enough]}}
        must = [{"dis_max": {"queries": [near, enough, both]}} if words and question.at_least else near]
    elif words and question.at_least:
        must = [enough]
    else:
        should = words + neighbors
    return {"bool": {"filter": always, "must": must, "should": should, "minimum_should_match": 0}}


def _near(question: Question, boost: float) -> Body:
    return {"constant_score": {"filter": {"terms": {"key": list(question.near)}}, "boost": boost}}


def _word(word: Word) -> Body:
    """The best of: the word itself, a synonym, its characters in order."""
    ways = [_expression(form, 1.0) for form in word.forms] + [_expression(kin, KIN) for kin in word.kin]
    if word.pairs:
        ways.append(_phrase("pairs", word.pairs, PAIRS))
    return {"dis_max": {"queries": ways}}


def _expression(expression: str, weight: float) -> Body:
    parts = expression.split(" ")
    fields = [_phrase(name, parts, boost * weight) for name, boost in BOOSTS.items()]
    return {"dis_max": {"queries": fields, "tie_breaker": TIE}}


def _phrase(name: str, parts: Sequence[str], boost: float) -> Body:
    if len(parts) == 1:
        return {"term": {name: {"value": parts[0], "boost": boost}}}
    return {"match_phrase": {name: {"query": " ".join(parts), "boost": boost}}}


def filters(chosen: Mapping[str, Iterable[str]]) -> dict[str, Body]:
    """One clause for each filter that has values: one of them must hold."""
    return {name: {"terms": {name: list(values)}} for name, values in chosen.items() if values}


def all_of(clauses: Iterable[Body]) -> Body:
    """All of these clauses hold; they weigh nothing."""
    return {"bool": {"filter": list(clauses)}}


def search(question: Question) -> Body:
    """The whole request: filters narrow what is listed, and each facet's counts leave its own filter out."""
    chosen = filters(question.filters)
    request: Body = {
        "query": asked(question),
        "from_": question.offset,
        "size": max(question.limit, 1),
        "sort": _sort(question),
        "track_total_hits": True,
        "source": False,
        "aggs": {name: _count(name, chosen) for name in FACETS},
    }
    if chosen:
        request["post_filter"] = all_of(chosen.values())
    return request


def _count(name: str, chosen: Mapping[str, Body]) -> Body:
    others = [clause for other, clause in chosen.items() if other != name]
    values = {"values": {"terms": {"field": name, "size": most_values(name)}}}
    return {"filter": all_of(others), "aggs": values}


def _sort(question: Question) -> list[Body]:
    order = order_of(question)
    if order is None:
        return [{"_score": "desc"}, {"key": "asc"}]
    field, largest_first = order
    return [{field: "desc" if largest_first else "asc"}, {"key": "asc"}]
