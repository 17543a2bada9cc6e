"""A question in Tantivy's own terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import tantivy

from listings.search.backend import ENOUGH, NEAR, Question, Word
from listings.search.fields import BOOSTS, KIN, NEIGHBORS, PAIRS, TIE

EVERY_WORD = "every_word"  # the field that holds the words of all fields of BOOSTS, without their places


class Asking:
    """Builds the queries of one schema."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def asked(self, question: Question) -> Any:
        """What fits a question, filters left out, and what each fitting listing weighs."""
        must = [self.visible()]
        if question.numbers:
            must.append(self.any_of("numbers", question.numbers))
        words = [self._word(word) for word in question.words]
        should = [
            tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, "pairs", pair), NEIGHBORS)
            for pair in question.pairs
        ]
        if question.near:
            must.append(self._fitting(words, question))
        elif words and question.at_least:
            must.append(self._some_of(words, question.at_least))
        else:
            should += words
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query) for query in must] + [(tantivy.Occur.Should, query) for query in should]
        )

    def matching(self, question: Question) -> Any:
        """The same listings without any weight, to count them: a word is looked for in one field instead of nine."""
        must = [self.visible()]
        if question.numbers:
            must.append(self.any_of("numbers", question.numbers))
        enough = None
        if question.words and question.at_least:
            enough = self._some_of([self._anywhere(word) for word in question.words], question.at_least)
        if question.near:
            keys = tantivy.Query.term_set_query(self._schema, "key", list(question.near))
            ways = [keys, enough] if enough else [keys]
            must.append(tantivy.Query.boolean_query([(tantivy.Occur.Should, way) for way in ways]))
        elif enough:
            must.append(enough)
        return self.all(must)

    def _anywhere(self, word: Word) -> Any:
        """What `_word` finds, by the words of all fields together; several words in order only within one field."""
        ways: list[Any] = []
        for expression in (*word.forms, *word.kin):
            parts = expression.split(" ")
            ways += [self._phrase(name, parts) for name in (BOOSTS if len(parts) > 1 else (EVERY_WORD,))]
        if word.pairs:
            ways.append(self._phrase("pairs", word.pairs))
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, way) for way in ways])

    def visible(self) -> Any:
        """Everything that is no tombstone."""
        return tantivy.Query.const_score_query(tantivy.Query.term_query(self._schema, "visible", True), 0.0)

    @staticmethod
    def _some_of(words: Sequence[Any], at_least: int) -> Any:
        should = [(tantivy.Occur.Should, word) for word in words]
        return tantivy.Query.boolean_query(should, minimum_number_should_match=min(at_least, len(should)))

    def _fitting(self, words: Sequence[Any], question: Question) -> Any:
        """Enough of the words, or a key of `near`, which also gets what words it has."""
        keys = tantivy.Query.term_set_query(self._schema, "key", list(question.near))
        near = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, tantivy.Query.const_score_query(keys, NEAR))]
            + [(tantivy.Occur.Should, word) for word in words]
        )
        if not (words and question.at_least):
            return near
        enough = self._some_of(words, question.at_least)
        both = [tantivy.Query.const_score_query(keys, NEAR + ENOUGH), enough]
        return tantivy.Query.disjunction_max_query([near, enough, self.all(both)])

    def _word(self, word: Word) -> Any:
        """The best of: the word itself, a synonym, its characters in order."""
        ways = [self._expression(form, 1.0) for form in word.forms]
        ways += [self._expression(kin, KIN) for kin in word.kin]
        if word.pairs:
            ways.append(tantivy.Query.boost_query(self._phrase("pairs", word.pairs), PAIRS))
        return tantivy.Query.disjunction_max_query(ways)

    def _expression(self, expression: str, weight: float) -> Any:
        parts = expression.split(" ")
        fields = [
            tantivy.Query.boost_query(self._phrase(name, parts), boost * weight) for name, boost in BOOSTS.items()
        ]
        return tantivy.Query.disjunction_max_query(fields, tie_breaker=TIE)

    def _phrase(self, name: str, parts: Sequence[str]) -> Any:
        if len(parts) == 1:
            return tantivy.Query.term_query(self._schema, name, parts[0])
        return tantivy.Query.phrase_query(self._schema, name, [*parts])

    def any_of(self, name: str, values: Iterable[str]) -> Any:
        """One of these values in a field; weighs nothing."""
        return tantivy.Query.const_score_query(tantivy.Query.term_set_query(self._schema, name, list(values)), 0.0)

    @staticmethod
    def all(queries: Iterable[Any]) -> Any:
        """All of these."""
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])

    def key(self, key: int) -> Any:
        """One listing. By query: deleting by term takes an integer for a signed one and finds no unsigned key."""
        return tantivy.Query.term_query(self._schema, "key", key)

    def keys(self, keys: Iterable[int]) -> Any:
        """These listings."""
        return tantivy.Query.term_set_query(self._schema, "key", list(keys))
