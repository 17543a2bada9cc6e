"""Storing what a dry run showed, in one transaction: every row of it or none (IMP-1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow.moving import HEALTH, touch_all
from listings.flow.patents import record_status
from listings.flow.suspending import suspend_for_health
from listings.importing.plan import STORED, Planned, compare, fees_of, values_of
from listings.importing.reading import names_in, same_name
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
from marketplace.lib import crash, terms
from marketplace.lib.findings import Refused, refuse
from marketplace.outbox import outbox

CHUNK = 1_000


def store(run: ImportRun, *, by: User) -> None:
    """Store every row that is to be stored; the caller's transaction holds all of it, and the run's row is locked.

    Raises Refused (IMP-4) where patents have changed since the dry run, and IntegrityError where another import is
    storing one of them at this very moment.
    """
    if run.organization_id:
        Organization.objects.select_for_update().get(pk=run.organization_id)  # one import at a time (IMP-4)
    for rows in _chunks(run):
        _store(run, rows, by)
        crash.reach("import_stored")
    link = Patent.objects.filter(application_number=OuterRef("key")).values("pk")[:1]
    run.rows.filter(outcome__in=STORED).update(patent=Subquery(link))
    run.state, run.phase, run.cursor = ImportState.COMMITTED, "", ""
    run.committed_by, run.committed_at, run.done, run.trouble = by, timezone.now(), run.total, {}
    trail.record(
        Action.IMPORT_COMMIT, run, by=by, organization=run.organization_id, sha256=run.sha256, counts=run.counts
    )


def _chunks(run: ImportRun) -> Iterator[list[ImportRow]]:
    after = 0
    wanted = run.rows.filter(outcome__in=STORED).defer("cells", "answers").order_by("number")
    while rows := list(wanted.filter(number__gt=after)[:CHUNK]):
        after = rows[-1].number
        yield rows


def _store(run: ImportRun, rows: Sequence[ImportRow], by: User) -> None:
    shown = {row.number: row.outcome for row in rows}
    planned = compare(run, rows, gates=False)
    if any(shown[one.row.number] != one.row.outcome for one in planned):
        raise moved()
    _create([one for one in planned if one.row.outcome == Outcome.NEW], run, by)
    _change([one for one in planned if one.row.outcome == Outcome.CHANGED], run, by)
    _co_owners(planned, run)


def _create(new: Sequence[Planned], run: ImportRun, by: User) -> None:
    now, source, patents = timezone.now(), _source(run), []
    for one in new:
        facts = one.row.facts
        patent = Patent(
            organization=run.organization,
            application_number=one.row.key,
            kind=str(facts["kind"]),
            source=f"import:{run.pk}",
            **values_of(one.changes),
        )
        if "status" in facts or "fees_paid_through" in facts:
            patent.status = str(facts.get("status", LegalStatus.UNKNOWN))
            patent.fees_paid_through = fees_of(facts)
            patent.status_source, patent.status_checked_at = source, now
        patent.last_day = patent.last_day_by_facts()  # bulk_create does not call save()
        one.patent = patent
        patents.append(patent)
    Patent.objects.bulk_create(patents, batch_size=CHUNK)
    StatusRecord.objects.bulk_create(
        [
            StatusRecord(
                patent=patent,
                status=patent.status,
                fees_paid_through=patent.fees_paid_through,
                source=source,
                checked_at=now,
                recorded_by=by,
            )
            for patent in patents
            if patent.status_checked_at
        ],
        batch_size=CHUNK,
    )


def _change(changed: Sequence[Planned], run: ImportRun, by: User) -> None:
    """Complete or correct known patents; offers that hang on them learn of it."""
    offered = set(Listing.objects.filter(patent__in=[one.patent for one in changed]).values_list("patent", flat=True))
    for one in changed:
        assert one.patent is not None  # noqa: S101 - only known patents come here
        patent, facts = one.patent, one.row.facts
        for name, value in values_of(one.changes).items():
            setattr(patent, name, value)
        if run.organization and patent.organization_id is None:
            patent.organization = run.organization
        patent.save()
        fees = fees_of(facts)
        if facts.get("status", patent.status) != patent.status or fees not in (None, patent.fees_paid_through):
            status = str(facts.get("status", patent.status))
            record_status(patent, status=status, source=_source(run), by=by, fees_paid_through=fees)
        elif patent.pk in offered:
            touch_all(patent)
            outbox.add(HEALTH, patent=patent.pk)
            suspend_for_health(patent)


def _co_owners(stored: Sequence[Planned], run: ImportRun) -> None:
    """Who else stands on the register; each one's consent is asked for later (GATE-8)."""
    if run.organization is None:
        return
    rows = [
        CoOwner(patent=one.patent, name=name[:160])
        for one in stored
        for name in names_in(str(one.row.facts.get("patentee", "")))
        if not same_name(name, run.organization.name)
    ]
    CoOwner.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)


def _source(run: ImportRun) -> str:
    # Kept as data, so in the language of the register: it is shown beside the status on every page.
    return f"导入台账（{terms.today().isoformat()}）：{run.file_name}"[:200]


def moved() -> Refused:
    """Patents of the sheet have changed since the dry run."""
    return refuse(
        "IMP-4",
        _("Somebody stored one of these patents at the same moment."),
        _("Look at the rows again and store once more. Nothing has been stored."),
    )


def failed() -> Refused:
    """Storing broke off for a reason that no rule knows."""
    return refuse(
        "IMP-1",
        _("Storing broke off. Nothing has been stored."),
        _("Store once more. If it happens again, write to the moderators and name the file."),
    )
