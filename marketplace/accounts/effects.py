"""What a veto would stop: each room counts what it keeps for an organization, before a moderator decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.models import Organization

Count = Callable[["Organization"], int]


class Effect(NamedTuple):
    """How many of something, and what becomes of them."""

    label: Words
    number: int
    becomes: Words


_EFFECTS: dict[str, tuple[int, Words, Words, Count]] = {}


def register(name: str, *, label: Words, becomes: Words, count: Count, order: int = 100) -> None:
    """Add a line; called from AppConfig.ready(). The same name again replaces it."""
    _EFFECTS[name] = (order, label, becomes, count)


def of(organization: Organization) -> list[Effect]:
    """Every line, counted now, in order."""
    rows = sorted(_EFFECTS.items(), key=lambda item: (item[1][0], item[0]))
    return [Effect(label, count(organization), becomes) for _name, (_order, label, becomes, count) in rows]
