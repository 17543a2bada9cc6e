"""Several acts at once: threads behind a barrier on PostgreSQL, one after the other on SQLite, whose writers queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def at_once(acts: Sequence[Callable[[], Any]], one: Callable[[Callable[[], Any]], str]) -> list[str]:
    """How each act ended, as `one` tells it after carrying it out. What `one` lets through is an error."""
    if connection.vendor != "postgresql":
        return [one(act) for act in acts]
    barrier, ended = threading.Barrier(len(acts)), [""] * len(acts)

    def run(index: int) -> None:
        try:
            barrier.wait()
            ended[index] = one(acts[index])
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended
