"""The work on an upload, step by step: each is a transaction of its own and can be the last before a crash.

A run says which step comes next (`phase`) and where it goes on (`cursor`); so whoever comes after a kill, the worker
or the next request, goes on with what is not done yet and repeats nothing (IMP-1).
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from listings.importing import doubles, memory, readers, spool, staging, storing
from listings.importing.columns import Layout, by_names, layout_of
from listings.importing.plan import ENDING_IN_A_PATENT, look
from listings.models import ImportRow, ImportRun, ImportState, Mapped
from marketplace.accounts.models import Organization
from marketplace.lib import crash
from marketplace.lib.findings import Finding, Refused
from marketplace.lib.sheet_words import BadSheet, bad
from marketplace.outbox import outbox

log = logging.getLogger(__name__)

TOPIC = "import.step"
CHUNK = 1_000  # rows in one step
LATER = timedelta(seconds=30)
TURN = 1.0  # seconds that one turn of the worker works before it lets others in
_WORKED = [
    "state", "phase", "cursor", "done", "total", "counts", "gates", "trouble", "preamble", "header_row", "header",
    "mapping", "mapped_by", "reader", "committed_by", "committed_at",
]  # fmt: skip


def leave(run: ImportRun, *, later: bool = False) -> None:
    """Let the worker go on with a run, in the surrounding transaction.

    `later` for what is done at once: the worker only looks after it in case that process dies.
    """
    for effect in outbox.add(TOPIC, run=run.pk):
        if later:
            effect.next_at += LATER
            effect.save(update_fields=["next_at"])


def on_step(_key: str, payload: dict[str, Any]) -> None:
    """The worker's turn: some steps, then a word that there is more."""
    until = time.monotonic() + TURN
    while advance(payload["run"]):
        if time.monotonic() > until:
            with transaction.atomic():
                outbox.add(TOPIC, run=payload["run"])
            return


def finish(run: ImportRun) -> None:
    """Take every step that is left, here and now."""
    while advance(run.pk):
        pass
    run.refresh_from_db()


def advance(pk: int) -> bool:
    """Take one step; whether there is more to do. Whatever stops a run is kept in its `trouble`."""
    run = ImportRun.objects.select_related("organization", "created_by", "committed_by").filter(pk=pk).first()
    if run is None or not run.phase:
        return False
    with translation.override(run.created_by.language):
        try:
            if run.phase == "read":
                _read_apart(run)
            else:
                _step(pk)
        except (BadSheet, spool.Gone) as error:
            _give_up(pk, error)
        except Exception as error:
            if run.phase != "store":
                raise
            _look_again(pk, error)
    crash.reach("import_step")
    return True


def _step(pk: int) -> None:
    with transaction.atomic():
        run = _locked(pk)
        if run is not None and run.phase in _STEPS:
            _STEPS[run.phase](run)
            run.save(update_fields=_WORKED)


def _locked(pk: int) -> ImportRun | None:
    rows = ImportRun.objects.select_for_update(of=("self",))
    return rows.select_related("organization", "created_by", "committed_by").filter(pk=pk).first()


# reading


def describe(run: ImportRun, data: bytes, name: str) -> spool.Packed:
    """Read a file, and say on the run (unsaved) what its columns mean; its rows are not kept yet. Raises BadSheet."""
    run.reader, rows = readers.open_rows(data, name)
    packed = spool.pack(rows, CHUNK)
    sample, run.total = packed.sample, packed.count
    layout = layout_of(sample)
    told = memory.recall(run.organization, layout.header)
    run.header_row, run.header, run.preamble = layout.header_row, layout.header, _preamble(sample, layout)
    run.mapping, run.mapped_by = (told, Mapped.REMEMBERED) if told else (layout.mapping, Mapped.GUESSED)
    if run.reader != "sheet":
        run.mapping = by_names(layout.header)
    run.total = max(0, run.total - layout.first_data_row)
    run.phase, run.cursor, run.done = "rows", "", 0
    return packed


def _preamble(sample: Sequence[list[str]], layout: Layout) -> list[list[str]]:
    return [list(row) for row in sample[: layout.header_row]]


def _read_apart(run: ImportRun) -> None:
    """Read a large file outside any transaction; repeating it after a crash changes nothing."""
    packed = describe(run, spool.upload(run), run.file_name)
    with transaction.atomic():
        standing = _locked(run.pk)
        if standing is not None and standing.phase == "read":
            run.save(update_fields=_WORKED)
            spool.keep_rows(run, packed)
            spool.forget(run, "upload")


# rows


def _take_rows(run: ImportRun) -> None:
    """Look at the next part of the rows."""
    place, _colon, number = run.cursor.partition(":")
    found, more = spool.rows_of(run, int(place or 0))
    before, first = int(number or 0), Layout(run.header_row, run.header, {}).first_data_row
    rows = [
        ImportRow(run=run, number=at, cells=cells)
        for at, cells in enumerate(found, start=before + 1)
        if at > first and any(cells)
    ]
    look(run, rows)
    staging.insert(rows)
    crash.reach("import_rows")
    run.done = min(run.total, max(0, before + len(found) - first))
    run.cursor = f"{int(place or 0) + 1}:{before + len(found)}" if more else ""
    if not more:
        run.phase = "doubles"


def _look_at_rows(run: ImportRun) -> None:
    """Look at rows that are in the database once more: the columns mean something else now, or time has passed."""
    rows = list(run.rows.filter(number__gt=int(run.cursor or 0)).order_by("number")[:CHUNK])
    look(run, rows)
    doubles.save(rows)
    crash.reach("import_rows")
    run.done += len(rows)
    run.cursor = str(rows[-1].number) if rows else ""
    if len(rows) < CHUNK:
        run.phase, run.cursor = "doubles", ""


def _find_doubles(run: ImportRun) -> None:
    numbers = doubles.doubled_numbers(run, run.cursor)
    doubles.mark_doubles(run, numbers)
    run.cursor = numbers[-1] if numbers else ""
    if len(numbers) < doubles.GROUPS:
        run.phase, run.cursor = "announced", ""


def _find_announcements(run: ImportRun) -> None:
    numbers = doubles.doubled_announcements(run, run.cursor)
    doubles.mark_announcements(run, numbers)
    run.cursor = numbers[-1] if numbers else ""
    if len(numbers) < doubles.GROUPS:
        count(run)
        run.state, run.phase, run.cursor, run.done = ImportState.STAGED, "", "", run.total
        spool.forget(run)


def count(run: ImportRun) -> None:
    """Sum up, on the run (unsaved), what became of the rows and which rules they still fail."""
    found = run.rows.values_list("outcome").annotate(rows=Count("pk")).order_by("outcome")
    run.counts = {outcome: rows for outcome, rows in found if outcome}
    gates: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    wanted = run.rows.filter(outcome__in=ENDING_IN_A_PATENT).values_list("gates", flat=True)
    for told in wanted.iterator(chunk_size=CHUNK):
        for track, rules in told.items():
            for rule in rules or [""]:
                gates[track][rule] += 1
    run.gates = {track: dict(rules) for track, rules in gates.items()}


# storing, and what goes wrong


def _store(run: ImportRun) -> None:
    if run.committed_by is None:
        raise storing.moved()
    storing.store(run, by=run.committed_by)


_STEPS: dict[str, Callable[[ImportRun], None]] = {
    "rows": _take_rows, "again": _look_at_rows, "doubles": _find_doubles, "announced": _find_announcements,
    "store": _store,
}  # fmt: skip


def look_again(run: ImportRun) -> None:
    """All rows are to be looked at once more; the caller saves the run."""
    run.state, run.phase, run.cursor, run.done = ImportState.READING, "again", "", 0


def _look_again(pk: int, error: Exception) -> None:
    """Nothing was stored, most often because what is known has changed meanwhile: show the rows as they are now."""
    if isinstance(error, Refused | IntegrityError):
        findings = error.findings if isinstance(error, Refused) else storing.moved().findings
    else:
        log.error("storing an import failed", extra={"run": pk}, exc_info=error)
        findings = storing.failed().findings
    with transaction.atomic():
        run = _locked(pk)
        if run is not None and run.phase == "store":
            look_again(run)
            run.trouble, run.committed_by = _told(findings[0]), None
            run.save(update_fields=_WORKED)


def _give_up(pk: int, error: Exception) -> None:
    """The file cannot be read: say why, keep nothing of it."""
    gone = bad(_("The file was lost before it was read."), _("Upload it again."))
    finding = error.finding if isinstance(error, BadSheet) else gone.finding
    with transaction.atomic():
        run = _locked(pk)
        if run is not None and run.state == ImportState.READING:
            run.rows.all().delete()
            run.state, run.phase, run.cursor, run.trouble = ImportState.UNFIT, "", "", _told(finding)
            run.save(update_fields=_WORKED)
            spool.forget(run)


def _told(finding: Finding) -> dict[str, str]:
    return {"rule": finding.rule, "message": str(finding.message), "remedy": str(finding.remedy)}


def start(organization: Organization | None, **fields: Any) -> ImportRun:
    """A run that is not saved yet."""
    return ImportRun(organization=organization, state=ImportState.READING, phase="read", **fields)


__all__ = [
    "CHUNK", "TOPIC", "advance", "count", "describe", "finish", "leave", "look_again", "on_step", "start",
]  # fmt: skip
