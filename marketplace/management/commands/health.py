"""Says whether the site can do its work, and what is wrong where it cannot."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.lib import health


class Command(BaseCommand):
    """`manage.py health`: the same questions as /health/ready/, with the answers; exit code 1 when one is bad."""

    help = "Ask database, outbox, disk and search index whether they work."

    def handle(self, *args: Any, **options: Any) -> None:
        troubles = health.troubles()
        if troubles:
            raise CommandError("\n".join(f"{name}: {words}" for name, words in troubles.items()))
        self.stdout.write("The site can do its work.")
