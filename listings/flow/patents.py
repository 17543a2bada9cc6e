"""Everything that changes a patent's record: its facts, its status with source and date, what binds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow.moving import HEALTH, require_lister, touch_all
from listings.flow.suspending import suspend_for_health
from listings.models import ALONE, CoOwner, Encumbrance, EncumbranceKind, LegalStatus, Patent, StatusRecord
from listings.rules import RULES
from listings.states import NotNow
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, refuse
from marketplace.outbox import outbox
from marketplace.vault.models import VaultFile

FACTS = frozenset(
    {
        "application_number",
        "publication_number",
        "kind",
        "title",
        "abstract",
        "patentee",
        "inventors",
        "ipc_main",
        "ipc",
        "filed_on",
        "granted_on",
        "last_day_override",
        "last_day_reason",
        "pledged",
        "pledgee_consent",
        "evaluation_conclusion",
        "evaluation_report",
        "evaluation_on",
    }
)


def add_patent(*, organization: Organization, by: User, facts: Mapping[str, Any], source: str = "typed") -> Patent:
    """Put a patent on record for an organization. Raises Refused when its number is on record already (IMP-2)."""
    require_lister(by, organization)
    patent = Patent(organization=organization, source=source, **_known(facts))
    with transaction.atomic():
        _save_once(patent)
        trail.record(Action.PATENT_CHANGE, patent, by=by, fields=sorted(facts), number=patent.application_number)
    return patent


def change_patent(patent: Patent, *, by: User, facts: Mapping[str, Any]) -> Patent:
    """Correct a patent's facts. What a person corrected is kept from later imports (IMP-5).

    Offers that the new facts forbid are suspended at once (DECL-8). Raises Refused, PermissionDenied.
    """
    require_lister(by, patent.organization)
    with transaction.atomic():
        patent = Patent.objects.select_for_update(of=("self",)).select_related("organization").get(pk=patent.pk)
        changed = {name: value for name, value in _known(facts).items() if getattr(patent, name) != value}
        if not changed:
            return patent
        for name, value in changed.items():
            setattr(patent, name, value)
        patent.locked_fields = sorted({*patent.locked_fields, *changed})
        _save_once(patent)
        trail.record(Action.PATENT_CHANGE, patent, by=by, fields=sorted(changed))
        _after_change(patent)
    return patent


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(facts) - FACTS
    if unknown:
        raise ValueError(f"no facts of a patent: {sorted(unknown)}")
    return dict(facts)


def _save_once(patent: Patent) -> None:
    """Store the row; the same number a second time is refused in words."""
    try:
        with transaction.atomic():
            patent.save()
    except IntegrityError as error:
        if not Patent.objects.filter(application_number=patent.application_number).exclude(pk=patent.pk).exists():
            raise
        raise refuse(
            "NUM-1",
            _("A patent with this number is on record already."),
            _("Look for it in your list; if another organization has it, write to the moderators."),
            citation=RULES["NUM-1"].citation,
            field="application_number",
        ) from error


def _after_change(patent: Patent) -> None:
    touch_all(patent)
    outbox.add(HEALTH, patent=patent.pk)
    suspend_for_health(patent)


def record_status(
    patent: Patent,
    *,
    status: LegalStatus | str,
    source: str,
    by: User | None,
    fees_paid_through: int | None = None,
    evidence: VaultFile | None = None,
    checked_at: datetime | None = None,
    note: str = "",
) -> StatusRecord:
    """Record what somebody found out about a patent's legal status and fees, with source and instant.

    The newest statement becomes the patent's present status; offers that it forbids are suspended at once (DECL-8).
    `by` None is an import or a connected source. Raises Refused for a statement about the future, PermissionDenied.
    """
    if by is not None and not by.is_staff:
        require_lister(by, patent.organization)
    at = checked_at or timezone.now()
    if at > timezone.now():
        raise refuse(
            "LIC-9",
            _("The day on which the status was looked up lies in the future."),
            _("Correct the date."),
            citation=RULES["LIC-9"].citation,
            field="checked_on",
        )
    with transaction.atomic():
        patent = Patent.objects.select_for_update(of=("self",)).select_related("organization").get(pk=patent.pk)
        record = StatusRecord.objects.create(
            patent=patent,
            status=LegalStatus(status),
            fees_paid_through=fees_paid_through,
            source=source,
            evidence=evidence,
            checked_at=at,
            recorded_by=by,
            note=note,
        )
        trail.record(
            Action.PATENT_STATUS, patent, by=by, status=record.status, source=source, fees=fees_paid_through, at=at
        )
        if patent.status_checked_at is None or at >= patent.status_checked_at:
            patent.status, patent.status_source, patent.status_checked_at = record.status, source, at
            if fees_paid_through is not None:
                patent.fees_paid_through = fees_paid_through
            patent.save()
            _after_change(patent)
    return record


def set_co_owners(
    patent: Patent, *, by: User, owners: Sequence[tuple[str, VaultFile | None, date | None]]
) -> list[CoOwner]:
    """Replace the co-owners: (name, consent file, day of consent). Raises PermissionDenied."""
    require_lister(by, patent.organization)
    with transaction.atomic():
        patent = Patent.objects.select_for_update(of=("self",)).select_related("organization").get(pk=patent.pk)
        names = [name for name, _file, _day in owners]
        patent.co_owners.exclude(name__in=names).delete()
        rows = [
            CoOwner.objects.update_or_create(patent=patent, name=name, defaults={"consent": file, "consented_on": day})[
                0
            ]
            for name, file, day in owners
        ]
        trail.record(Action.PATENT_CHANGE, patent, by=by, co_owners=[[row.pk, row.consent_id] for row in rows])
        _after_change(patent)
    return rows


def encumber(
    patent: Patent,
    *,
    kind: EncumbranceKind | str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    holder: str = "",
    reference: str = "",
    by: User | None,
    evidence: VaultFile | None = None,
    note: str = "",
) -> Encumbrance:
    """Record what binds a patent over [starts_at, ends_at); the same reference again gives the row that stands.

    Raises Refused (TRACK-3) when the database finds it beside a sole or exclusive license: nothing is stored then.
    """
    kind = EncumbranceKind(kind)
    with transaction.atomic():
        Patent.objects.select_for_update(of=("self",)).get(pk=patent.pk)
        if reference:
            standing = patent.encumbrances.filter(kind=kind, reference=reference).first()
            if standing is not None:
                return standing
        try:
            with transaction.atomic():
                row = Encumbrance.objects.create(
                    patent=patent,
                    kind=kind,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    holder=holder,
                    reference=reference,
                    evidence=evidence,
                    note=note,
                )
        except IntegrityError as error:
            raise _collides(kind) from error
        trail.record(
            Action.ENCUMBRANCE_RECORD,
            patent,
            by=by,
            encumbrance=row.pk,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            reference=reference,
        )
        if kind in ALONE:
            _after_change(patent)
    return row


def _collides(kind: EncumbranceKind) -> Refused:
    message = (
        _("Other licenses or an open declaration stand in this period; nothing sole or exclusive can stand beside.")
        if kind in ALONE
        else _("A sole or exclusive license stands in this period; nothing can stand beside it.")
    )
    remedy = _("Choose another period, or end what stands there first.")
    return refuse("TRACK-3", message, remedy, citation=RULES["TRACK-3"].citation, field="kind")


def end_encumbrance(encumbrance: Encumbrance, *, at: datetime, by: User | None) -> Encumbrance:
    """Let what binds a patent end at an instant. Raises NotNow when it has ended before."""
    with transaction.atomic():
        Patent.objects.select_for_update(of=("self",)).get(pk=encumbrance.patent_id)
        row = Encumbrance.objects.select_related("patent").get(pk=encumbrance.pk)
        if row.ends_at is not None and row.ends_at <= at:
            raise NotNow(f"encumbrance {row.pk} ended at {row.ends_at}")
        row.ends_at = max(at, row.starts_at)
        row.save(update_fields=["ends_at"])
        trail.record(Action.ENCUMBRANCE_END, row.patent, by=by, encumbrance=row.pk, kind=row.kind, ends_at=row.ends_at)
        if row.kind in ALONE:
            _after_change(row.patent)
    return row
