"""The public figures: each counted from rows at the moment it is shown, never typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

Count = Callable[[], int]


class Figure(NamedTuple):
    """A counted number with its words and what exactly was counted."""

    label: Words
    value: int
    how: Words


_FIGURES: dict[str, tuple[int, Words, Words, Count]] = {}


def register(name: str, *, label: Words, how: Words, count: Count, order: int = 100) -> None:
    """Add a figure; `how` says in one sentence what is counted. Call it in AppConfig.ready()."""
    _FIGURES[name] = (order, label, how, count)


def figures() -> list[Figure]:
    """All figures that are not zero, counted now: a young site boasts of nothing."""
    rows = sorted(_FIGURES.items(), key=lambda item: (item[1][0], item[0]))
    counted = [Figure(label, count(), how) for _name, (_order, label, how, count) in rows]
    return [figure for figure in counted if figure.value]
