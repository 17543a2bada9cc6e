"""Compare the search index with the database."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from listings.search import drift


class Command(BaseCommand):
    """`manage.py search_drift [--repair]`: what the index has wrong, by kind; exit code 1 when it was not mended."""

    help = "Compare every document of the search index with the database; --repair mends what is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="store anew what is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        found = drift.find()
        for name, count in found.counts.items():
            self.stdout.write(f"{name}: {count}")
        if not found:
            self.stdout.write("The index says what the database says.")
        elif options["repair"]:
            self.stdout.write(f"Mended: {drift.repair(found)}")
        else:
            raise CommandError("The index has drifted from the database; run it again with --repair.")
