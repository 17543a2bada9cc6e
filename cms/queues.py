"""What waits for a moderator: each room says how many and where; the desk shows them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from marketplace.lib.navigation import url_or_empty

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

Count = Callable[[], int]


class Queue(NamedTuple):
    """A queue as it stands now."""

    name: str
    label: Words
    waiting: int
    url: str


_QUEUES: dict[str, tuple[int, Words, Count, str]] = {}


def register(name: str, label: Words, count: Count, url: str, *, order: int = 100) -> None:
    """Add a queue. `count` says how many wait; `url` is a URL name, with a query after `?` where one is needed.

    Call it in AppConfig.ready() of a room above; the same name again replaces the queue.
    """
    _QUEUES[name] = (order, label, count, url)


def _address(url: str) -> str:
    name, _mark, query = url.partition("?")
    address = url_or_empty(name)
    return f"{address}?{query}" if address and query else address


def queues() -> list[Queue]:
    """All queues counted now, in order; one query each."""
    rows = sorted(_QUEUES.items(), key=lambda item: (item[1][0], item[0]))
    return [Queue(name, label, count(), _address(url)) for name, (_order, label, count, url) in rows]
