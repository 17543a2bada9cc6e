"""Says whether every stored file is what it was when it was stored."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from marketplace.vault import upkeep
from marketplace.vault.models import VaultFile


class Command(BaseCommand):
    """`verify_vault`; the exit code is 1 when a file is missing or changed."""

    help = "Compare every file of the vault with its hash."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Read every file once."""
        wrong = list(upkeep.damaged())
        for _file, reason in wrong:
            self.stderr.write(reason)
        self.stdout.write(f"{VaultFile.objects.count()} files, {len(wrong)} damaged")
        if wrong:
            raise SystemExit(1)
