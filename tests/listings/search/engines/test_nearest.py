"""Nearness by meaning: the same on both engines."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

import pytest

from listings.search.backend import Document, SearchBackend
from tests.listings.search.engines.conftest import ENGINES, opened
from tests.listings.search.engines.making import document, keep

pytest.importorskip("usearch", reason="needs the extra `semantic`: pip install usearch numpy")
DIMENSIONS = 8


def vector(degrees: float) -> bytes:
    """A direction in the plane of the first two dimensions."""
    angle = math.radians(degrees)
    return struct.pack(f"<{DIMENSIONS}e", math.cos(angle), math.sin(angle), *[0.0] * (DIMENSIONS - 2))


CORPUS = [
    document(1, "余热", vector=vector(0), values={"track": "open"}),
    document(2, "锅炉", vector=vector(30), values={"track": "preset"}),
    document(3, "馒头", vector=vector(60), values={"track": "open"}),
    document(4, "粉尘", vector=vector(180), values={"track": "preset"}),
    document(5, "没有"),
    Document(key=6, version=3, visible=False, vector=vector(1)),
]


@pytest.fixture(scope="module", params=ENGINES)
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchBackend]:
    with opened(request.param, request, tmp_path_factory.mktemp("nearest")) as another:
        engine = another()
        engine.rebuild(CORPUS)
        yield engine


def nearest(engine: SearchBackend, degrees: float, limit: int = 10, **filters: tuple[str, ...]) -> list[int]:
    return [key for key, _cosine in engine.nearest(vector(degrees), limit, filters)]


def test_the_nearest_come_first_with_their_cosines(corpus: SearchBackend) -> None:
    found = corpus.nearest(vector(5), 3)

    assert [key for key, _cosine in found] == [1, 2, 3]
    for (_key, cosine), degrees in zip(found, (5, 25, 55), strict=True):
        assert cosine == pytest.approx(math.cos(math.radians(degrees)), abs=0.06)  # engines keep a byte a number


def test_only_so_many_are_told_as_are_asked_for(corpus: SearchBackend) -> None:
    assert nearest(corpus, 50, limit=1) == [3]


def test_what_has_no_vector_is_near_to_nothing(corpus: SearchBackend) -> None:
    assert sorted(nearest(corpus, 0)) == [1, 2, 3, 4]


def test_a_tombstone_is_near_to_nothing(corpus: SearchBackend) -> None:
    assert 6 not in nearest(corpus, 1)


def test_filters_leave_the_nearest_of_those_that_pass(corpus: SearchBackend) -> None:
    assert nearest(corpus, 0, track=("preset",)) == [2, 4]
    assert nearest(corpus, 0, track=("none",)) == []
    assert nearest(corpus, 0, limit=1, track=("preset", "open")) == [1]


def test_without_a_question_nothing_is_near(corpus: SearchBackend) -> None:
    assert corpus.nearest(b"", 5) == []


def test_a_vector_that_comes_later_with_the_same_version_is_kept(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热", vector=vector(0)), document(2, "锅炉"))
    assert nearest(engine, 90) == [1]

    keep(engine, document(2, "锅炉", vector=vector(90)))
    assert nearest(engine, 90) == [2, 1]


def test_a_newer_document_takes_its_older_vector_away(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热", vector=vector(0)), document(2, "锅炉", vector=vector(90)))
    keep(engine, document(1, "余热", version=2, vector=vector(180)), Document.tombstone(2, 2))

    ((key, cosine),) = engine.nearest(vector(180), 5)
    assert (key, round(cosine, 1)) == (1, 1.0)


def test_a_late_document_does_not_bring_its_vector_back(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热", version=3, vector=vector(0)))
    keep(engine, document(1, "余热", version=2, vector=vector(90)))

    assert engine.nearest(vector(0), 1)[0][1] == pytest.approx(1.0, abs=0.01)


def test_vectors_are_no_part_of_what_is_compared(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热"))
    before = list(engine.stored())
    keep(engine, document(1, "余热", vector=vector(0)))

    assert list(engine.stored()) == before


def test_a_rebuild_carries_the_vectors(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热", vector=vector(90)))
    engine.rebuild(CORPUS)

    assert nearest(engine, 0, limit=2) == [1, 2]
