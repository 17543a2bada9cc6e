"""`manage.py reconcile`: look again at unhandled messages and unfinished payments, then check the books."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.payments import book_checks, reconciling


class Command(BaseCommand):
    """Acts again on what was left over and says what stays open; exit code 1 when the books are wrong."""

    help = "Act again on unhandled webhook events and open payments, then check the ledger."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run one round. Raises CommandError when the ledger's self-check finds a fault."""
        found = reconciling.reconcile()
        for line in found.done:
            self.stdout.write(f"done  {line}")
        for line in found.open:
            self.stdout.write(f"open  {line}")
        faults = book_checks.self_check()
        if faults:
            raise CommandError("the books are wrong:\n" + "\n".join(faults))
        self.stdout.write(f"{len(found.done)} done, {len(found.open)} open, the books are right")
