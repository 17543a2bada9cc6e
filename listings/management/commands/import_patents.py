"""Bring a sheet of patents in from the command line."""

from __future__ import annotations

import contextlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from listings.importing import flow, remarks, steps, template
from listings.importing.plan import totals
from listings.models import ImportRun, ImportState
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.sheets import BadSheet


class Command(BaseCommand):
    """`manage.py import_patents FILE --organization CODE --by EMAIL`: a dry run, or with --commit the import."""

    help = "Read a sheet of patents, tell what would become of each row, and with --commit store it whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--organization", help="the owner: its code on this site or its credit code")
        whose.add_argument("--reference", action="store_true", help="as reference records, never offerable")
        parser.add_argument("--by", required=True, help="e-mail address of the person who imports")
        parser.add_argument("--commit", action="store_true", help="store the rows; without it nothing is stored")
        parser.add_argument(
            "--leave-out", action="store_true", help="store although some rows are refused, without them"
        )
        parser.add_argument(
            "--corrections", type=Path, metavar="FILE", help="write the sheet with what to mend in it (xlsx)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        by = User.objects.filter(email=options["by"].lower()).first()
        if by is None:
            raise CommandError(f"nobody has the address {options['by']}")
        organization = None if options["reference"] else _organization(options["organization"])
        try:
            run, created = flow.stage(path.read_bytes(), path.name, organization=organization, by=by, wait=True)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except (BadSheet, PermissionDenied) as error:
            raise CommandError(str(error)) from error
        if run.state == ImportState.COMMITTED:
            self.stdout.write(f"This file was stored on {run.committed_at:%Y-%m-%d}; nothing to do.")
            return
        steps.finish(run)  # somebody else may have begun
        self._tell(run)
        if options["corrections"]:
            options["corrections"].write_bytes(template.corrected(run))
        if not options["commit"]:
            if created:
                flow.discard(run, by=by)
            self.stdout.write("Dry run: nothing is stored. Add --commit to store.")
            return
        try:
            run = flow.commit(run, by=by, leave_out=options["leave_out"], wait=True)
        except Refused as refused:
            raise CommandError(f"nothing is stored: {refused}") from refused
        self.stdout.write(f"Stored: {run.counts.get('new', 0)} new, {run.counts.get('changed', 0)} changed.")

    def _tell(self, run: ImportRun) -> None:
        for row in run.rows.order_by("number").iterator(chunk_size=steps.CHUNK):
            told = [remarks.told(stored) for stored in row.findings]
            words = " | ".join(f"[{one.severity}] {remarks.column_words(one.field)}: {one}" for one in told)
            self.stdout.write(f"{row.number}\t{row.outcome}\t{words}")
        counts = ", ".join(f"{name} {number}" for name, number in totals(run.counts).items() if number)
        self.stdout.write(f"Rows: {counts}")


def _organization(code: str) -> Organization:
    asked = Q(credit_code=code.upper())
    with contextlib.suppress(ValueError):
        asked |= Q(code=UUID(code))
    found = Organization.objects.filter(asked).first()
    if found is None:
        raise CommandError(f"no organization has the code {code}")
    return found
