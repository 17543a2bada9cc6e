"""Makes a data folder ready to serve: database, cache table, catalogs, pages, demo data, index."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from marketplace import catalogs


class Command(BaseCommand):
    """`manage.py prepare [--demo]`; safe to repeat, keeps what is there."""

    help = "Migrate, compile translations, seed the site's pages (and demo data), rebuild the search index."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="invented universities, firms and patents")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["demo"] and not settings.DEMO:
            raise CommandError("Demo data belong only where the setting DEMO is on.")
        catalogs.compile_all()
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a missing one
        fresh = not connection.introspection.table_names()
        if fresh and connection.vendor == "sqlite":
            # Nothing is lost when the power fails now: the next start begins anew. From here on it is.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=OFF")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("seed_site")
        if options["demo"]:
            call_command("demo_data")
        call_command("rebuild_index")
        connection.close()
