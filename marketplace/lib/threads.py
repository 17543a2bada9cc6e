"""Two pieces of work at once, where both leave the interpreter to others while they do it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(one: Callable[[], A], other: Callable[[], B], *, apart: bool = True) -> tuple[A, B]:
    """The answers of both, `other` in a thread of its own, or one after the other where they are not kept `apart`.

    What either raises is raised here, when both have ended. The thread has no database connection to leave behind:
    neither may ask the database.
    """
    if not apart:
        return one(), other()
    found: list[B] = []
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            found.append(other())
        except BaseException as error:  # noqa: BLE001 - handed on to who asked
            wrong.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        here = one()
    finally:
        thread.join()
    if wrong:
        raise wrong[0]
    return here, found[0]
