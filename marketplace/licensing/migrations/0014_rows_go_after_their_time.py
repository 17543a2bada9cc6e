"""What the guards keep may go once its deal, or its negotiation, was emptied after its time; nothing else may (KEEP-1).

Altering one of these tables on SQLite remakes it without its triggers: put them up again in that migration.
"""

from importlib import import_module

from django.db import migrations

_0003 = import_module("marketplace.licensing.migrations.0003_guards")
_0010 = import_module("marketplace.licensing.migrations.0010_versions_are_kept")

EMPTIED = "EXISTS (SELECT 1 FROM {table} AS held WHERE held.id = {key} AND held.emptied_at IS NOT NULL)"
OF_DEAL = EMPTIED.format(table="licensing_agreement", key="{key}")
OF_TALK = EMPTIED.format(table="licensing_negotiation", key="{key}")
OF_PROPOSAL = OF_TALK.format(key="(SELECT put.negotiation_id FROM licensing_proposal AS put WHERE put.id = {key})")
GOES = {
    "licensing_signature": OF_DEAL.format(key="OLD.agreement_id"),
    "licensing_confirmation": OF_DEAL.format(key="OLD.agreement_id"),
    "licensing_negotiationnote": OF_TALK.format(key="OLD.negotiation_id"),
    "licensing_proposal": OF_TALK.format(key="OLD.negotiation_id"),
    "licensing_acceptance": OF_PROPOSAL.format(key="OLD.proposal_id"),
}
BLANKED = (  # the frozen offer of deals that were all emptied
    "EXISTS (SELECT 1 FROM licensing_agreement AS gone WHERE gone.version_id = OLD.id)"
    " AND NOT EXISTS (SELECT 1 FROM licensing_agreement AS live WHERE live.version_id = OLD.id"
    " AND live.emptied_at IS NULL)"
)
COLUMNS = ("id", "listing_id", "sha256")


def _postgres():
    tests = "\n".join(
        f"IF TG_TABLE_NAME = '{table}' THEN IF {goes} THEN RETURN OLD; END IF; END IF;"
        for table, goes in GOES.items()
        if table != "licensing_proposal"
    )
    same = " AND ".join(f"OLD.{column} = NEW.{column}" for column in COLUMNS)
    changed = _0010._changed("IS DISTINCT FROM")
    return [
        f"""
        CREATE OR REPLACE FUNCTION licensing_row_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                {tests}
            ELSIF TG_TABLE_NAME = 'licensing_offerversion' THEN
                IF {BLANKED} AND {same} THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME;
        END $$
        """,
        f"""
        CREATE OR REPLACE FUNCTION licensing_proposal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF {GOES["licensing_proposal"]} THEN RETURN OLD; END IF;
                RAISE EXCEPTION '{_0010.WORDS}';
            END IF;
            IF {changed} THEN
                RAISE EXCEPTION '{_0010.WORDS}';
            END IF;
            RETURN NEW;
        END $$
        """,
    ]


def _sqlite():
    statements = []
    for table, goes in GOES.items():
        short = "proposal" if table == "licensing_proposal" else table
        words = _0010.WORDS if table == "licensing_proposal" else f"rows of {table} are never changed or deleted"
        statements.append(f"DROP TRIGGER IF EXISTS {short}_not_deleted")
        statements.append(
            f"CREATE TRIGGER {short}_not_deleted BEFORE DELETE ON {table} WHEN NOT {goes} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
    same = " AND ".join(f"OLD.{column} IS NEW.{column}" for column in COLUMNS)
    version = "licensing_offerversion"
    statements.append(f"DROP TRIGGER IF EXISTS {version}_not_changed")
    statements.append(
        f"CREATE TRIGGER {version}_not_changed BEFORE UPDATE ON {version} WHEN NOT ({BLANKED} AND {same}) "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {version} are never changed or deleted'); END"
    )
    return statements


def _postgres_back():
    words = "rows of % are never changed or deleted"
    return [
        "CREATE OR REPLACE FUNCTION licensing_row_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{words}', TG_TABLE_NAME; END $$",
        _0010._postgres()[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    ]


def _sqlite_back():
    statements = [
        f"DROP TRIGGER IF EXISTS {'proposal' if 'proposal' in table else table}_not_deleted" for table in GOES
    ]
    statements.append("DROP TRIGGER IF EXISTS licensing_offerversion_not_changed")
    again = [one for one in [*_0003._sqlite(), *_0010._sqlite()] if "_not_deleted" in one or "offerversion_not" in one]
    return statements + [one for one in again if "offerversion_not_deleted" not in one]


def forwards(apps, schema_editor):
    """Let rows go with their emptied deal."""
    _0003._run(schema_editor, _postgres(), _sqlite())


def backwards(apps, schema_editor):
    """Keep them for ever again."""
    _0003._run(schema_editor, _postgres_back(), _sqlite_back())


class Migration(migrations.Migration):
    dependencies = [("licensing", "0013_emptied_after_its_time")]
    operations = [migrations.RunPython(forwards, backwards)]
