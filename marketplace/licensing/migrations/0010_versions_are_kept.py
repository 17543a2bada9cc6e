"""The database keeps every version of a negotiation, every yes to one and every note, as they were put down (LIC-10).

Altering one of these tables on SQLite remakes it without its triggers: put them up again in that migration.
"""

from django.db import migrations

FIXED = ("negotiation_id", "number", "party", "by_id", "at", "terms", "sha256", "reason")
KEPT = ("licensing_acceptance", "licensing_negotiationnote")
WORDS = "a version of a negotiation never changes"


def _changed(word: str) -> str:
    columns = [f"OLD.{column} {word} NEW.{column}" for column in FIXED]
    columns.append(f"(OLD.agreement_id IS NOT NULL AND OLD.agreement_id {word} NEW.agreement_id)")
    columns.append("(NEW.live AND NOT OLD.live)")
    return " OR ".join(columns)


def _postgres() -> list[str]:
    return [
        f"""
        CREATE FUNCTION licensing_proposal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION '{WORDS}';
            END IF;
            IF {_changed("IS DISTINCT FROM")} THEN
                RAISE EXCEPTION '{WORDS}';
            END IF;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER proposal_is_kept BEFORE UPDATE OR DELETE ON licensing_proposal
        FOR EACH ROW EXECUTE FUNCTION licensing_proposal_is_kept()
        """,
        *(
            f"CREATE TRIGGER row_is_kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION licensing_row_is_kept()"
            for table in KEPT
        ),
    ]


def _sqlite() -> list[str]:
    def trigger(name: str, event: str, table: str, words: str, when: str = "") -> str:
        return (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {f'WHEN {when}' if when else ''} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )

    statements = [
        trigger("proposal_not_changed", "UPDATE", "licensing_proposal", WORDS, _changed("IS NOT")),
        trigger("proposal_not_deleted", "DELETE", "licensing_proposal", WORDS),
    ]
    for table in KEPT:
        words = f"rows of {table} are never changed or deleted"
        statements.append(trigger(f"{table}_not_changed", "UPDATE", table, words))
        statements.append(trigger(f"{table}_not_deleted", "DELETE", table, words))
    return statements


def _run(schema_editor, postgres, sqlite):
    for statement in {"postgresql": postgres, "sqlite": sqlite}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)  # no parameters: "%" is a letter here


def forwards(apps, schema_editor):
    """Put the guards up."""
    _run(schema_editor, _postgres(), _sqlite())


def backwards(apps, schema_editor):
    """Take them down."""
    postgres = [f"DROP TRIGGER row_is_kept ON {table}" for table in KEPT]
    postgres += ["DROP TRIGGER proposal_is_kept ON licensing_proposal", "DROP FUNCTION licensing_proposal_is_kept()"]
    sqlite = [f"DROP TRIGGER {table}_not_{what}" for table in KEPT for what in ("changed", "deleted")]
    sqlite += [f"DROP TRIGGER proposal_not_{what}" for what in ("changed", "deleted")]
    _run(schema_editor, postgres, sqlite)


class Migration(migrations.Migration):
    dependencies = [("licensing", "0009_negotiations_and_changes")]
    operations = [migrations.RunPython(forwards, backwards)]
