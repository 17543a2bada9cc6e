"""Writing the trail: the only function that adds an entry."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.utils import timezone

from marketplace.audit.actions import Action
from marketplace.audit.models import Entry, Said
from marketplace.lib.canonical import sha256_of
from marketplace.lib.transactions import require_transaction

if TYPE_CHECKING:
    from marketplace.accounts.models import User

START = "0" * 64
SPOKEN = frozenset({"detail", "note", "reason"})  # facts that people type: they may name somebody
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

    `facts` must be plain JSON values (ids, states, hashes, integers). Words that people typed (SPOKEN) go to a table
    beside, of which the entry holds salted hashes, so that erasing them leaves the chain whole (AUD-3). Raises
    NotInTransaction outside a transaction.
    """
    require_transaction(action)
    told, said = _apart(json.loads(json.dumps(facts, default=str)))
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
        facts=told,
        previous_sha256=previous,
    )
    entry.sha256 = digest(entry)
    entry.save(force_insert=True)
    Said.objects.bulk_create(Said(entry=entry, fact=fact, salt=salt, text=text) for fact, (salt, text) in said.items())
    return entry


def salted(salt: str, text: str) -> dict[str, str]:
    """What an entry holds of words: SHA-256 over salt and text."""
    return {"salted_sha256": hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()}


def _apart(facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    """The facts with hashes in place of typed words, and the words with their salts."""
    said = {name: (secrets.token_hex(16), facts[name]) for name in SPOKEN if isinstance(facts.get(name), str)}
    said = {name: (salt, text) for name, (salt, text) in said.items() if text}
    return facts | {name: salted(salt, text) for name, (salt, text) in said.items()}, said


def said(entry: Entry) -> dict[str, str]:
    """The typed words of an entry that are still here and are those it was hashed over."""
    rows = entry.said.all()
    return {row.fact: row.text for row in rows if entry.facts.get(row.fact) == salted(row.salt, row.text)}


def _lock_head() -> None:
    """Let one transaction at a time extend the chain; SQLite's IMMEDIATE transactions already do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def of(subject: models.Model) -> models.QuerySet[Entry]:
    """The entries about `subject`, oldest first."""
    return Entry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))


__all__ = ["SPOKEN", "START", "Action", "Entry", "digest", "of", "record", "said", "salted", "told"]
