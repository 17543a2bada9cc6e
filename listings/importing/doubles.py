"""What rows of one sheet say about each other: the same patent twice, one announcement number under two patents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Count

from listings.importing.plan import compare
from listings.importing.remarks import blocks, note
from listings.models import ImportRow, ImportRun, Outcome

CHANGED = ["outcome", "facts", "findings", "gates", "patent", "key", "announced"]
GROUPS = 400  # numbers looked at together


def doubled_numbers(run: ImportRun, after: str) -> list[str]:
    """Application numbers that stand in several rows, in order, from one on."""
    rows = run.rows.filter(key__gt=after).order_by("key").values("key")
    return list(rows.annotate(rows=Count("pk")).filter(rows__gt=1).values_list("key", flat=True)[:GROUPS])


def doubled_announcements(run: ImportRun, after: str) -> list[str]:
    """Announcement numbers that stand beside several application numbers, in order, from one on."""
    rows = run.rows.filter(announced__gt=after).order_by("announced").values("announced")
    found = rows.annotate(numbers=Count("key", distinct=True)).filter(numbers__gt=1)
    return list(found.values_list("announced", flat=True)[:GROUPS])


def mark_doubles(run: ImportRun, numbers: Sequence[str]) -> None:
    """IMP-2: one patent, one row, whatever the spelling; the first row that is not refused counts."""
    first: dict[str, ImportRow] = {}
    changed = []
    for row in run.rows.filter(key__in=numbers).order_by("number"):
        if blocks(row.findings):
            continue
        earlier = first.setdefault(row.key, row)
        if earlier is row:
            continue
        same = earlier.facts.get("title") == row.facts.get("title")
        told = [stored for stored in row.findings if not stored[0].startswith(("double", "changes", "completes"))]
        row.findings = [*told, note("double" if same else "double_differs", "number", row=earlier.number)]
        row.outcome, row.patent, row.gates = Outcome.DOUBLE, None, {}
        changed.append(row)
    save(changed)


def mark_announcements(run: ImportRun, numbers: Sequence[str]) -> None:
    """One announcement number under two application numbers is wrong in one of them: it is left out of all."""
    groups: dict[str, list[ImportRow]] = defaultdict(list)
    for row in run.rows.filter(announced__in=numbers).order_by("number"):
        groups[row.announced].append(row)
    changed: list[ImportRow] = []
    for number, rows in groups.items():
        told = ", ".join(str(row.number) for row in rows[:20]) + (" …" if len(rows) > 20 else "")
        for row in rows:
            row.findings = [stored for stored in row.findings if stored[0] != "announcement_doubled"]
            row.findings.append(note("announcement_doubled", "publication", number=number, rows=told))
            row.facts.pop("publication_number", None)
            changed.append(row)
    doubles = [row for row in changed if row.outcome == Outcome.DOUBLE]
    compare(run, [row for row in changed if row.outcome != Outcome.DOUBLE])
    save(changed)
    if doubles:
        mark_doubles(run, sorted({row.key for row in doubles}))


def save(rows: Sequence[ImportRow]) -> None:
    """Put rows back as they are now: one statement for many rows, because they are written by their place."""
    ImportRow.objects.bulk_create(
        rows, batch_size=1_000, update_conflicts=True, unique_fields=["run", "number"], update_fields=CHANGED
    )
