"""`manage.py integrity --all`: look for what is odd, everywhere."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from listings.integrity import registry, running
from listings.models import FlagKind


class Command(BaseCommand):
    """Runs every detector over the whole platform and prints how many flags stand open."""

    help = "Recompute the integrity flags."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--all` says that it is meant."""
        parser.add_argument("--all", action="store_true", help="look at every patent, listing, organization and deal")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run and count."""
        if not options["all"]:
            raise CommandError("Say --all: what moves is looked at by itself.")
        counts = running.recompute(registry.Scope())
        for kind in FlagKind:
            self.stdout.write(f"{kind.value:<14}{counts[kind.value]:>6}")
