"""Deletes what is past its time, as the worker does every night."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from marketplace.accounts.privacy import retention


class Command(BaseCommand):
    """`retention`: delete now, and say how many rows of what."""

    help = "Delete personal data that is past its time (KEEP-1)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """One line for each kind; -1 means that it failed and the log says why."""
        for name, rows in retention.run().items():
            self.stdout.write(f"{name}: {rows}")
