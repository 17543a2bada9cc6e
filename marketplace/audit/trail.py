"""Writing the trail: the only function that adds an entry."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.utils import timezone

from marketplace.audit.actions import Action
from marketplace.audit.models import Entry
from marketplace.lib.canonical import sha256_of
from marketplace.lib.transactions import require_transaction

if TYPE_CHECKING:
    from marketplace.accounts.models import User

START = "0" * 64
_LOCK = 0x6B61697875  # "kaixu": one advisory lock for the head of the chain


def digest(entry: Entry) -> str:
    """SHA-256 over the canonical JSON of everything an entry says, including the hash before it."""
    return sha256_of(told(entry))


def told(entry: Entry) -> dict[str, Any]:
    """Everything an entry says, as it is hashed."""
    return {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": entry.action,
        "subject": [entry.subject_type, entry.subject_id],
        "by": entry.by_id,
        "facts": entry.facts,
        "previous": entry.previous_sha256,
    }


def record(action: Action, subject: models.Model, *, by: User | None, **facts: Any) -> Entry:
    """Add an entry about `subject`, in the surrounding transaction.

    `facts` must be plain JSON values (ids, states, hashes, integers). Raises NotInTransaction outside a transaction.
    """
    require_transaction(action)
    _lock_head()
    head = Entry.objects.order_by("-number").values_list("number", "sha256").first()
    number, previous = head or (0, START)
    entry = Entry(
        number=number + 1,
        at=timezone.now(),
        action=Action(action),
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        by=by,
        facts=json.loads(json.dumps(facts, default=str)),
        previous_sha256=previous,
    )
    entry.sha256 = digest(entry)
    entry.save(force_insert=True)
    return entry


def _lock_head() -> None:
    """Let one transaction at a time extend the chain; SQLite's IMMEDIATE transactions already do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def of(subject: models.Model) -> models.QuerySet[Entry]:
    """The entries about `subject`, oldest first."""
    return Entry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))


__all__ = ["START", "Action", "Entry", "digest", "of", "record", "told"]
