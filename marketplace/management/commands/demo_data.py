"""Fills an empty database with the demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace.demo.build import NotEmpty, build


class Command(BaseCommand):
    """`manage.py demo_data`; leaves a database with people in it as it is."""

    help = "Invented universities, firms, patents, offers and deals, marked 示例."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data belong only where the setting DEMO is on.")
        try:
            lines = build()
        except NotEmpty:
            self.stdout.write("There are people in this database; it is left as it is.")
            return
        (settings.DATA_DIR / "demo-log-ins").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.stdout.write("\n".join(lines))
