"""`manage.py seed_site`: builds the public pages in both languages."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cms import seeding


class Command(BaseCommand):
    """Makes what is missing and leaves alone what editors changed."""

    help = "Builds the public pages in Chinese and English; existing pages stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        """One option."""
        parser.add_argument("--overwrite", action="store_true", help="write our texts over existing pages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, and say how many pages were made."""
        made = seeding.seed(overwrite=options["overwrite"])
        self.stdout.write(f"{len(made)} pages made")
