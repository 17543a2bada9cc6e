"""Filters, counts, orders and pages: the same on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listings.search.backend import Document, Question, SearchBackend
from listings.search.fields import CLASSES, FACETS
from tests.listings.search.engines.conftest import ENGINES, opened
from tests.listings.search.engines.making import asking, document, keys

A, B = "甲校", "乙校"
CORPUS = [
    document(1, "余热", values={"track": "open", "university": A, "region": ("420000", "420100")},
             prices={"": 500, "micro": 100}, published=30, last_day=900),
    document(2, "余热 锅炉", values={"track": "preset", "university": A, "region": ("420000", "420200")},
             prices={"": 300}, published=10, last_day=700),
    document(3, "余热", values={"track": "preset", "university": B, "region": ("410000", "410300")},
             prices={"": 400, "micro": 900}, published=20, last_day=800),
    document(4, "馒头", values={"track": "open", "university": B}, prices={"": 0}, published=40, last_day=0),
    Document.tombstone(5, 3),
]  # fmt: skip
MANY = [document(key, "批量", published=key) for key in range(1000, 1130)]


@pytest.fixture(scope="module", params=ENGINES)
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchBackend]:
    facets = [document(200 + n, "面", values={name: f"值{name}"}) for n, name in enumerate(FACETS)]
    with opened(request.param, request, tmp_path_factory.mktemp("narrowing")) as another:
        engine = another()
        engine.rebuild([*CORPUS, *MANY, *facets])
        yield engine


def found(engine: SearchBackend, *words: str, **filters: tuple[str, ...]) -> list[int]:
    return sorted(keys(engine, *words, filters=filters))


@pytest.mark.parametrize("name", FACETS)
def test_every_facet_filters_and_counts(corpus: SearchBackend, name: str) -> None:
    hits = corpus.search(asking("面", filters={name: (f"值{name}",)}))

    assert hits.keys == (200 + FACETS.index(name),)
    assert hits.counts[name] == {f"值{name}": 1}


def test_values_of_one_filter_are_alternatives(corpus: SearchBackend) -> None:
    assert found(corpus, "余热", track=("open", "preset")) == [1, 2, 3]


def test_filters_narrow_each_other(corpus: SearchBackend) -> None:
    assert found(corpus, track=("preset",), university=(A,)) == [2]


def test_a_filter_narrows_what_the_words_found(corpus: SearchBackend) -> None:
    assert found(corpus, "余热", university=(B,)) == [3]


def test_a_value_that_nothing_has_leaves_nothing(corpus: SearchBackend) -> None:
    assert found(corpus, "余热", university=("丙校",)) == []


def test_a_value_is_compared_whole(corpus: SearchBackend) -> None:
    assert found(corpus, track=("ope", "pre*", "OPEN")) == []


def test_a_filter_without_values_is_none(corpus: SearchBackend) -> None:
    assert found(corpus, "余热", track=()) == [1, 2, 3]


def test_a_document_without_a_value_is_left_out_by_that_filter(corpus: SearchBackend) -> None:
    assert 4 not in found(corpus, region=("420000", "410000"))


def test_filters_bind_numbers_and_near_too(corpus: SearchBackend) -> None:
    assert keys(corpus, "余热", near=(4, 1), filters={"university": (A,)}) == [1, 2]


def test_a_filter_weighs_nothing(corpus: SearchBackend) -> None:
    plain, narrowed = (corpus.search(asking("锅炉", filters=f)) for f in ({}, {"track": ("preset",)}))

    assert plain.scores == narrowed.scores


def test_counts_follow_the_words(corpus: SearchBackend) -> None:
    counts = corpus.search(asking("余热")).counts

    assert counts["track"] == {"open": 1, "preset": 2}
    assert counts["university"] == {A: 2, B: 1}


def test_counts_of_a_filter_tell_what_its_other_values_would_give(corpus: SearchBackend) -> None:
    assert corpus.search(asking("余热", filters={"track": ("open",)})).counts["track"] == {"open": 1, "preset": 2}


def test_counts_of_the_others_are_within_the_choice(corpus: SearchBackend) -> None:
    assert corpus.search(asking("余热", filters={"track": ("open",)})).counts["university"] == {A: 1}


def test_each_of_two_filters_counts_within_the_other(corpus: SearchBackend) -> None:
    counts = corpus.search(asking("余热", filters={"track": ("preset",), "university": (A,)})).counts

    assert counts["track"] == {"open": 1, "preset": 1}
    assert counts["university"] == {A: 1, B: 1}


def test_a_document_with_two_values_counts_for_both(corpus: SearchBackend) -> None:
    assert corpus.search(asking("余热")).counts["region"] == {
        "420000": 2, "420100": 1, "420200": 1, "410000": 1, "410300": 1,
    }  # fmt: skip


def test_every_facet_is_counted_even_where_nothing_is_found(corpus: SearchBackend) -> None:
    assert corpus.search(asking("魑魅")).counts == {name: {} for name in FACETS}


def test_tombstones_are_not_counted(corpus: SearchBackend) -> None:
    assert corpus.search(Question()).total == len(CORPUS) - 1 + len(MANY) + len(FACETS)


def test_the_newest_come_first(corpus: SearchBackend) -> None:
    assert keys(corpus, "余热", sort="newest") == [1, 3, 2]


def test_most_years_left_come_first(corpus: SearchBackend) -> None:
    assert keys(corpus, "余热", sort="life") == [1, 3, 2]


def test_the_lowest_price_comes_first(corpus: SearchBackend) -> None:
    assert keys(corpus, "余热", sort="price") == [2, 3, 1]


def test_prices_are_those_of_the_readers_class(corpus: SearchBackend) -> None:
    assert keys(corpus, "余热", sort="price", licensee_class="micro") == [1, 2, 3]


@pytest.mark.parametrize("other", [each for each in CLASSES if each not in ("", "micro")] + ["unknown"])
def test_a_class_without_prices_of_its_own_pays_the_general_ones(corpus: SearchBackend, other: str) -> None:
    assert keys(corpus, "余热", sort="price", licensee_class=other) == [2, 3, 1]


def test_without_words_the_best_match_is_the_newest(corpus: SearchBackend) -> None:
    assert corpus.search(Question(filters={"university": (A, B)})).keys == (4, 1, 3, 2)


def test_a_sort_keeps_what_the_words_found(corpus: SearchBackend) -> None:
    assert keys(corpus, "锅炉", sort="price") == [2]


def test_scores_are_told_for_the_best_match_only(corpus: SearchBackend) -> None:
    assert len(corpus.search(asking("余热")).scores) == 3
    assert corpus.search(asking("余热", sort="newest")).scores == ()


def test_pages_are_disjoint_and_leave_nothing_out(corpus: SearchBackend) -> None:
    pages = [corpus.search(asking("批量", sort="newest", offset=start, limit=12)) for start in range(0, 132, 12)]

    assert [key for page in pages for key in page.keys] == list(range(1129, 999, -1))
    assert {page.total for page in pages} == {130}


def test_pages_of_equally_good_answers_are_disjoint_too(corpus: SearchBackend) -> None:
    pages = [corpus.search(asking("批量", offset=start, limit=50)).keys for start in (0, 50, 100)]

    assert sorted(key for page in pages for key in page) == list(range(1000, 1130))


def test_the_same_question_gives_the_same_order(corpus: SearchBackend) -> None:
    assert corpus.search(asking("批量", limit=130)).keys == corpus.search(asking("批量", limit=130)).keys


def test_a_page_beyond_the_last_is_empty_and_knows_the_total(corpus: SearchBackend) -> None:
    hits = corpus.search(asking("余热", offset=588))

    assert (hits.keys, hits.total) == ((), 3)
