"""Files of legal status: staged whole, looked at, then stored in one step or not at all; nobody else writes them."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow.moving import require_lister, require_moderator
from listings.flow.patents import record_status
from listings.health.events import record_event
from listings.health.reading import NoHeader, Statement, statements
from listings.models import (
    ALIVE,
    HealthKind,
    LegalStatus,
    Patent,
    StatusOutcome,
    StatusRecord,
    StatusRow,
    StatusRun,
)
from listings.rules.gates import ENDED
from listings.states import NotNow
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib import sheets
from marketplace.lib.findings import Finding, Severity, refuse
from marketplace.lib.terms import SHANGHAI, patent_year, today

_BATCH = 500
O = StatusOutcome  # noqa: E741
STORED = (O.NEWS, O.CHANGED, O.SAME, O.OLD)


def require_teller(by: User, organization: Organization | None) -> None:
    """Let in listers for their own patents, moderators for everybody's. Raises PermissionDenied."""
    if organization is None:
        require_moderator(by)
    elif not by.is_staff:
        require_lister(by, organization)


def stage(
    data: bytes,
    name: str,
    *,
    source: str,
    by: User,
    organization: Organization | None,
    as_of: date | None = None,
) -> tuple[StatusRun, bool]:
    """Read a file and say what storing each row would do; False where this very file came before (IMP-4).

    `source` is who says it, `as_of` the day on which it was looked up; without it each row's own day counts. Raises
    sheets.BadSheet for what is no table of statuses, Refused for a missing source, PermissionDenied.
    """
    require_teller(by, organization)
    if not source.strip():
        raise refuse(
            "LIC-9", _("The source is missing."), _("Say who told it: register, agent, service."), field="source"
        )
    if as_of and as_of > today():
        raise refuse("LIC-9", _("The day lies in the future."), _("Correct the date."), field="as_of")
    sha256 = hashlib.sha256(data).hexdigest()
    known = StatusRun.objects.filter(organization=organization, sha256=sha256).first()
    if known:
        return known, False
    told = table(data, name)
    return keep(
        told, name=name, sha256=sha256, source=source.strip()[:200], by=by, organization=organization, as_of=as_of
    )


def table(data: bytes, name: str) -> list[tuple[int, Statement]]:
    """The statements of a file by row number. Raises sheets.BadSheet."""
    sheet = sheets.read(data, name)
    try:
        return list(statements(sheet.rows))
    except NoHeader as error:
        raise sheets.BadSheet(
            Finding(
                "IMP-1",
                Severity.BLOCK,
                _("No row names the columns: a number, and a status, an event or the fees."),
                _("Write over the columns what they hold: 专利号, 法律状态, 日期, 事件, 年费缴至."),
            )
        ) from error


def keep(
    told: Sequence[tuple[int, Statement]],
    *,
    name: str,
    sha256: str,
    source: str,
    by: User | None,
    organization: Organization | None,
    as_of: date | None,
) -> tuple[StatusRun, bool]:
    """Stage statements with what storing each would do. Used for files and for connected sources (`by` None)."""
    try:
        with transaction.atomic():
            run = StatusRun.objects.create(
                organization=organization,
                source=source,
                as_of=as_of,
                file_name=name[-200:],
                sha256=sha256,
                created_by=by,
            )
            rows = list(_planned(run, told))
            StatusRow.objects.bulk_create(rows, batch_size=_BATCH)
            run.counts = dict(Counter(row.outcome for row in rows))
            run.save(update_fields=["counts"])
    except IntegrityError:  # the same file twice at the same moment
        return StatusRun.objects.get(organization=organization, sha256=sha256), False
    return run, True


def _planned(run: StatusRun, told: Sequence[tuple[int, Statement]]) -> Iterable[StatusRow]:
    patents = _patents({one.number for _number, one in told if not one.problem or one.problem == "event_over"})
    seen: set[tuple[str, str, str, date | None]] = set()
    for number, one in told:
        patent = patents.get(one.number)
        outcome, problem = _outcome(run, one, patent)
        key = (one.number, str(one.status), str(one.event), one.on)
        if outcome in STORED and key in seen:
            outcome = O.DOUBLE
        seen.add(key)
        yield StatusRow(
            run=run,
            number=number,
            application_number=one.number,
            status=one.status or "",
            event=one.event or "",
            on=one.on,
            fees_paid_through=_fees_through(one, patent),
            detail=one.detail,
            outcome=outcome,
            problem=problem,
            patent=patent if outcome != O.REFUSED else None,  # a refused row does not say whose patent it is
        )


def _patents(numbers: set[str]) -> dict[str, Patent]:
    wanted = sorted(numbers)
    return {
        patent.application_number: patent
        for start in range(0, len(wanted), _BATCH)
        for patent in Patent.objects.filter(application_number__in=wanted[start : start + _BATCH])
        .select_related("organization")
        .prefetch_related("health_events")
    }


def _outcome(run: StatusRun, one: Statement, patent: Patent | None) -> tuple[StatusOutcome, str]:
    if one.problem and not (one.problem == "event_over" and (one.status or one.fees_year or one.fees_until)):
        return O.REFUSED, one.problem
    if patent is None:
        return O.UNKNOWN, one.problem
    if run.organization_id and patent.organization_id != run.organization_id:
        return O.REFUSED, "not_yours"
    if one.event and not any(
        e.kind == one.event and e.happened_on == _event_day(run, one) for e in patent.health_events.all()
    ):
        return O.NEWS, one.problem
    if _is_older(run, one.on, patent):
        return (O.NEWS if _contradicts(one.status, patent) else O.OLD), one.problem
    fees = _fees_through(one, patent)
    if one.status and one.status != patent.status:
        return (O.NEWS if patent.status in ALIVE and one.status not in ALIVE else O.CHANGED), one.problem
    return (O.CHANGED if fees is not None and fees != patent.fees_paid_through else O.SAME), one.problem


def _is_older(run: StatusRun, on: date | None, patent: Patent) -> bool:
    """Whether the patent's record was looked up later than what the row says."""
    return _checked_at(run, on) < (patent.status_checked_at or datetime.min.replace(tzinfo=UTC))


def _contradicts(status: LegalStatus | str | None, patent: Patent) -> bool:
    """Whether the row says that the patent has ended, while the later record says that it lives: people must look."""
    return status in ENDED and patent.status in ALIVE


def _event_day(run: StatusRun, one: Statement) -> date:
    return one.on or run.as_of or today()


def _fees_through(one: Statement, patent: Patent | None) -> int | None:
    """The patent year through which fees are paid; a day that is an anniversary ends the year before it (NUM-4)."""
    if one.fees_year:
        return one.fees_year
    if one.fees_until is None or patent is None or patent.filed_on is None or one.fees_until <= patent.filed_on:
        return None
    return patent_year(patent.filed_on, one.fees_until - timedelta(days=1))


def _checked_at(run: StatusRun, on: date | None) -> datetime:
    """The instant that a status is good for: noon of the day it was looked up, or this instant where that is today."""
    day = run.as_of or on or today()
    if day >= today():
        return timezone.now()
    return datetime.combine(day, time(12), tzinfo=SHANGHAI).astimezone(UTC)


def commit(run: StatusRun, *, by: User | None) -> StatusRun:
    """Store every row that says something about a patent here, in one transaction.

    `by` None is a connected source. Raises NotNow when it was stored before, PermissionDenied.
    """
    if by is not None:
        require_teller(by, run.organization)
    with transaction.atomic():
        claimed = StatusRun.objects.filter(pk=run.pk, committed_at__isnull=True).update(committed_at=timezone.now())
        if not claimed:
            raise NotNow(f"status file {run.pk} was stored before")
        run.refresh_from_db()
        rows = run.rows.filter(patent__isnull=False).order_by("patent_id", "on", "number")
        _confirm(run, rows.filter(outcome__in=(O.SAME, O.OLD), event=""), by)
        # In the order of the patents' keys: two files at once then wait for each other instead of locking up (OUT-9).
        news = rows.filter(Q(outcome__in=(O.NEWS, O.CHANGED)) | (Q(outcome__in=(O.SAME, O.OLD)) & ~Q(event="")))
        for row in news.select_related("patent__organization"):
            _store(run, row, by)
        trail.record(Action.STATUS_COMMIT, run, by=by, source=run.source, sha256=run.sha256, counts=run.counts)
    return run


def _confirm(run: StatusRun, rows: QuerySet[StatusRow], by: User | None) -> None:
    """Keep what only confirms the record, or lies before it, in steps of many rows: nothing else follows from it.

    The file's own entry in the trail stands for all of them. Offers that had to wait for a fresh word are taken up by
    the next turn of `flow.tidy_due`.
    """
    kept: list[StatusRecord] = []
    fresh: dict[tuple[datetime, str], list[int]] = defaultdict(list)
    for row in rows.select_related("patent").iterator(chunk_size=_BATCH):
        patent = row.patent
        assert patent is not None  # noqa: S101 - filtered by the caller
        at = _checked_at(run, row.on)
        kept.append(
            StatusRecord(
                patent=patent,
                status=row.status or patent.status,
                fees_paid_through=row.fees_paid_through,
                source=run.source,
                checked_at=at,
                recorded_by=by,
                note=row.detail,
            )
        )
        if row.outcome == O.SAME:
            fresh[at.replace(microsecond=0), row.status or patent.status].append(patent.pk)
    StatusRecord.objects.bulk_create(kept, batch_size=_BATCH)
    for (at, status), keys in fresh.items():
        for start in range(0, len(keys), _BATCH):
            Patent.objects.filter(pk__in=keys[start : start + _BATCH], status=status).filter(
                Q(status_checked_at__isnull=True) | Q(status_checked_at__lte=at)
            ).update(status_source=run.source, status_checked_at=at)


def _store(run: StatusRun, row: StatusRow, by: User | None) -> None:
    patent = row.patent
    assert patent is not None  # noqa: S101 - filtered by the caller
    on = row.on or run.as_of or today()
    status = row.status or (patent.status if not row.event else "")
    if _is_older(run, row.on, patent) and _contradicts(row.status, patent):
        record_event(patent, kind=HealthKind.LAPSE, happened_on=on, source=run.source, by=by, detail=row.detail)
    if status:
        record_status(
            patent,
            status=status,
            source=run.source,
            by=by,
            fees_paid_through=row.fees_paid_through,
            checked_at=_checked_at(run, row.on),
            note=row.detail,
        )
    if row.event:
        record_event(patent, kind=row.event, happened_on=on, source=run.source, by=by, detail=row.detail)


def discard(run: StatusRun, *, by: User) -> None:
    """Throw a staged file away. Raises NotNow when it is stored, PermissionDenied."""
    require_teller(by, run.organization)
    with transaction.atomic():
        if not StatusRun.objects.filter(pk=run.pk, committed_at__isnull=True).exists():
            raise NotNow(f"status file {run.pk} is stored")
        run.delete()
