"""Questions of the database that are put together once: Django takes longer to write a wide question than SQLite to
answer it, and a page of results asks the same ones every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

_SIZES = (1, 12, 60, 500)  # keys of one question; fewer are filled up by the last one again


class _Made(NamedTuple):
    """A question in the words of one connection."""

    sql: str
    told: list[Any]  # what fills its places
    keys: list[tuple[int, int]]  # which of these is which key
    compiler: Any
    converters: Any


class Prepared:
    """A question about rows with certain keys: `Prepared(lambda keys: Book.objects.filter(pk__in=keys).values_list())`.

    Answers are what the query set would give, its values made by the same converters. The query set must not depend on
    anything but the keys.
    """

    def __init__(self, question: Callable[[Sequence[int]], QuerySet[Any, Any]]) -> None:
        self._question = question
        self._made: WeakKeyDictionary[Any, dict[int, _Made]] = WeakKeyDictionary()

    def rows(self, keys: Sequence[int] = (), using: str = DEFAULT_DB_ALIAS) -> list[Sequence[Any]]:
        """The rows for these keys, in the order of the query set within each 500 keys; asked once without keys."""
        return [row for some in _parts(keys) for row in self._ask(some, using)]

    def _ask(self, keys: Sequence[int], using: str) -> Iterator[Sequence[Any]]:
        connection = connections[using]
        made = self._made.setdefault(connection, {})
        if len(keys) not in made:
            made[len(keys)] = self._prepare(connection, len(keys))
        question = made[len(keys)]
        told = question.told.copy()
        for place, which in question.keys:
            told[place] = keys[which]
        with connection.cursor() as cursor:
            cursor.execute(question.sql, told)
            found = cursor.fetchall()
        if found and question.converters:
            return iter(question.compiler.apply_converters(found, question.converters))
        return iter(found)

    def _prepare(self, connection: Any, size: int) -> _Made:
        """Keys below zero mark their places: no row has them."""
        marks = {-1 - which: which for which in range(size)}
        compiler = self._question(list(marks)).query.get_compiler(connection=connection)
        sql, told = compiler.as_sql()
        places = [(place, marks[one]) for place, one in enumerate(told) if type(one) is int and one in marks]
        converters = compiler.get_converters([expression for expression, _sql, _alias in compiler.select])
        return _Made(sql, list(told), places, compiler, converters)


def _parts(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """The keys in parts of one of _SIZES, the last one filled up."""
    if not keys:
        yield ()
    for start in range(0, len(keys), _SIZES[-1]):
        some = list(keys[start : start + _SIZES[-1]])
        size = next(size for size in _SIZES if size >= len(some))
        yield some + some[-1:] * (size - len(some))
