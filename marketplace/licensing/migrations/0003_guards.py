"""The database refuses what licensing.states does not list, and never lets go of what was frozen or signed.

Rows of the table of steps stand here as literals, because a migration is history; a test compares them with the table.
Altering one of these tables on SQLite remakes it without its triggers: put them up again in that migration.
"""

from django.db import migrations

FIRST = (("open", "prepared"), ("preset", "requested"), ("preset", "offered"))
MOVES = (
    ("open", "prepared", ("noticed", "active", "cancelled", "lapsed")),
    ("open", "noticed", ("active", "cancelled", "lapsed")),
    ("open", "active", ("ended",)),
    ("preset", "requested", ("offered", "declined", "cancelled", "lapsed")),
    ("preset", "offered", ("signed", "active", "declined", "cancelled", "lapsed")),
    ("preset", "signed", ("active", "lapsed")),
    ("preset", "active", ("ended",)),
)
FIXED = ("reference", "verify_code", "track", "listing_id", "version_id", "licensor_id", "licensee_id", "term_sheet_id")
FIXED += ("licensee_class", "fee_minor", "currency")
KEPT = ("licensing_offerversion", "licensing_signature", "licensing_confirmation")


def _first() -> str:
    return " OR ".join(f"(NEW.track = '{track}' AND NEW.state = '{state}')" for track, state in FIRST)


def _move() -> str:
    listed = (
        f"(NEW.track = '{track}' AND OLD.state = '{old}' AND NEW.state IN ({', '.join(repr(one) for one in new)}))"
        for track, old, new in MOVES
    )
    return " OR ".join(["OLD.state = NEW.state", *listed])


def _changed(word: str) -> str:
    columns = [f"OLD.{column} {word} NEW.{column}" for column in FIXED]
    columns.append(f"(OLD.contract_sha256 <> '' AND OLD.contract_sha256 {word} NEW.contract_sha256)")
    return " OR ".join(columns)


def _postgres() -> list[str]:
    statements = [
        f"""
        CREATE FUNCTION licensing_agreement_steps() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                IF NOT ({_first()}) THEN
                    RAISE EXCEPTION 'an agreement on the % track does not begin as %', NEW.track, NEW.state;
                END IF;
                RETURN NEW;
            END IF;
            IF NOT ({_move()}) THEN
                RAISE EXCEPTION 'no step leads from % to % on the % track', OLD.state, NEW.state, NEW.track;
            END IF;
            IF {_changed("IS DISTINCT FROM")} THEN
                RAISE EXCEPTION 'what an agreement rests on never changes';
            END IF;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER agreement_steps BEFORE INSERT OR UPDATE ON licensing_agreement
        FOR EACH ROW EXECUTE FUNCTION licensing_agreement_steps()
        """,
        """
        CREATE FUNCTION licensing_row_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME;
        END $$
        """,
    ]
    for table in KEPT:
        statements.append(
            f"CREATE TRIGGER row_is_kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION licensing_row_is_kept()"
        )
    return statements


def _sqlite() -> list[str]:
    def trigger(name: str, event: str, table: str, when: str, words: str) -> str:
        return (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {f'WHEN {when}' if when else ''} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )

    agreement = "licensing_agreement"
    statements = [
        trigger("agreement_first", "INSERT", agreement, f"NOT ({_first()})", "an agreement does not begin in this state"),
        trigger("agreement_steps", "UPDATE", agreement, f"NOT ({_move()})", "no step leads from this state to that one"),
        trigger("agreement_fixed", "UPDATE", agreement, _changed("IS NOT"), "what an agreement rests on never changes"),
    ]
    for table in KEPT:
        words = f"rows of {table} are never changed or deleted"
        statements.append(trigger(f"{table}_not_changed", "UPDATE", table, "", words))
        statements.append(trigger(f"{table}_not_deleted", "DELETE", table, "", words))
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
    postgres += ["DROP TRIGGER agreement_steps ON licensing_agreement"]
    postgres += ["DROP FUNCTION licensing_row_is_kept()", "DROP FUNCTION licensing_agreement_steps()"]
    sqlite = [f"DROP TRIGGER {table}_not_{what}" for table in KEPT for what in ("changed", "deleted")]
    sqlite += [f"DROP TRIGGER agreement_{what}" for what in ("first", "steps", "fixed")]
    _run(schema_editor, postgres, sqlite)


class Migration(migrations.Migration):
    dependencies = [("licensing", "0002_statements_and_counter")]
    operations = [migrations.RunPython(forwards, backwards)]
