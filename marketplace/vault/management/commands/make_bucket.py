"""Make the bucket that the settings name."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.vault import files


class Command(BaseCommand):
    """`manage.py make_bucket`: safe to repeat; nothing to do where files are on the disk."""

    help = "Make the bucket of the object storage where it is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        make = getattr(files.vault(), "make_bucket", None)
        if make is None:
            self.stdout.write("Files are on the disk; there is no bucket.")
            return
        try:
            self.stdout.write("The bucket was made." if make() else "The bucket is there.")
        except OSError as refused:
            raise CommandError(str(refused)) from refused
