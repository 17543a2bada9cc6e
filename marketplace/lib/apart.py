"""Calls that must not share the thread they are made in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


def apart(act: Callable[[], _T]) -> _T:
    """What `act` returns or raises, carried out in a thread of its own.

    pyHanko starts an event loop for each signature, which Python refuses in a thread where one runs already.
    """
    with ThreadPoolExecutor(1, "apart") as thread:
        return thread.submit(act).result()
