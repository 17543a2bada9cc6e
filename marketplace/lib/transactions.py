"""What must live and die with its cause asks for the surrounding transaction."""

from __future__ import annotations

from django.db import connection


class NotInTransaction(RuntimeError):
    """Something was written, or a right was asked for, outside the transaction of what it belongs to."""


def require_transaction(what: object) -> None:
    """Raise NotInTransaction, naming `what`, where no transaction is open."""
    if not connection.in_atomic_block:
        raise NotInTransaction(str(what))
