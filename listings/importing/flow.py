"""Staging a sheet, changing how it is read, storing it: the only writers of imports."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from listings.flow.moving import HEALTH, require_lister, require_moderator, touch_all
from listings.flow.patents import record_status
from listings.flow.suspending import suspend_for_health
from listings.importing.columns import FIELDS, SEVERAL, layout_of
from listings.importing.plan import Planned, plan, save
from listings.importing.reading import ANSWERABLE, names_in, same_name
from listings.models import (
    CoOwner,
    ImportRow,
    ImportRun,
    ImportState,
    LegalStatus,
    Listing,
    Outcome,
    Patent,
    StatusRecord,
)
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib import sheets, terms
from marketplace.lib.findings import Refused, refuse
from marketplace.outbox import outbox

_BATCH = 500
_STORED = (Outcome.NEW, Outcome.CHANGED)


def require_importer(by: User, organization: Organization | None) -> None:
    """Let in owners and listers of a licensor; for reference records, moderators. Raises PermissionDenied."""
    if organization is None:
        require_moderator(by)
        return
    require_lister(by, organization)
    if not organization.is_licensor:
        raise PermissionDenied(_("Only universities and institutes bring an inventory in."))


def stage(data: bytes, name: str, *, organization: Organization | None, by: User) -> tuple[ImportRun, bool]:
    """Read a file and look at every row; returns the run, and False where this very file came before (IMP-4).

    `organization` None brings reference records. Raises sheets.BadSheet for what is no table, PermissionDenied.
    """
    require_importer(by, organization)
    sha256 = hashlib.sha256(data).hexdigest()
    known = ImportRun.objects.filter(organization=organization, sha256=sha256).first()
    if known:
        return known, False
    sheet = sheets.read(data, name)
    layout = layout_of(sheet.rows)
    try:
        with transaction.atomic():
            run = ImportRun.objects.create(
                organization=organization,
                file_name=name[-200:],
                sha256=sha256,
                header_row=layout.header_row,
                header=layout.header,
                mapping=layout.mapping,
                created_by=by,
            )
            rows = [
                ImportRow(run=run, number=number, cells=cells)
                for number, cells in enumerate(sheet.rows, start=1)
                if number > layout.first_data_row and any(cells)
            ]
            ImportRow.objects.bulk_create(rows, batch_size=_BATCH)
            save(run, plan(run))
    except IntegrityError:  # the same file, uploaded twice at the same moment
        return ImportRun.objects.get(organization=organization, sha256=sha256), False
    return run, True


def remap(run: ImportRun, mapping: Mapping[str, str], *, by: User) -> ImportRun:
    """Say what the columns mean, then look at every row again. Unknown columns and fields are left out."""
    require_importer(by, run.organization)
    kept: dict[str, str] = {}
    for place, key in mapping.items():
        if key in FIELDS and place.isdigit() and (key in SEVERAL or key not in kept.values()):
            kept[place] = key
    with transaction.atomic():
        run = _staged(run)
        run.mapping = kept
        run.save(update_fields=["mapping"])
        save(run, plan(run))
    return run


def answer(run: ImportRun, answers: Mapping[int, Mapping[str, str]], *, by: User) -> ImportRun:
    """Keep what was typed for rows ({row number: {field: text}}), then look at every row again."""
    require_importer(by, run.organization)
    with transaction.atomic():
        run = _staged(run)
        rows = list(run.rows.filter(number__in=answers))
        for row in rows:
            typed = {key: text.strip()[:40] for key, text in answers[row.number].items() if key in ANSWERABLE}
            row.answers = {key: text for key, text in (row.answers | typed).items() if text}
        ImportRow.objects.bulk_update(rows, ["answers"], batch_size=_BATCH)
        save(run, plan(run))
    return run


def discard(run: ImportRun, *, by: User) -> None:
    """Throw a staged upload away. Raises Refused when it is stored already."""
    require_importer(by, run.organization)
    with transaction.atomic():
        _staged(run).delete()


def commit(run: ImportRun, *, by: User, leave_out: bool = False) -> ImportRun:
    """Store every row that can be stored, in one transaction: all of them or none (IMP-1).

    Refused rows stop the whole unless `leave_out` says that they may stay away. A run that is stored already is
    returned as it is. Raises Refused, PermissionDenied.
    """
    require_importer(by, run.organization)
    try:
        with transaction.atomic():
            return _commit(run, by=by, leave_out=leave_out)
    except IntegrityError as error:
        # Another upload stored one of these numbers between our look and our writing; nothing of this one is stored.
        raise _moved() from error


def _commit(run: ImportRun, *, by: User, leave_out: bool) -> ImportRun:
    if run.organization_id:
        Organization.objects.select_for_update().get(pk=run.organization_id)  # one import at a time (IMP-4)
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("organization").get(pk=run.pk)
    if run.state == ImportState.COMMITTED:
        return run
    planned = plan(run)
    stored = [one for one in planned if one.outcome in _STORED]
    refused = [one for one in planned if one.outcome == Outcome.REFUSED]
    if refused and not leave_out:
        raise _refused_rows(refused)
    if not stored and refused:
        raise _nothing_left()
    counts = save(run, planned)
    _create([one for one in stored if one.patent is None], run, by)
    _change([one for one in stored if one.patent is not None and one.outcome == Outcome.CHANGED], run, by)
    ImportRow.objects.bulk_update([one.row for one in stored], ["patent"], batch_size=_BATCH)
    now = timezone.now()
    ImportRun.objects.filter(pk=run.pk, state=ImportState.STAGED).update(
        state=ImportState.COMMITTED, committed_by=by, committed_at=now
    )
    trail.record(Action.IMPORT_COMMIT, run, by=by, organization=run.organization_id, sha256=run.sha256, counts=counts)
    run.refresh_from_db()
    return run


def _create(new: Sequence[Planned], run: ImportRun, by: User) -> None:
    now, patents = timezone.now(), []
    for one in new:
        facts = one.reading.facts
        patent = Patent(
            organization=run.organization,
            application_number=one.number,
            kind=str(facts["kind"]),
            source=f"import:{run.pk}",
            **_values(one.changes),
        )
        if "status" in facts or "fees_paid_through" in facts:
            patent.status = str(facts.get("status", LegalStatus.UNKNOWN))
            patent.fees_paid_through = _fees(facts)
            patent.status_source, patent.status_checked_at = _source(run), now
        patent.last_day = patent.last_day_by_facts()  # bulk_create does not call save()
        patents.append(patent)
    Patent.objects.bulk_create(patents, batch_size=_BATCH)
    told = [patent for patent in patents if patent.status_checked_at]
    StatusRecord.objects.bulk_create(
        [
            StatusRecord(
                patent=patent,
                status=patent.status,
                fees_paid_through=patent.fees_paid_through,
                source=patent.status_source,
                checked_at=now,
                recorded_by=by,
            )
            for patent in told
        ],
        batch_size=_BATCH,
    )
    for one, patent in zip(new, patents, strict=True):
        one.row.patent = one.patent = patent
    _co_owners(new, run)


def _change(changed: Sequence[Planned], run: ImportRun, by: User) -> None:
    """Complete or correct known patents; offers that hang on them learn of it."""
    offered = set(Listing.objects.filter(patent__in=[one.patent for one in changed]).values_list("patent", flat=True))
    for one in changed:
        assert one.patent is not None  # noqa: S101 - only known patents come here
        patent, facts = one.patent, one.reading.facts
        for name, value in _values(one.changes).items():
            setattr(patent, name, value)
        if run.organization and patent.organization_id is None:
            patent.organization = run.organization
        patent.save()
        fees = _fees(facts)
        if facts.get("status", patent.status) != patent.status or fees not in (None, patent.fees_paid_through):
            status = str(facts.get("status", patent.status))
            record_status(patent, status=status, source=_source(run), by=by, fees_paid_through=fees)
        elif patent.pk in offered:
            touch_all(patent)
            outbox.add(HEALTH, patent=patent.pk)
            suspend_for_health(patent)
    _co_owners(changed, run)


def _co_owners(stored: Sequence[Planned], run: ImportRun) -> None:
    """Who else stands on the register; each one's consent is asked for later (GATE-8)."""
    if run.organization is None:
        return
    rows = [
        CoOwner(patent=one.patent, name=name[:160])
        for one in stored
        for name in names_in(str(one.reading.facts.get("patentee", "")))
        if not same_name(name, run.organization.name)
    ]
    CoOwner.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def _values(changes: Mapping[str, object]) -> dict[str, Any]:
    """Columns with their Python values: days come as ISO text."""
    return {
        name: date.fromisoformat(str(value)) if name in ("filed_on", "granted_on") else value
        for name, value in changes.items()
    }


def _fees(facts: Mapping[str, object]) -> int | None:
    value = facts.get("fees_paid_through")
    return value if isinstance(value, int) else None


def _source(run: ImportRun) -> str:
    # Kept as data, so in the language of the register: it is shown beside the status on every page.
    return f"导入台账（{terms.today().isoformat()}）：{run.file_name}"[:200]


def _staged(run: ImportRun) -> ImportRun:
    """The run, locked. Raises Refused when it is stored already."""
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("organization").get(pk=run.pk)
    if run.state != ImportState.STAGED:
        raise refuse(
            "IMP-4",
            _("This sheet is stored already; it cannot be changed any more."),
            _("Correct the patents on their own pages, or upload a corrected sheet."),
        )
    return run


def _refused_rows(refused: Sequence[Planned]) -> Refused:
    numbers = _(", ").join(str(one.row.number) for one in refused[:20]) + (" …" if len(refused) > 20 else "")
    message = ngettext("Row %(rows)s is refused.", "%(count)d rows are refused: %(rows)s.", len(refused))
    return refuse(
        "IMP-1",
        message % {"count": len(refused), "rows": numbers},
        _("Correct them and upload the sheet again, or say that they may be left out. Nothing has been stored."),
    )


def _nothing_left() -> Refused:
    return refuse(
        "IMP-1",
        _("No row of this sheet can be stored."),
        _("Each row says why. Correct the sheet, or look whether the columns are understood rightly."),
    )


def _moved() -> Refused:
    return refuse(
        "IMP-4",
        _("Somebody stored one of these patents at the same moment."),
        _("Look at the rows again and store once more. Nothing has been stored."),
    )
