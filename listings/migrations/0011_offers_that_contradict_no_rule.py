"""More of what must never be true of an offer, for PostgreSQL; SQLite gets it behind every migration."""

from django.db import migrations

from listings import guards


def guard(apps, schema_editor):
    """Put the triggers up."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in guards.postgres_statements():
            schema_editor.execute(statement)


def unguard(apps, schema_editor):
    """Take them down."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in guards.postgres_undo():
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("listings", "0010_askings_and_constraints")]
    operations = [migrations.RunPython(guard, unguard)]
