"""Brings the Chinese catalog up to date with the code and names what is not translated."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace import catalogs


class Command(BaseCommand):
    """`manage.py messages`; with `--check` nothing is written and a gap is an error."""

    help = "Update locale/zh_Hans from the code, compile it, and list what lacks a translation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when the catalog lacks a message")

    def handle(self, *args: Any, **options: Any) -> None:
        catalog = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"
        messages = list(catalogs.found_in_code(settings.BASE_DIR))
        updated = catalogs.update(catalog, messages)
        catalogs.compile_all()
        missing = catalogs.untranslated(updated)
        self.stdout.write(f"{len(updated)} messages, {len(missing)} without a right translation")
        for text in missing:
            self.stdout.write(f"  {text!r}")
        if missing and options["check"]:
            raise CommandError("The Chinese catalog is not complete.")
