"""Leaving effects, and finding who carries them out."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from marketplace.lib.transactions import require_transaction

if TYPE_CHECKING:
    from marketplace.outbox.models import Effect

Handler = Callable[[str, dict[str, Any]], None]
Duty = Callable[[], object]
_HANDLERS: dict[str, dict[str, Handler]] = {}
_DUTIES: dict[str, Periodic] = {}


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something to be done about every `seconds`, once for all workers together."""

    seconds: int
    name: str
    act: Duty


def handles(topic: str, name: str) -> Callable[[Handler], Handler]:
    """Register a handler `(key, payload) -> None` of `topic` under its own `name` (without colon).

    Called from AppConfig.ready() of any room. Several handlers may hear one topic: each gets an effect of its own, so
    one that fails is tried again without repeating the others. A handler may be called again with the same key after a
    crash: it must be idempotent. On PostgreSQL it runs inside a transaction that holds only its effect's row.
    """
    if ":" in name:
        raise ValueError("a handler's name has no colon: it ends where the key begins")

    def register(handler: Handler) -> Handler:
        _HANDLERS.setdefault(topic, {})[name] = handler
        return handler

    return register


def every(seconds: int, name: str) -> Callable[[Duty], Duty]:
    """Register a duty `() -> object` that the worker carries out about every `seconds` under its own `name`.

    Called from AppConfig.ready(). Each turn is an effect of its own: it runs once, however many workers there are.
    """
    if ":" in name or seconds < 1:
        raise ValueError("a duty has a name without colon and at least a second between its turns")

    def register(act: Duty) -> Duty:
        _DUTIES[name] = Periodic(seconds, name, act)
        return act

    return register


def duties() -> list[Periodic]:
    """The registered duties, by name."""
    return [_DUTIES[name] for name in sorted(_DUTIES)]


def duty(name: str) -> Periodic | None:
    """The duty of that name."""
    return _DUTIES.get(name)


def handlers(topic: str) -> dict[str, Handler]:
    """The handlers of a topic by name."""
    return dict(_HANDLERS.get(topic, {}))


AHEAD = timedelta(minutes=1)


def hurry(effects: Iterable[Effect]) -> None:
    """Carry these out before what waits already: somebody sits before a page and waits for a code."""
    from marketplace.outbox.models import Effect

    first = timezone.now() - AHEAD
    Effect.objects.filter(pk__in=[effect.pk for effect in effects]).update(next_at=first)


def add(topic: str, *, key: str = "", due: datetime | None = None, **payload: Any) -> list[Effect]:
    """Leave one effect for each handler of `topic`, in the surrounding transaction.

    `key` makes the effect unique: the same key again leaves nothing new. Without a key each call is its own effect.
    It is carried out at once, or from `due` on.
    Raises NotInTransaction where no transaction is open, because an effect must live and die with its cause, and
    ValueError when name and key together exceed 200 characters.
    """
    from marketplace.outbox.models import Effect

    require_transaction(topic)
    key = key or uuid.uuid4().hex
    made = []
    for name in _HANDLERS.get(topic, {}):
        whole = f"{name}:{key}"
        if len(whole) > 200:
            raise ValueError(f"key of {topic} is longer than 200 characters")
        told: dict[str, Any] = {"payload": payload} | ({"next_at": due} if due else {})
        effect, created = Effect.objects.get_or_create(topic=topic, key=whole, defaults=told)
        if created:
            made.append(effect)
    return made


def hasten(topic: str, *, key: str) -> int:
    """Let effects of that key that were put off be due now, unless a worker has taken them; how many."""
    from marketplace.outbox.models import Effect, EffectState

    whole = [f"{name}:{key}" for name in _HANDLERS.get(topic, {})]
    waiting = Effect.objects.filter(topic=topic, key__in=whole, state=EffectState.PENDING, attempts=0)
    return waiting.update(next_at=timezone.now())
