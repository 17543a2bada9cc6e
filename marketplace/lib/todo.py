"""What needs a person now: each room registers what it knows, the desk shows all of it as one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marketplace.accounts.models import Organization, User
    from marketplace.lib.look import Tone


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: what, why, where, how soon."""

    title: str
    note: str
    url: str
    label: str
    due: date | None = None
    badge: str = ""
    tone: Tone = "warn"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who looks: the person, the organization acted for, the roles held there, and the day (Asia/Shanghai)."""

    user: User
    organization: Organization
    roles: frozenset[str]
    day: date


Find = Callable[[Desk], Iterable[Todo]]
_SOURCES: dict[str, tuple[int, Find]] = {}


def source(name: str, find: Find, *, order: int = 100) -> None:
    """Register what a room knows; it asks a fixed number of questions, however much there is. Same name: replaced.

    Call it in AppConfig.ready().
    """
    _SOURCES[name] = (order, find)


def of(desk: Desk) -> list[Todo]:
    """Everything registered: those with a deadline first, the nearest on top; then the others, room by room."""
    ranked = sorted(_SOURCES.items(), key=lambda item: (item[1][0], item[0]))
    return nearest_first(one for _name, (_order, find) in ranked for one in find(desk))


def nearest_first(found: Iterable[Todo]) -> list[Todo]:
    """Those with a deadline first; the others keep their order."""
    return sorted(found, key=lambda one: one.due or date.max)
