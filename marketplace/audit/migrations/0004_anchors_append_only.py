"""Anchors can be added and read; the database refuses to change or delete them (AUD-1)."""

from typing import Any

from django.db import migrations

POSTGRESQL = """
CREATE TRIGGER audit_anchor_no_change BEFORE UPDATE OR DELETE ON audit_anchor
    FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse();
CREATE TRIGGER audit_anchor_no_truncate BEFORE TRUNCATE ON audit_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse();
"""
SQLITE = [
    "CREATE TRIGGER audit_anchor_no_update BEFORE UPDATE ON audit_anchor "
    "BEGIN SELECT RAISE(ABORT, 'audit anchors are never changed or deleted (AUD-1)'); END",
    "CREATE TRIGGER audit_anchor_no_delete BEFORE DELETE ON audit_anchor "
    "BEGIN SELECT RAISE(ABORT, 'audit anchors are never changed or deleted (AUD-1)'); END",
    # INSERT OR REPLACE deletes without firing delete triggers.
    "CREATE TRIGGER audit_anchor_no_replace BEFORE INSERT ON audit_anchor "
    "WHEN EXISTS (SELECT 1 FROM audit_anchor WHERE first = NEW.first OR last = NEW.last OR id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'audit anchors are never changed or deleted (AUD-1)'); END",
]


def guard(apps: Any, schema_editor: Any) -> None:
    """Create the triggers of this database's kind."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


def unguard(apps: Any, schema_editor: Any) -> None:
    """Take them away again, for a migration backwards."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER audit_anchor_no_change ON audit_anchor")
        schema_editor.execute("DROP TRIGGER audit_anchor_no_truncate ON audit_anchor")
    else:
        for name in ("no_update", "no_delete", "no_replace"):
            schema_editor.execute(f"DROP TRIGGER audit_anchor_{name}")


class Migration(migrations.Migration):
    """Triggers on both databases."""

    dependencies = [("audit", "0003_anchors")]
    operations = [migrations.RunPython(guard, unguard)]
