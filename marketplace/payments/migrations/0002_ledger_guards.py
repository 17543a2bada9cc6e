"""The ledger is append-only on both databases, and on PostgreSQL a transaction that does not sum to zero cannot commit.

SQLite knows no deferred trigger: there `ledger.post` refuses before it writes, and `book_checks.self_check` looks again.
"""

from django.db import migrations

POSTGRES = [
    """
    CREATE FUNCTION payments_ledger_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'ledger entries are never changed or deleted';
    END $$
    """,
    """
    CREATE TRIGGER ledger_is_kept BEFORE UPDATE OR DELETE ON payments_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION payments_ledger_is_kept()
    """,
    """
    CREATE FUNCTION payments_ledger_sums() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM payments_ledgerentry
            WHERE source_type = NEW.source_type AND source_id = NEW.source_id AND kind = NEW.kind
            GROUP BY currency HAVING SUM(amount_minor) <> 0
        ) THEN
            RAISE EXCEPTION 'postings of % % (%) do not sum to zero', NEW.source_type, NEW.source_id, NEW.kind;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER ledger_sums_to_zero AFTER INSERT ON payments_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_ledger_sums()
    """,
]
POSTGRES_BACK = [
    "DROP TRIGGER ledger_sums_to_zero ON payments_ledgerentry",
    "DROP FUNCTION payments_ledger_sums()",
    "DROP TRIGGER ledger_is_kept ON payments_ledgerentry",
    "DROP FUNCTION payments_ledger_is_kept()",
]
SQLITE = [
    """
    CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON payments_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed or deleted'); END
    """,
    """
    CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON payments_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed or deleted'); END
    """,
]
SQLITE_BACK = ["DROP TRIGGER ledger_is_not_changed", "DROP TRIGGER ledger_is_not_deleted"]


def _run(schema_editor, postgres, sqlite):
    for statement in {"postgresql": postgres, "sqlite": sqlite}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)  # no parameters: "%" is a letter here


def forwards(apps, schema_editor):
    """Put the guards up."""
    _run(schema_editor, POSTGRES, SQLITE)


def backwards(apps, schema_editor):
    """Take them down."""
    _run(schema_editor, POSTGRES_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
