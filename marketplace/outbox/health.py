"""Whether the database takes what is written, and whether a worker carries effects out."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction

from marketplace.lib import health
from marketplace.lib.health import Unwell
from marketplace.outbox import worker
from marketplace.outbox.models import Effect

LATEST = timedelta(minutes=5)  # the worker looks every second; nothing due waits longer while one runs


def database() -> None:
    """Write a row and take it back: a database that only reads is of no use to anybody who signs."""
    with transaction.atomic():
        Effect.objects.create(topic="health.probe", key=uuid.uuid4().hex)
        transaction.set_rollback(True)


def outbox() -> None:
    """Raises Unwell when something due has waited too long: no worker runs, or it does not get through."""
    lag = worker.lag()
    if lag > LATEST:
        raise Unwell(f"the oldest effect has been due for {int(lag.total_seconds())} seconds")


def register() -> None:
    """Let the probes ask."""
    health.register("database", database)
    health.register("outbox", outbox)
