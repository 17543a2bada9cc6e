"""Looked-at rows into the database, many at once: by COPY on PostgreSQL, by one prepared statement on SQLite.

Django's own bulk insert writes a statement of ten thousand parameters for a thousand rows, which takes both sides
longer than the rows themselves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, models

from listings.models import ImportRow
from marketplace.lib.transactions import require_transaction

_FIELDS = [field for field in ImportRow._meta.concrete_fields if not field.primary_key]
_JSON = {field.attname for field in _FIELDS if isinstance(field, models.JSONField)}
_NAMES = [field.attname for field in _FIELDS]
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def insert(rows: Sequence[ImportRow]) -> None:
    """Insert rows as they are; they learn no primary keys. Raises IntegrityError, NotInTransaction."""
    require_transaction("import rows")
    quote = connection.ops.quote_name
    table, columns = quote(ImportRow._meta.db_table), ", ".join(quote(str(field.column)) for field in _FIELDS)
    values = [_values(row) for row in rows]
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for told in values:
                    copy.write_row(told)
        else:
            places = ", ".join(["%s"] * len(_FIELDS))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)  # noqa: S608


def _values(row: ImportRow) -> list[Any]:
    facts = row.__dict__
    return [_encode(facts[name]) if name in _JSON else facts[name] for name in _NAMES]
