"""A report of use that was given stays as it was given, and so does each correction of it (CC 846).

Altering one of these tables on SQLite remakes it without its triggers: put them up again in that migration.
"""

from django.db import migrations

GIVEN = ("base_minor", "royalty_minor", "rate_bp", "words", "proof_id", "given_by_id", "given_at")
CORRECTED = ("report_id", "number", "base_minor", "royalty_minor", "before_minor", "reason", "proof_id", "made_by_id")
TABLES = {
    "licensing_usereport": ("OLD.state = 'given'", GIVEN, "a report of use that was given never changes"),
    "licensing_reportcorrection": ("", CORRECTED, "a correction of a report of use never changes"),
}


def _when(given: str, columns: tuple[str, ...], word: str) -> str:
    changed = " OR ".join(f"OLD.{column} {word} NEW.{column}" for column in columns)
    return f"{given} AND ({changed})" if given else changed


def _postgres() -> list[str]:
    statements = []
    for table, (given, columns, words) in TABLES.items():
        statements.append(
            f"""
            CREATE FUNCTION {table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF {_when(given, columns, "IS DISTINCT FROM")} THEN
                    RAISE EXCEPTION '{words}';
                END IF;
                RETURN NEW;
            END $$
            """
        )
        statements.append(
            f"CREATE TRIGGER report_is_kept BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_kept()"
        )
    return statements


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE ON {table} WHEN {_when(given, columns, 'IS NOT')} "
        f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        for table, (given, columns, words) in TABLES.items()
    ]


def _run(schema_editor, postgres, sqlite):
    for statement in {"postgresql": postgres, "sqlite": sqlite}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


def forwards(apps, schema_editor):
    """Put the guards up."""
    _run(schema_editor, _postgres(), _sqlite())


def backwards(apps, schema_editor):
    """Take them down."""
    postgres = []
    for table in TABLES:
        postgres += [f"DROP TRIGGER report_is_kept ON {table}", f"DROP FUNCTION {table}_is_kept()"]
    _run(schema_editor, postgres, [f"DROP TRIGGER {table}_is_kept" for table in TABLES])


class Migration(migrations.Migration):
    dependencies = [("licensing", "0011_clauses_repayments_corrections")]
    operations = [migrations.RunPython(forwards, backwards)]
