"""How one revision of a listing differs from another, for people who decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One place: the path of keys, what it said, what it says (None: nothing)."""

    path: tuple[str, ...]
    was: Any
    now: Any

    @property
    def place(self) -> str:
        """The path in one word, for people who know the keys."""
        return ".".join(self.path)


def between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every place in which two stored snapshots differ, in the order of their keys."""
    return list(_walk((), old, new))


def _walk(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _walk((*path, str(key)), old.get(key), new.get(key))
    elif old != new:
        yield Change(path, old, new)
