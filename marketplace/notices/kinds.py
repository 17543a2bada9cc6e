"""The kinds of messages and their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrOrPromise as Words


@dataclass(frozen=True, slots=True)
class Kind:
    """The words of one kind, as lazy translations with `%(name)s` for facts; `action` names the next step, or ''."""

    subject: Words
    body: Words
    action: Words = ""


_KINDS: dict[str, Kind] = {}


def register(
    kind: str, *, subject: Words, body: Words, action: Words = "", group: str = "", needed: Words | None = None
) -> None:
    """Give a kind its words. Call it in AppConfig.ready() of the room that tells it. At most 60 characters.

    `group` says with which messages it can be gathered or switched off (notices.groups); `needed` why it cannot.
    """
    if not 0 < len(kind) <= 60:
        raise ValueError("the name of a kind has 1 to 60 characters")
    _KINDS[kind] = Kind(subject, body, action)
    if group:
        from marketplace.notices import groups  # reads the models, which are not there yet when rooms are imported

        groups.place(kind, group, needed=needed)


def register_all(letters: Mapping[str, tuple[Words, Words, Words]]) -> None:
    """Give many kinds their words: kind → (subject, body, action or '')."""
    for kind, (subject, body, action) in letters.items():
        register(kind, subject=subject, body=body, action=action)


def kind_of(kind: str) -> Kind:
    """The words of a kind. KeyError when no room registered it."""
    return _KINDS[kind]


def names() -> list[str]:
    """All registered kinds, in alphabetical order."""
    return sorted(_KINDS)
