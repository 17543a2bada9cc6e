"""Two orders made into one, and engines that hold both apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from listings.search import hybrid
from listings.search.backend import ENOUGH, NEAR, Document, Hits, Question, Word
from listings.search.embedded import TantivyBackend
from listings.search.meaning import pack, purpose_of

EQUAL = (1.0, 1.0)


def document(key: int, word: str, track: str = "open", vector: tuple[float, ...] = ()) -> Document:
    return Document(key=key, version=1, texts={"problem": word, "pairs": word}, values={"track": (track,)},
                    prices={"": key}, vector=pack(vector))  # fmt: skip


@pytest.fixture
def engine(tmp_path: Path) -> TantivyBackend:
    pytest.importorskip("usearch", reason="the extra `semantic` is not installed")
    made = TantivyBackend(str(tmp_path / "search"))
    made.rebuild(
        [
            document(1, "余热", vector=(1.0, 0.0)),
            document(2, "锅炉", vector=(0.6, 0.8)),
            document(3, "余热 锅炉", "preset", vector=(0.0, 1.0)),
            document(4, "馒头", "preset", vector=(-1.0, 0.0)),
        ]
    )
    return made


def asked(*words: str, **told: object) -> Question:
    return Question(words=tuple(Word((word,)) for word in words), **({"at_least": len(words)} | told))  # type: ignore[arg-type]


def test_what_stands_high_in_both_orders_comes_first() -> None:
    hits = Hits((3, 2, 1), 3, {}, (5.0, NEAR, NEAR + 9.0))

    assert hybrid.fuse(hits, [2, 1], EQUAL) == [1, 2, 3]


def test_the_weights_decide_between_words_and_meaning() -> None:
    hits = Hits((1, 2), 2, {}, (NEAR, 9.0))

    assert hybrid.fuse(hits, [1], (1.0, 0.1)) == [2, 1]
    assert hybrid.fuse(hits, [1], (0.1, 1.0)) == [1, 2]


def test_a_neighbor_that_the_filters_left_out_is_not_shown() -> None:
    assert hybrid.fuse(Hits((2,), 1, {}, (4.0,)), [1], EQUAL) == [2]


def test_an_engine_finds_enough_words_or_nearness(engine: TantivyBackend) -> None:
    hits = engine.search(asked("余热", "锅炉", near=(4, 3)))

    assert hits.total == 2
    assert hits.keys == (3, 4)
    assert NEAR + ENOUGH < hits.scores[0] < NEAR + ENOUGH + 100
    assert hits.scores[1] == pytest.approx(NEAR)


def test_a_neighbor_with_some_of_the_words_is_weighed_by_them(engine: TantivyBackend) -> None:
    hits = engine.search(asked("余热", "锅炉", near=(1, 4)))

    assert hits.keys == (1, 4, 3)
    assert NEAR < hits.scores[0] < NEAR + 100
    assert 0 < hits.scores[2] < 100


def test_filters_and_counts_act_on_both(engine: TantivyBackend) -> None:
    hits = engine.search(asked("余热", near=(4, 2), filters={"track": ("preset",)}))

    assert set(hits.keys) == {3, 4}
    assert hits.counts["track"] == {"open": 2, "preset": 2}


def test_the_strict_count_leaves_mere_neighbors_out(engine: TantivyBackend) -> None:
    near = [(4, 0.9), (3, 0.8)]

    for sort in ("relevance", "price"):
        answer = hybrid.ask(engine.search, asked("余热", "锅炉", sort=sort), near)
        assert (answer.hits.total, answer.strict) == (2, 1)


def test_pages_of_a_fused_answer_follow_each_other(engine: TantivyBackend) -> None:
    near = [(4, 0.9), (2, 0.8)]
    whole = hybrid.ask(engine.search, asked("余热", limit=10), near).hits.keys

    pages = [hybrid.ask(engine.search, asked("余热", offset=n, limit=1), near).hits.keys for n in range(4)]

    assert [key for page in pages for key in page] == list(whole)
    assert sorted(whole) == [1, 2, 3, 4]


def test_neighbors_come_best_first_and_under_filters_only_those_that_pass(engine: TantivyBackend) -> None:
    asked_for = pack((1.0, 0.0))

    assert [key for key, _likeness in engine.nearest(asked_for, 3)] == [1, 2, 3]
    assert engine.nearest(asked_for, 3)[1][1] == pytest.approx(0.6, abs=0.01)
    assert [key for key, _likeness in engine.nearest(asked_for, 3, {"track": ("preset",)})] == [3, 4]


def test_a_tombstone_is_nobodys_neighbor_and_a_late_update_brings_none_back(engine: TantivyBackend) -> None:
    engine.index([Document.tombstone(1, 3)])
    engine.index([document(1, "余热", vector=(1.0, 0.0))])

    assert [key for key, _likeness in engine.nearest(pack((1.0, 0.0)), 2)] == [2, 3]


def test_another_reader_sees_new_neighbors(engine: TantivyBackend) -> None:
    reader = TantivyBackend(str(engine.root))
    assert reader.nearest(pack((-1.0, 0.1)), 1)[0][0] == 4

    engine.index([document(5, "甲", vector=(-0.9, 0.1))])
    engine.rebuild([document(6, "乙", vector=(-0.9, 0.1))])

    assert [key for key, _likeness in reader.nearest(pack((-1.0, 0.1)), 5)] == [6]


def test_a_vector_of_another_length_finds_nothing(engine: TantivyBackend) -> None:
    assert engine.nearest(pack((1.0, 0.0, 0.0)), 3) == []
    assert engine.nearest(b"", 3) == []


def test_of_an_abstract_the_clauses_with_a_purpose_are_told() -> None:
    told = purpose_of("本发明公开一种泵，包括壳体，解决了漏水问题。结构为甲乙丙，便于检修。")

    assert told == "解决了漏水问题，便于检修，"
    assert purpose_of("由甲、乙、丙组成。") == "由甲、乙、丙组成。"
