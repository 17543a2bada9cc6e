"""Bringing a sheet in: stage it, change how it is read, store it. The only way in for pages and commands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from listings.flow.moving import require_lister, require_moderator
from listings.importing import doubles, memory, spool, steps
from listings.importing.columns import FIELDS, SEVERAL
from listings.importing.plan import STORED, look
from listings.importing.reading import ANSWERABLE
from listings.models import ImportRow, ImportRun, ImportState, Mapped, Outcome
from marketplace.accounts.models import Organization, User
from marketplace.lib import sheet_text
from marketplace.lib.findings import Finding, Refused, Severity, refuse

READ_AT_ONCE = 2**20  # bytes of a workbook or of XML that is read while its uploader waits; text is read in no time
ROWS_AT_ONCE = 1_000  # rows that are looked at, or stored, while somebody waits: less than two seconds


def require_importer(by: User, organization: Organization | None) -> None:
    """Let in owners and listers of a licensor; for reference records, moderators. Raises PermissionDenied."""
    if organization is None:
        require_moderator(by)
        return
    require_lister(by, organization)
    if not organization.is_licensor:
        raise PermissionDenied(_("Only universities and institutes bring an inventory in."))


def stage(
    data: bytes, name: str, *, organization: Organization | None, by: User, wait: bool = False
) -> tuple[ImportRun, bool]:
    """Take a file in and look at every row; returns the run, and False where this very file came before (IMP-4).

    `organization` None brings reference records. A large file is left to the worker, unless the caller wants to `wait`.
    Raises BadSheet for what is no table (a large file says so on its page), PermissionDenied.
    """
    require_importer(by, organization)
    sha256 = hashlib.sha256(data).hexdigest()
    runs = ImportRun.objects.filter(organization=organization, sha256=sha256)
    runs.filter(state=ImportState.UNFIT).delete()  # perhaps it is read now
    known = runs.first()
    if known:
        return known, False
    run = steps.start(organization, file_name=name[-200:], sha256=sha256, created_by=by)
    at_once = wait or len(data) <= READ_AT_ONCE or name.lower().endswith(sheet_text.ENDINGS)
    packed = steps.describe(run, data, name) if at_once else None
    try:
        with transaction.atomic():
            run.save()
            if packed is None:
                spool.keep_upload(run, data)
            else:
                spool.keep_rows(run, packed)
            _go_on(run, wait=wait)
    except IntegrityError:  # the same file, uploaded twice at the same moment
        return runs.get(), False
    return _finished(run, wait=wait), True


def _here(run: ImportRun, *, wait: bool) -> bool:
    return wait or (run.phase != "read" and run.total <= ROWS_AT_ONCE)


def _go_on(run: ImportRun, *, wait: bool = False) -> None:
    """What takes longer than people wait is the worker's; so is what is left when this process dies."""
    steps.leave(run, later=_here(run, wait=wait))


def _finished(run: ImportRun, *, wait: bool = False) -> ImportRun:
    """What does not is done at once."""
    if _here(run, wait=wait):
        steps.finish(run)
    return run


def remap(run: ImportRun, mapping: Mapping[str, str], *, by: User) -> ImportRun:
    """Say what the columns mean, then look at every row again; the meaning is remembered for the next sheet.

    Unknown columns and fields are left out. Raises Refused, PermissionDenied.
    """
    require_importer(by, run.organization)
    kept: dict[str, str] = {}
    for place, key in mapping.items():
        if key in FIELDS and place.isdigit() and (key in SEVERAL or key not in kept.values()):
            kept[place] = key
    with transaction.atomic():
        run = _staged(run)
        run.mapping, run.mapped_by, run.trouble = kept, Mapped.TOLD, {}
        steps.look_again(run)
        run.save()
        memory.keep(run, by)
        _go_on(run)
    return _finished(run)


def answer(run: ImportRun, answers: Mapping[int, Mapping[str, str]], *, by: User) -> ImportRun:
    """Keep what was typed for rows ({row number: {field: text}}) and look at them again, and at their doubles."""
    require_importer(by, run.organization)
    with transaction.atomic():
        run = _staged(run)
        rows = list(run.rows.filter(number__in=answers))
        for row in rows:
            typed = {key: text.strip()[:40] for key, text in answers[row.number].items() if key in ANSWERABLE}
            row.answers = {key: text for key, text in (row.answers | typed).items() if text}
        ImportRow.objects.bulk_update(rows, ["answers"], batch_size=500)
        numbers = {row.number for row in rows}
        keys = sorted({row.key for row in rows} - {""})
        others = list(run.rows.filter(key__in=keys).exclude(number__in=numbers))
        look(run, [*rows, *others])
        doubles.save([*rows, *others])
        doubles.mark_doubles(run, keys)
        announced = sorted({row.announced for row in (*rows, *others)} - {""})
        doubles.mark_announcements(run, [n for n in doubles.doubled_announcements(run, "") if n in announced])
        steps.count(run)
        run.trouble = {}
        run.save()
    return run


def discard(run: ImportRun, *, by: User) -> None:
    """Throw an upload away that is not stored. Raises Refused when it is, or is being stored."""
    require_importer(by, run.organization)
    with transaction.atomic():
        _staged(run, ImportState.STAGED, ImportState.READING, ImportState.UNFIT).delete()


def commit(run: ImportRun, *, by: User, leave_out: bool = False, wait: bool = False) -> ImportRun:
    """Store every row that can be stored, in one transaction: all of them or none (IMP-1).

    Refused rows stop the whole unless `leave_out` says that they may stay away. Many rows are left to the worker,
    unless the caller wants to `wait`. A run that is stored already, or is being stored, is returned as it is. Raises
    Refused, PermissionDenied.
    """
    require_importer(by, run.organization)
    with transaction.atomic():
        run = _locked(run)
        if run.state in (ImportState.COMMITTED, ImportState.STORING):
            return run
        run = _staged(run)
        _refuse_refused(run, leave_out=leave_out)
        run.state, run.phase, run.cursor, run.trouble = ImportState.STORING, "store", "", {}
        run.committed_by, run.leave_out = by, leave_out
        run.save()
        memory.keep(run, by)
        _go_on(run, wait=wait)
    run = _finished(run, wait=wait)
    if run.trouble and run.state == ImportState.STAGED:
        told = run.trouble
        raise Refused([Finding(told["rule"], Severity.BLOCK, told["message"], told["remedy"])])
    return run


def _locked(run: ImportRun) -> ImportRun:
    return ImportRun.objects.select_for_update(of=("self",)).select_related("organization").get(pk=run.pk)


def _staged(run: ImportRun, *states: ImportState) -> ImportRun:
    """The run, locked. Raises Refused when it is in another state than waiting for a word."""
    run = _locked(run)
    if run.state in (ImportState.COMMITTED, ImportState.STORING):
        raise refuse(
            "IMP-4",
            _("This sheet is stored already; it cannot be changed any more."),
            _("Correct the patents on their own pages, or upload a corrected sheet."),
        )
    if run.state not in (states or (ImportState.STAGED,)):
        raise refuse("IMP-4", _("This sheet is still being read."), _("Wait until all its rows are shown."))
    return run


def _refuse_refused(run: ImportRun, *, leave_out: bool) -> None:
    refused = run.counts.get(Outcome.REFUSED, 0)
    if refused and not leave_out:
        raise _refused_rows(run, refused)
    if refused and not any(run.counts.get(outcome) for outcome in STORED):
        raise _nothing_left()


def _refused_rows(run: ImportRun, count: int) -> Refused:
    first = run.rows.filter(outcome=Outcome.REFUSED).order_by("number").values_list("number", flat=True)[:20]
    numbers = _(", ").join(map(str, first)) + (" …" if count > 20 else "")
    message = ngettext("Row %(rows)s is refused.", "%(count)d rows are refused: %(rows)s.", count)
    return refuse(
        "IMP-1",
        message % {"count": count, "rows": numbers},
        _("Correct them and upload the sheet again, or say that they may be left out. Nothing has been stored."),
    )


def _nothing_left() -> Refused:
    return refuse(
        "IMP-1",
        _("No row of this sheet can be stored."),
        _("Each row says why. Correct the sheet, or look whether the columns are understood rightly."),
    )


__all__ = ["answer", "commit", "discard", "remap", "require_importer", "stage"]
