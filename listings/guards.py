"""What must never be true of an offer, said to the database: triggers for both vendors (TRACK-1, PRESET-2, LIC-K …).

PostgreSQL gets them by migration. SQLite drops a table's triggers whenever Django remakes the table, and stumbles over
triggers that name a table which is just being remade; so there they are taken down before a migration and put up again
behind it, always all of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from django.db import connections

# Where an approved offer stands: what contradicts a rule may lie in a draft, and never here.
_OFFERED = "'publicity', 'awaiting', 'published', 'withdrawal'"


class Guard(NamedTuple):
    """One trigger: on which table, for which changes, when it refuses, and the words of the refusal.

    `refuses` is SQL that both databases understand, about NEW (or OLD, for a deletion); `postgres` says the same where
    PostgreSQL needs other words.
    """

    name: str
    table: str
    events: tuple[str, ...]
    refuses: str
    message: str
    postgres: str = ""


def _unlawful(terms: str, track: str) -> str:
    """SQL: terms that an offer of the track can never have, whatever a form or an import let through."""
    trial = f"{terms}.fee_mode = 'free_then_paid'"
    prices = f"EXISTS (SELECT 1 FROM listings_classprice p WHERE p.terms_id = {terms}.id)"  # noqa: S608
    return f"""(
        ({track} = 'open' AND ({trial} OR {terms}.free_months > 0 OR {terms}.classes_only OR {terms}.territory <> 'CN'
            OR length({terms}.fee_explanation) > 2000 OR {prices}))
        OR ({trial} AND ({terms}.free_months NOT BETWEEN 1 AND 60 OR {terms}."trigger" = '' OR {terms}.later_mode = ''
            OR {terms}.months <= {terms}.free_months))
        OR {terms}.months = 0
        OR ({terms}.fee_mode IN ('royalty', 'entry_royalty') AND ({terms}.royalty_bp = 0 OR {terms}.royalty_base = ''))
    )"""


# DECL-5: a patent's last day is over at 16:00 UTC, midnight in Shanghai; China has no daylight-saving time.
_LICENSED = "EXISTS (SELECT 1 FROM listings_patent p WHERE p.id = NEW.patent_id AND NEW.kind <> 'open_declaration'"

GUARDS = (
    Guard(
        "offer_is_lawful",
        "listings_listing",
        ("INSERT", "UPDATE"),
        f"NEW.state IN ({_OFFERED}) AND EXISTS (SELECT 1 FROM listings_offerterms t WHERE"  # noqa: S608
        f" (t.listing_id = NEW.id OR t.variant_of_id = NEW.id) AND {_unlawful('t', 'NEW.track')})",
        "offer_terms_contradict_a_rule",
    ),
    Guard(
        "terms_of_an_offer_are_lawful",
        "listings_offerterms",
        ("INSERT", "UPDATE"),
        "EXISTS (SELECT 1 FROM listings_listing l WHERE l.id IN (NEW.listing_id, NEW.variant_of_id)"  # noqa: S608
        f" AND l.state IN ({_OFFERED}) AND {_unlawful('NEW', 'l.track')})",
        "offer_terms_contradict_a_rule",
    ),
    Guard(
        "no_class_price_on_an_open_offer",
        "listings_classprice",
        ("INSERT", "UPDATE"),
        "EXISTS (SELECT 1 FROM listings_offerterms t JOIN listings_listing l ON l.id IN (t.listing_id, t.variant_of_id)"  # noqa: S608
        f" WHERE t.id = NEW.terms_id AND l.track = 'open' AND l.state IN ({_OFFERED}))",
        "open_license_has_one_price",
    ),
    Guard(
        "offer_of_a_living_patent",
        "listings_listing",
        ("INSERT", "UPDATE"),
        f"NEW.state IN ({_OFFERED}) AND EXISTS (SELECT 1 FROM listings_patent p WHERE p.id = NEW.patent_id AND"  # noqa: S608
        " (p.granted_on IS NULL OR p.organization_id IS NULL OR p.last_day < p.granted_on))",
        "offer_needs_a_granted_patent_of_its_own",
    ),
    Guard(
        "track_stays",
        "listings_listing",
        ("UPDATE",),
        "OLD.track <> NEW.track",
        "listing_track_stays",
    ),
    Guard(
        "signed_sheet_is_lawful",
        "listings_termsheet",
        ("INSERT", "UPDATE"),
        "NEW.state = 'signed' AND NEW.fee_mode = 'free_then_paid'"
        " AND (NEW.free_months NOT BETWEEN 1 AND 60 OR NEW.months <= NEW.free_months)",
        "offer_terms_contradict_a_rule",
    ),
    Guard(
        "license_outlives_no_patent",
        "listings_encumbrance",
        ("INSERT", "UPDATE"),
        f"{_LICENSED} AND NEW.ends_at > p.last_day || ' 16:00:00')",
        "license_outlives_its_patent",
        f"{_LICENSED} AND NEW.ends_at > (p.last_day + interval '16 hours') AT TIME ZONE 'UTC')",
    ),
    Guard(
        "answered_asking_is_frozen",
        "listings_asking",
        ("UPDATE",),
        "NEW.body <> OLD.body OR NEW.sha256 <> OLD.sha256 OR NEW.email <> OLD.email"
        " OR (OLD.state <> 'waiting' AND (NEW.state <> OLD.state OR NEW.answer_name <> OLD.answer_name"
        " OR NEW.answer_capacity <> OLD.answer_capacity OR NEW.answer_reason <> OLD.answer_reason))",
        "asking_is_frozen",
    ),
    Guard(
        "answered_asking_stays",
        "listings_asking",
        ("DELETE",),
        "OLD.state IN ('agreed', 'refused')",
        "asking_is_frozen",
    ),
)


def _first_sqlite() -> dict[str, tuple[str, str, str]]:
    """The guards of migration 0004, in SQLite's words: name → (when, condition, message)."""
    told: dict[str, tuple[str, str, str]] = import_module("listings.migrations.0004_guards").SQLITE_GUARDS
    return told


def sqlite_triggers() -> dict[str, str]:
    """Every trigger that SQLite has to have, by name, as the statement that makes it."""
    told = {
        f"{guard.name}_{event.lower()}": (f"BEFORE {event} ON {guard.table}", guard.refuses, guard.message)
        for guard in GUARDS
        for event in guard.events
    }
    return {
        name: f"CREATE TRIGGER {name} {when} FOR EACH ROW WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for name, (when, condition, message) in (_first_sqlite() | told).items()
    }


def postgres_statements() -> list[str]:
    """What makes PostgreSQL's functions and triggers, those that stand already anew."""
    made = []
    for guard in GUARDS:
        kept = "OLD" if guard.events == ("DELETE",) else "NEW"
        refusal = f"RAISE EXCEPTION '{guard.message}' USING ERRCODE = '23514'"
        body = f"$$ BEGIN IF {guard.postgres or guard.refuses} THEN {refusal}; END IF; RETURN {kept}; END $$"
        call = f"FOR EACH ROW EXECUTE FUNCTION listings_{guard.name}()"
        made += [
            f"CREATE OR REPLACE FUNCTION listings_{guard.name}() RETURNS trigger LANGUAGE plpgsql AS {body}",
            f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}",
            f"CREATE TRIGGER {guard.name} BEFORE {' OR '.join(guard.events)} ON {guard.table} {call}",
        ]
    return made


def postgres_undo() -> list[str]:
    """What takes PostgreSQL's triggers and functions away."""
    drop = [f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}" for guard in GUARDS]
    return drop + [f"DROP FUNCTION IF EXISTS listings_{guard.name}()" for guard in GUARDS]


def take_down(using: str = "default", **_: Any) -> None:
    """Before a migration: take SQLite's triggers away, so that tables can be remade."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in sqlite_triggers():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def put_up(using: str = "default", **_: Any) -> None:
    """After a migration: put SQLite's triggers up again, those whose tables exist at this point."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name, statement in sqlite_triggers().items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            if statement.split(" ON ", 1)[1].split(" ", 1)[0] in tables:
                cursor.execute(statement)
