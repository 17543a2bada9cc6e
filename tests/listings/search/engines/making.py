"""Documents and questions in few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from listings.search.backend import Document, Question, SearchBackend, Word


def document(key: int, text: str = "", version: int = 1, field: str = "problem", **given: Any) -> Document:
    """A visible document; `values` may be given as plain words."""
    values = {name: (value,) if isinstance(value, str) else value for name, value in given.pop("values", {}).items()}
    texts = {field: text} | given.pop("texts", {})
    return Document(key=key, version=version, texts=texts, values=values, prices=given.pop("prices", {"": 0}), **given)


def words(*each: str | Word) -> tuple[Word, ...]:
    return tuple(one if isinstance(one, Word) else Word((one,)) for one in each)


def asking(*each: str | Word, **given: Any) -> Question:
    """A question of which all words must occur, unless `at_least` says otherwise."""
    return Question(words=words(*each), at_least=given.pop("at_least", len(each)), **given)


def keys(engine: SearchBackend, *each: str | Word, **given: Any) -> list[int]:
    return list(engine.search(asking(*each, **given)).keys)


def keep(engine: SearchBackend, *documents: Document) -> int:
    """Store and wait until it can be found."""
    stored = engine.index(documents)
    engine.settle()
    return stored


def numbered(count: Iterable[int], version: int = 1) -> Iterable[Document]:
    return (document(key, "余热", version) for key in count)
