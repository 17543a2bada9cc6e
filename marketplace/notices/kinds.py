"""The kinds of messages and their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


@dataclass(frozen=True, slots=True)
class Kind:
    """The words of one kind, as lazy translations with `%(name)s` for facts; `action` names the next step, or ''."""

    subject: Words
    body: Words
    action: Words = ""


_KINDS: dict[str, Kind] = {}


def register(kind: str, *, subject: Words, body: Words, action: Words = "") -> None:
    """Give a kind its words. Call it in AppConfig.ready() of the room that tells it. At most 60 characters."""
    if not 0 < len(kind) <= 60:
        raise ValueError("the name of a kind has 1 to 60 characters")
    _KINDS[kind] = Kind(subject, body, action)


def kind_of(kind: str) -> Kind:
    """The words of a kind. KeyError when no room registered it."""
    return _KINDS[kind]


def names() -> list[str]:
    """All registered kinds, in alphabetical order."""
    return sorted(_KINDS)
