"""Build the search index anew from the database."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from listings.search import indexer


class Command(BaseCommand):
    """`manage.py rebuild_index`: a new index beside the old one, then one switch. Searching goes on meanwhile."""

    help = "Build the search index anew from the database and switch to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-needed", action="store_true", help="only when there is no index this version can read"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_needed"] and indexer.is_ready():
            stale, gone = indexer.compare()
            if not stale and not gone:
                self.stdout.write("The index is up to date.")
                return
        self.stdout.write(f"Documents in the new index: {indexer.rebuild()}")
