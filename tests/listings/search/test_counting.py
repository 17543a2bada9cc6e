"""Counting looks for words in one field instead of nine; it counts exactly what is found."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest

from listings.search.backend import Document, Question, Word
from listings.search.embedded import TantivyBackend
from listings.search.fields import BOOSTS

WORDS = ("余热", "锅炉", "废水", "沉淀", "轴承", "换热器", "分级", "waste", "heat")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> TantivyBackend:
    chance = random.Random(5)  # noqa: S311
    made = TantivyBackend(str(tmp_path_factory.mktemp("counting")))
    made.rebuild(_document(key, chance) for key in range(1, 121))
    return made


def _document(key: int, chance: random.Random) -> Document:
    texts = {name: " ".join(chance.choices(WORDS, k=2)) for name in chance.sample(list(BOOSTS), 2)}
    pairs = " ".join(word[at : at + 2] for word in chance.choices(WORDS[:7], k=1) for at in range(len(word) - 1))
    values = {"track": (chance.choice(("open", "preset")),), "industry": (chance.choice(("food", "other")),)}
    return Document(key=key, version=1, texts=texts | {"pairs": pairs}, values=values, prices={"": key})


def _word(form: str) -> Word:
    pairs = tuple(form[at : at + 2] for at in range(len(form) - 1)) if form > "z" else ()
    return Word(
        forms=(form,), kin=("heat",) if form == "余热" else ("余热 锅炉",) if form == "废水" else (), pairs=pairs
    )


QUESTIONS = [
    Question(words=tuple(_word(form) for form in forms), at_least=at_least, near=near, filters=filters, sort=sort)
    for forms, at_least, near, filters, sort in product(
        (("余热",), ("余热", "换热器"), ("废水", "heat", "分级"), ("waste heat",)),
        (0, 1, 2), ((), (3, 5, 8)), ({}, {"track": ("open",)}), ("relevance", "price"),
    )
    if at_least <= len(forms)
]  # fmt: skip


@pytest.mark.parametrize("sort", ["relevance", "price"])
def test_what_is_counted_is_what_is_found(engine: TantivyBackend, sort: str) -> None:
    asked = [question for question in QUESTIONS if question.sort == sort]
    for question in asked:
        hits = engine.search(question)
        assert sum(hits.counts["industry"].values()) == hits.total, question
        if "track" in question.filters:
            assert hits.counts["track"].get("open", 0) == hits.total, question
    assert len({engine.search(question).total for question in asked}) > 5  # not all of them find everything or nothing


def test_an_order_by_price_finds_what_the_best_match_first_finds(engine: TantivyBackend) -> None:
    for question in QUESTIONS:
        by_weight = engine.search(Question(question.words, at_least=question.at_least, near=question.near, limit=200))
        by_price = engine.search(
            Question(question.words, at_least=question.at_least, near=question.near, sort="price", limit=200)
        )
        assert set(by_weight.keys) == set(by_price.keys)
        assert list(by_price.keys) == sorted(by_price.keys)


def test_remembered_counts_are_those_of_the_index_as_it_is_now(tmp_path: Path) -> None:
    engine = TantivyBackend(str(tmp_path / "search"))
    engine.rebuild([_document(1, random.Random(1))])  # noqa: S311
    browsing = Question(sort="newest")
    assert sum(engine.search(browsing).counts["track"].values()) == 1
    assert sum(engine.search(browsing).counts["track"].values()) == 1

    engine.index([_document(2, random.Random(2))])  # noqa: S311
    assert sum(engine.search(browsing).counts["track"].values()) == 2
    engine.index([Document.tombstone(1, 2)])
    assert sum(engine.search(browsing).counts["track"].values()) == 1
    engine.rebuild([_document(key, random.Random(key)) for key in range(4)])  # noqa: S311
    assert sum(engine.search(browsing).counts["track"].values()) == 4
