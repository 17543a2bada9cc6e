"""Build the search index anew from the database."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from listings.search import indexer, meaning, meanings, vocabulary


class Command(BaseCommand):
    """`manage.py rebuild_index`: a new index beside the old one, then one switch. Searching goes on meanwhile."""

    help = "Build the search index anew from the database and switch to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-needed", action="store_true", help="only when there is no index this version can read"
        )
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="that make documents; as many as cores"
        )
        parser.add_argument(
            "--meanings", type=int, default=150, help="most meanings computed before (0.4 s each); 150 if not given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_needed"] and indexer.is_ready():
            stale, gone = indexer.compare()
            if not stale and not gone:
                self.stdout.write("The index is up to date.")
                return
        self._meanings(options["meanings"])
        self.stdout.write(f"Documents in the new index: {indexer.rebuild(options['processes'])}")
        self.stdout.write(f"Words of theirs: {vocabulary.count()}")

    def _meanings(self, most: int) -> None:
        model = meaning.encoder()
        if model is None:
            self.stdout.write("No model compares meanings: the extra `semantic` is not installed, or switched off.")
            return
        done = meanings.store_missing(most)
        left = meanings.missing().count()
        self.stdout.write(f"Meanings computed by {model.name}: {done}; left to the outbox worker: {left}")
