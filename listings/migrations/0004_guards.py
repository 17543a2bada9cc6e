"""What must never be true, said to the database: triggers and an exclusion constraint for both vendors.

SQLite's triggers go with a table that Django remakes, so `listings.guards` puts them up behind every migration.
"""

from django.db import migrations

POSTGRES = (
    # LIC-1, TRACK-3: a sole or exclusive license overlaps with nothing; shared kinds each have a lane of their own.
    """
    ALTER TABLE listings_encumbrance ADD CONSTRAINT encumbrance_alone EXCLUDE USING gist (
        int8range(patent_id, patent_id, '[]') WITH &&,
        tstzrange(starts_at, ends_at) WITH &&,
        (CASE WHEN kind IN ('sole', 'exclusive') THEN int8range(NULL, NULL) ELSE int8range(id, id, '[]') END) WITH &&
    )
    """,
    # TRACK-1: nothing is on offer as an open license without a declaration.
    """
    CREATE OR REPLACE FUNCTION listings_open_has_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.track = 'open' AND NEW.state IN ('published', 'withdrawal')
           AND NOT EXISTS (SELECT 1 FROM listings_declaration d WHERE d.listing_id = NEW.id) THEN
            RAISE EXCEPTION 'listing_open_has_declaration' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END $$
    """,
    "DROP TRIGGER IF EXISTS listing_open_has_declaration ON listings_listing",
    """
    CREATE TRIGGER listing_open_has_declaration BEFORE INSERT OR UPDATE ON listings_listing
    FOR EACH ROW EXECUTE FUNCTION listings_open_has_declaration()
    """,
    """
    CREATE OR REPLACE FUNCTION listings_declaration_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM listings_listing l WHERE l.id = OLD.listing_id AND l.track = 'open'
                   AND l.state IN ('published', 'withdrawal')) THEN
            RAISE EXCEPTION 'declaration_of_an_offer_stays' USING ERRCODE = '23514';
        END IF;
        RETURN OLD;
    END $$
    """,
    "DROP TRIGGER IF EXISTS declaration_of_an_offer_stays ON listings_declaration",
    """
    CREATE TRIGGER declaration_of_an_offer_stays BEFORE DELETE ON listings_declaration
    FOR EACH ROW EXECUTE FUNCTION listings_declaration_stays()
    """,
    # LIC-K: what a signatory signed stays what it was.
    """
    CREATE OR REPLACE FUNCTION listings_signed_sheet_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.state <> 'draft' THEN
                RAISE EXCEPTION 'signed_term_sheet_is_frozen' USING ERRCODE = '23514';
            END IF;
            RETURN OLD;
        END IF;
        IF OLD.state <> 'draft' AND (
            NEW.state = 'draft' OR (OLD.state = 'revoked' AND NEW.state <> 'revoked')
            OR NEW.snapshot IS DISTINCT FROM OLD.snapshot OR NEW.sha256 <> OLD.sha256
            OR NEW.signed_by_id IS DISTINCT FROM OLD.signed_by_id OR NEW.signed_at IS DISTINCT FROM OLD.signed_at
            OR NEW.authority_id IS DISTINCT FROM OLD.authority_id OR NEW.signature IS DISTINCT FROM OLD.signature
            OR NEW.organization_id <> OLD.organization_id) THEN
            RAISE EXCEPTION 'signed_term_sheet_is_frozen' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END $$
    """,
    "DROP TRIGGER IF EXISTS signed_term_sheet_is_frozen ON listings_termsheet",
    """
    CREATE TRIGGER signed_term_sheet_is_frozen BEFORE UPDATE OR DELETE ON listings_termsheet
    FOR EACH ROW EXECUTE FUNCTION listings_signed_sheet_is_frozen()
    """,
)
POSTGRES_UNDO = (
    "ALTER TABLE listings_encumbrance DROP CONSTRAINT IF EXISTS encumbrance_alone",
    "DROP TRIGGER IF EXISTS listing_open_has_declaration ON listings_listing",
    "DROP TRIGGER IF EXISTS declaration_of_an_offer_stays ON listings_declaration",
    "DROP TRIGGER IF EXISTS signed_term_sheet_is_frozen ON listings_termsheet",
    "DROP FUNCTION IF EXISTS listings_open_has_declaration()",
    "DROP FUNCTION IF EXISTS listings_declaration_stays()",
    "DROP FUNCTION IF EXISTS listings_signed_sheet_is_frozen()",
)

_OVERLAP = """
    EXISTS (
        SELECT 1 FROM listings_encumbrance e
        WHERE e.patent_id = NEW.patent_id AND e.id IS NOT NEW.id
          AND (e.kind IN ('sole', 'exclusive') OR NEW.kind IN ('sole', 'exclusive'))
          AND (e.ends_at IS NULL OR e.ends_at > NEW.starts_at)
          AND (NEW.ends_at IS NULL OR NEW.ends_at > e.starts_at)
          AND (e.ends_at IS NULL OR e.ends_at > e.starts_at)
          AND (NEW.ends_at IS NULL OR NEW.ends_at > NEW.starts_at)
    )
"""
_UNDECLARED = """
    NEW.track = 'open' AND NEW.state IN ('published', 'withdrawal')
    AND NOT EXISTS (SELECT 1 FROM listings_declaration d WHERE d.listing_id = NEW.id)
"""
_CHANGED = """
    OLD.state <> 'draft' AND (
        NEW.state = 'draft' OR (OLD.state = 'revoked' AND NEW.state <> 'revoked')
        OR NEW.snapshot IS NOT OLD.snapshot OR NEW.sha256 <> OLD.sha256
        OR NEW.signed_by_id IS NOT OLD.signed_by_id OR NEW.signed_at IS NOT OLD.signed_at
        OR NEW.authority_id IS NOT OLD.authority_id OR NEW.signature IS NOT OLD.signature
        OR NEW.organization_id <> OLD.organization_id)
"""
_OFFERED = """
    EXISTS (SELECT 1 FROM listings_listing l WHERE l.id = OLD.listing_id AND l.track = 'open'
            AND l.state IN ('published', 'withdrawal'))
"""
SQLITE_GUARDS = {
    "encumbrance_alone_insert": ("BEFORE INSERT ON listings_encumbrance", _OVERLAP, "encumbrance_alone"),
    "encumbrance_alone_update": ("BEFORE UPDATE ON listings_encumbrance", _OVERLAP, "encumbrance_alone"),
    "listing_open_insert": ("BEFORE INSERT ON listings_listing", _UNDECLARED, "listing_open_has_declaration"),
    "listing_open_update": ("BEFORE UPDATE ON listings_listing", _UNDECLARED, "listing_open_has_declaration"),
    "declaration_stays": ("BEFORE DELETE ON listings_declaration", _OFFERED, "declaration_of_an_offer_stays"),
    "sheet_frozen_update": ("BEFORE UPDATE ON listings_termsheet", _CHANGED, "signed_term_sheet_is_frozen"),
    "sheet_frozen_delete": ("BEFORE DELETE ON listings_termsheet", "OLD.state <> 'draft'", "signed_term_sheet_is_frozen"),
}


def guard(apps, schema_editor):
    """Put PostgreSQL's guards up; those that stand already are put up anew."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_UNDO[0])
        for statement in POSTGRES:
            schema_editor.execute(statement)


def unguard(apps, schema_editor):
    """Take the guards down."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRES_UNDO:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("listings", "0003_importing")]
    operations = [migrations.RunPython(guard, unguard)]
