"""What columns meant to an organization before: asked once, remembered by the names in the header."""

from __future__ import annotations

from collections.abc import Sequence

from listings.importing.columns import fingerprint, meanings, remembered
from listings.models import ColumnMemory, ImportRun
from marketplace.accounts.models import Organization, User


def recall(organization: Organization | None, header: Sequence[str]) -> dict[str, str]:
    """The mapping that somebody of the organization gave to such a header; empty where nobody did."""
    mark = fingerprint(header)
    kept = ColumnMemory.objects.filter(organization=organization, fingerprint=mark).first() if mark else None
    return remembered(header, kept.mapping) if kept else {}


def keep(run: ImportRun, by: User) -> None:
    """Remember what the run's columns mean, for the next sheet with the same header."""
    mark = fingerprint(run.header)
    if mark:
        ColumnMemory.objects.update_or_create(
            organization=run.organization,
            fingerprint=mark,
            defaults={"mapping": meanings(run.header, run.mapping), "told_by": by},
        )
