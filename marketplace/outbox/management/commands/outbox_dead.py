"""Lists the effects that were given up, and gives them another try."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.outbox import worker


class Command(BaseCommand):
    """`outbox_dead [--retry ID …] [--retry-all]`; the exit code is 1 while dead effects remain."""

    help = "List the effects that failed for good; --retry gives one eight new attempts."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--retry ID`, several times, or `--retry-all`."""
        parser.add_argument("--retry", type=int, action="append", default=[], metavar="ID")
        parser.add_argument("--retry-all", action="store_true")

    def handle(self, *_args: Any, retry: list[int], retry_all: bool, **_options: Any) -> None:
        """Retry what is asked for, then list what remains."""
        for number in [effect.pk for effect in worker.dead()] if retry_all else retry:
            if not worker.retry(number):
                raise CommandError(f"there is no dead effect {number}")
            self.stdout.write(f"{number} will be tried again")
        remaining = worker.dead()
        for effect in remaining:
            since = effect.created_at.isoformat(timespec="seconds")
            self.stdout.write(f"{effect.pk}\t{effect.topic}\t{effect.key}\tsince {since}\t{effect.last_error}")
        if remaining:
            raise SystemExit(1)
