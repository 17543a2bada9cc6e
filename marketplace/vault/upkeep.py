"""Looking after the vault: files that nobody names, and files that are not what they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import Storage
from django.utils import timezone

from marketplace.outbox import outbox
from marketplace.vault import files
from marketplace.vault.models import VaultFile

GRACE = timedelta(days=1)  # a file is written before its row; an upload may still be on its way


def sweep() -> int:
    """Delete stored files that no row names and that are older than a day; how many there were.

    They are left by crashes and by transactions that were undone after the bytes were written.
    """
    storage = files.vault()
    before = timezone.now() - GRACE
    swept = 0
    for name in _stored(storage, ""):
        if VaultFile.objects.filter(stored_as=name).exists() or storage.get_modified_time(name) > before:
            continue
        storage.delete(name)
        swept += 1
    return swept


def _stored(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, names = storage.listdir(folder or ".")
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    for name in names:
        yield f"{prefix}{name}"
    for inner in folders:
        yield from _stored(storage, f"{prefix}{inner}")


def damaged() -> Iterator[tuple[VaultFile, str]]:
    """Every file whose bytes are missing or changed, with what is wrong."""
    for file in VaultFile.objects.filter(deleted_at__isnull=True).order_by("pk").iterator(chunk_size=500):
        try:
            files.read(file)
        except files.Damaged as error:
            yield file, str(error)


def register() -> None:
    """Sweep once a day."""
    outbox.every(24 * 3600, "vault.sweep")(sweep)
