"""Says whether the site can do its work, and what is wrong where it cannot."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.lib import health


class Command(BaseCommand):
    """`manage.py health`: all that the probes ask and more, with the answers; exit code 1 when one is bad.

    /health/ready/ asks only what the site cannot do without; this asks also what it can do without for a while, and
    says what the gauges read.
    """

    help = "Ask database, outbox, disk and search index whether they work, and read the gauges."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, number in health.gauges().items():
            self.stdout.write(f"{name}: {number:.0f}")
        troubles = health.troubles()
        if troubles:
            raise CommandError("\n".join(f"{name}: {words}" for name, words in troubles.items()))
        self.stdout.write("The site can do its work.")
