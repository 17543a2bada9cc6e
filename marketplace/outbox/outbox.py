"""Leaving effects, and finding who carries them out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import transaction

if TYPE_CHECKING:
    from marketplace.outbox.models import Effect

Handler = Callable[[str, dict[str, Any]], None]
_HANDLERS: dict[str, dict[str, Handler]] = {}


class NotInTransaction(RuntimeError):
    """An effect was left outside the transaction that causes it."""


def handles(topic: str, name: str) -> Callable[[Handler], Handler]:
    """Register a handler `(key, payload) -> None` of `topic` under its own `name`.

    Called from AppConfig.ready() of any room. Several handlers may hear one topic: each gets an effect of its own, so
    one that fails is tried again without repeating the others.
    """

    def register(handler: Handler) -> Handler:
        _HANDLERS.setdefault(topic, {})[name] = handler
        return handler

    return register


def handlers(topic: str) -> dict[str, Handler]:
    """The handlers of a topic by name."""
    return dict(_HANDLERS.get(topic, {}))


def add(topic: str, *, key: str = "", **payload: Any) -> list[Effect]:
    """Leave one effect for each handler of `topic`, in the surrounding transaction.

    `key` makes the effect unique: the same key again leaves nothing new. Without a key each call is its own effect.
    Raises NotInTransaction where no transaction is open, because an effect must live and die with its cause.
    """
    from marketplace.outbox.models import Effect

    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(topic)
    key = key or uuid.uuid4().hex
    made = []
    for name in _HANDLERS.get(topic, {}):
        effect, created = Effect.objects.get_or_create(topic=topic, key=f"{name}:{key}", defaults={"payload": payload})
        if created:
            made.append(effect)
    return made
