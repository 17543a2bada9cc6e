"""Says whether the trail is whole."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.audit.verify import Broken, Head, verify


class Command(BaseCommand):
    """`verify_audit [--head NUMBER:SHA256 …]`; the exit code is 1 when an entry was changed, added or is missing."""

    help = "Check the hash chain of the audit trail; --head compares with a head that was kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--head`, several times."""
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="NUMBER:SHA256",
            help="a head printed by an earlier run: shows also whether the end of the trail was cut off",
        )

    def handle(self, *_args: Any, head: list[str], **_options: Any) -> None:
        """Walk the chain and print its head, to be kept elsewhere."""
        try:
            known = [Head.parse(text) for text in head]
        except ValueError as error:
            raise CommandError(str(error)) from error
        try:
            reached = verify(*known)
        except Broken as broken:
            raise CommandError(f"The trail is broken at {broken}") from broken
        self.stdout.write(f"The trail is whole: {reached.number} entries.")
        self.stdout.write(f"head {reached}")
