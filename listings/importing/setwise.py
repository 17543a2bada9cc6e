"""New patents straight from the staged rows, in one statement each: INSERT … SELECT (IMP-1).

The rows have been looked at before; what is left to do inside the transaction that stores them must take seconds, for
SQLite lets nobody else write meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, Expression, F, Func, Q, Value, When
from django.db.models.fields.json import KT, KeyTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.sql.compiler import SQLCompiler

from listings.models import ImportRow, ImportRun, LegalStatus, Outcome, Patent, StatusRecord
from marketplace.accounts.models import User

TOLD = Q(facts__has_key="status") | Q(facts__has_key="fees_paid_through")  # the sheet says something about the status


_Sql = tuple[str, tuple[str | int, ...]]


class _NewCode(Func):
    """A random UUID for each row."""

    template = "gen_random_uuid()"
    output_field = models.UUIDField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **options: Any) -> _Sql:
        return self.as_sql(compiler, connection, template="lower(hex(randomblob(16)))")


class _Day(Func):
    """ISO text as a day; SQLite keeps days as just that text."""

    template = "CAST(%(expressions)s AS date)"
    output_field = models.DateField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **options: Any) -> _Sql:
        return self.as_sql(compiler, connection, template="%(expressions)s")


def _text(name: str, otherwise: str = "") -> Expression:
    return Coalesce(KT(f"facts__{name}"), Value(otherwise), output_field=models.TextField())


def insert_patents(run: ImportRun, source: str, now: datetime) -> int:
    """Make the patents of all new rows; how many. Raises IntegrityError where one of them exists meanwhile."""

    def if_told(value: Any, field: models.Field[Any, Any], otherwise: Any) -> Expression:
        return Case(When(TOLD, then=Value(value, output_field=field)), default=Value(otherwise, output_field=field))

    names = ("title", "abstract", "patentee", "inventors", "publication_number", "ipc_main", "kind")
    values: dict[str, Expression | F] = {name: _text(name) for name in names}
    values |= {name: _Day(KT(f"facts__{name}")) for name in ("filed_on", "granted_on", "last_day")}
    values |= {
        "code": _NewCode(),
        "organization_id": Value(run.organization_id, output_field=models.BigIntegerField()),
        "application_number": F("key"),
        "ipc": Coalesce(KeyTransform("ipc", "facts"), Value([], output_field=models.JSONField())),
        "fees_paid_through": Cast(KT("facts__fees_paid_through"), models.IntegerField()),
        "status": _text("status", LegalStatus.UNKNOWN.value),
        "status_source": if_told(source, models.CharField(), ""),
        "status_checked_at": if_told(now, models.DateTimeField(), None),
        "source": Value(f"import:{run.pk}"),
        "created_at": Value(now, output_field=models.DateTimeField()),
        "changed_at": Value(now, output_field=models.DateTimeField()),
    }
    return _insert(Patent, values, run.rows.filter(outcome=Outcome.NEW))


def insert_statements(run: ImportRun, source: str, now: datetime, by: User) -> int:
    """Keep what the sheet says about the status of its new patents; the rows know their patents by now."""
    values: dict[str, Expression | F] = {
        "patent_id": F("patent_id"),
        "status": _text("status", LegalStatus.UNKNOWN.value),
        "fees_paid_through": Cast(KT("facts__fees_paid_through"), models.IntegerField()),
        "source": Value(source),
        "checked_at": Value(now, output_field=models.DateTimeField()),
        "recorded_by_id": Value(by.pk, output_field=models.BigIntegerField()),
    }
    return _insert(StatusRecord, values, run.rows.filter(TOLD, outcome=Outcome.NEW))


def _insert(model: type[models.Model], values: dict[str, Expression | F], rows: models.QuerySet[ImportRow]) -> int:
    """INSERT INTO the model's table what is selected from the rows; columns that are not named get their default."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    chosen = {f"to_{f.attname}": values.get(f.attname) or Value(f.get_default(), output_field=f) for f in fields}
    select, params = rows.order_by("number").annotate(**chosen).values_list(*chosen).query.sql_with_params()
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {select}", params)
        return int(cursor.rowcount)
