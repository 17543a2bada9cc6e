"""The table of steps and the frozen columns, said to the database on every migration.

SQLite drops a table's triggers whenever Django remakes the table, so they are taken down before a migration and put
up again after it; PostgreSQL keeps its triggers, and only the function that lists the moves is made anew.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from django.db import connections

TABLE = "licensing_agreement"
NAMES = ("agreement_first", "agreement_steps", "agreement_fixed")
LOOKING = (  # triggers of other tables that look into this one: SQLite cannot remake a table while they stand
    "licensing_signature_not_deleted", "licensing_confirmation_not_deleted", "licensing_negotiationnote_not_deleted",
    "proposal_not_deleted", "licensing_acceptance_not_deleted", "licensing_offerversion_not_changed",
)  # fmt: skip


def _listed() -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    from marketplace.licensing import states

    first = {(str(track), str(to)) for step in states.STEPS.values() if not step.source for track in step.tracks
             for to in step.targets}  # fmt: skip
    return sorted(first), sorted(states.moves())


def _history() -> ModuleType:
    return import_module("marketplace.licensing.migrations.0003_guards")


def first_sql() -> str:
    """The condition under which an agreement may begin, over NEW."""
    return " OR ".join(f"(NEW.track = '{track}' AND NEW.state = '{state}')" for track, state in _listed()[0])


def move_sql() -> str:
    """The condition under which an agreement may go from OLD to NEW."""
    listed = (
        f"(NEW.track = '{track}' AND OLD.state = '{old}' AND NEW.state = '{new}')" for track, old, new in _listed()[1]
    )
    return " OR ".join(["OLD.state = NEW.state", *listed])


def sqlite_triggers() -> dict[str, str]:
    """SQLite's triggers on agreements, by name."""

    def trigger(name: str, event: str, when: str, words: str) -> str:
        return f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} WHEN {when} BEGIN SELECT RAISE(ABORT, '{words}'); END"

    first, steps, fixed = NAMES
    return {
        first: trigger(first, "INSERT", f"NOT ({first_sql()})", "an agreement does not begin in this state"),
        steps: trigger(steps, "UPDATE", f"NOT ({move_sql()})", "no step leads from this state to that one"),
        fixed: trigger(fixed, "UPDATE", _history()._changed("IS NOT"), "what an agreement rests on never changes"),
    }


def postgres_function() -> str:
    """PostgreSQL's function behind the trigger on agreements, as the table stands now."""
    return f"""
        CREATE OR REPLACE FUNCTION licensing_agreement_steps() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                IF NOT ({first_sql()}) THEN
                    RAISE EXCEPTION 'an agreement on the % track does not begin as %', NEW.track, NEW.state;
                END IF;
                RETURN NEW;
            END IF;
            IF NOT ({move_sql()}) THEN
                RAISE EXCEPTION 'no step leads from % to % on the % track', OLD.state, NEW.state, NEW.track;
            END IF;
            IF {_history()._changed("IS DISTINCT FROM")} THEN
                RAISE EXCEPTION 'what an agreement rests on never changes';
            END IF;
            RETURN NEW;
        END $$
        """


def take_down(using: str = "default", **_: Any) -> None:
    """Before a migration: take SQLite's triggers away, so that the table can be remade."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in (*NAMES, *LOOKING):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def put_up(using: str = "default", **_: Any) -> None:
    """After a migration: the guards as the table of steps stands now, where the table exists."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(postgres_function())  # no parameters: "%" is a letter here
            return
        for name, statement in sqlite_triggers().items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(statement)
        columns = {column.name for column in connection.introspection.get_table_description(cursor, TABLE)}
        if "emptied_at" in columns:  # not while the migrations are taken back to before it
            for statement in import_module("marketplace.licensing.migrations.0014_rows_go_after_their_time")._sqlite():
                cursor.execute(statement)
