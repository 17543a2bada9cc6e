"""Carries out what waits in the outbox, until it is told to stop."""

from __future__ import annotations

import fcntl
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from marketplace.outbox import worker

log = logging.getLogger(__name__)
PAUSE = 5.0  # seconds after the database has failed


class Command(BaseCommand):
    """`run_outbox`: the worker. SIGTERM and SIGINT let it finish the effect it is at; nothing is lost if it dies."""

    help = "Carry out the effects that wait in the outbox (mail, seals, search index, due dates)."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--once` and `--poll`."""
        parser.add_argument("--once", action="store_true", help="carry out what is due now and end")
        parser.add_argument("--poll", type=float, default=1.0, help="seconds between two looks (default 1)")

    def handle(self, *_args: Any, once: bool, poll: float, **_options: Any) -> None:
        """Run until told to stop; with `--once` until nothing is due."""
        stop = threading.Event()
        with _sole_worker(), _stopped_by_signals(stop):
            while not stop.is_set():
                if not connection.in_atomic_block:
                    close_old_connections()
                wait = poll
                try:
                    worker.leave_periodic()
                    done = worker.run_pending(stopping=stop.is_set)
                except DatabaseError:
                    if once:
                        raise
                    # The database is away or restarting: effects are safe in it, the worker comes back.
                    log.exception("the outbox cannot reach its database")
                    connection.close()
                    done, wait = 0, PAUSE
                if once:
                    self.stdout.write(f"{done} effects carried out")
                    return
                if not done:
                    stop.wait(wait)


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Set `stop` at SIGTERM or SIGINT; the second one acts as usual. Only the main thread can hear them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _sole_worker() -> Iterator[None]:
    """On SQLite hold the lock file of DATA_DIR; raises CommandError when another worker holds it.

    The system drops the lock with the process, however it ends. PostgreSQL's row locks need no such thing.
    """
    if connection.vendor != "sqlite":
        yield
        return
    path = Path(settings.DATA_DIR) / "outbox.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(f"another worker holds {path}: SQLite allows one") from error
        yield
