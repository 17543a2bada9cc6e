"""Bring a file of legal status in from the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from listings.health import flow
from listings.health.reading import PROBLEMS
from listings.models import StatusRun
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.sheets import BadSheet


class Command(BaseCommand):
    """`manage.py import_status FILE --source NAME --by EMAIL`: a dry run, or with --commit the import."""

    help = "Read a file of legal status, tell what would become of each row, and with --commit store it whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="who says it: shown with every status")
        parser.add_argument("--by", required=True, help="e-mail address of the person who imports")
        parser.add_argument("--organization", default="", help="its credit code; without it (moderators) everybody's")
        parser.add_argument("--as-of", type=date.fromisoformat, help="day on which it was looked up, as 2026-03-15")
        parser.add_argument("--commit", action="store_true", help="store the rows; without it nothing is stored")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        by = User.objects.filter(email=options["by"].lower()).first()
        if by is None:
            raise CommandError(f"nobody has the address {options['by']}")
        organization = None
        if options["organization"]:
            organization = Organization.objects.filter(credit_code=options["organization"].upper()).first()
            if organization is None:
                raise CommandError(f"no organization has the code {options['organization']}")
        try:
            run, new = flow.stage(
                path.read_bytes(),
                path.name,
                source=options["source"],
                by=by,
                organization=organization,
                as_of=options["as_of"],
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except (BadSheet, PermissionDenied, Refused) as error:
            raise CommandError(str(error)) from error
        if run.committed_at:
            self.stdout.write(f"This file was stored on {run.committed_at:%Y-%m-%d}; nothing to do.")
            return
        self._tell(run)
        if options["commit"]:
            flow.commit(run, by=by)
            self.stdout.write("Stored.")
            return
        if new:
            flow.discard(run, by=by)
        self.stdout.write("Dry run: nothing is stored. Add --commit to store.")

    def _tell(self, run: StatusRun) -> None:
        for row in run.rows.order_by("number"):
            why = PROBLEMS.get(row.problem, "")
            self.stdout.write(
                f"{row.number}\t{row.outcome}\t{row.application_number}\t{row.status or row.event}\t{why}"
            )
        self.stdout.write("Rows: " + ", ".join(f"{name} {count}" for name, count in sorted(run.counts.items())))
