"""The database's word on DECL-5, for PostgreSQL; SQLite gets it behind every migration."""

from importlib import import_module

from django.db import migrations

guards = import_module("listings.migrations.0011_offers_that_contradict_no_rule")


class Migration(migrations.Migration):
    dependencies = [("listings", "0017_letters_and_pledges")]
    operations = [migrations.RunPython(guards.guard, migrations.RunPython.noop)]
