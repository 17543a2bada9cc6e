"""Whether files can still be stored."""

from __future__ import annotations

import shutil
from pathlib import Path

from marketplace.lib import health
from marketplace.lib.health import Unwell
from marketplace.vault import files

LEAST_FREE = 512 * 2**20  # bytes; the largest upload is 20 MiB, the database needs room of its own


def disk() -> None:
    """Raises Unwell when the disk of the vault is nearly full. Object storage has no such limit."""
    try:
        folder = Path(files.vault().path(""))
    except NotImplementedError:
        return
    while not folder.exists():  # nothing has been stored yet
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise Unwell(f"{free // 2**20} MiB are free at {folder}")


def register() -> None:
    """Let the probes ask."""
    health.register("disk", disk)
