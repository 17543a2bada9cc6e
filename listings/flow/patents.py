"""Everything that changes a patent's record: its facts, its status with source and date, its owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow.adopting import adopt
from listings.flow.moving import HEALTH, require_lister, touch_all
from listings.flow.suspending import suspend_for_health
from listings.models import CoOwner, LegalStatus, Patent, StatusRecord
from listings.rules import RULES
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
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
    """Put a patent on record for an organization; a reference record of its number becomes the organization's.

    Raises Refused when its number is on record already (IMP-2), or the reference record names others (IMP-5).
    """
    require_lister(by, organization)
    with transaction.atomic():
        patent = adopt(organization, _known(facts))
        if patent is None:
            patent = Patent(organization=organization, source=source, **_known(facts))
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
        settle_change(patent)
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


def settle_change(patent: Patent) -> None:
    """After a change of a patent's record: other rooms hear of it, offers it forbids are suspended at once (DECL-8).

    Requires a transaction.
    """
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
    at = _not_in_the_future(checked_at or timezone.now())
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
            _take_over(patent, record)
    return record


def _not_in_the_future(at: datetime) -> datetime:
    if at <= timezone.now():
        return at
    raise refuse(
        "LIC-9",
        _("The day on which the status was looked up lies in the future."),
        _("Correct the date."),
        citation=RULES["LIC-9"].citation,
        field="checked_on",
    )


def _take_over(patent: Patent, record: StatusRecord) -> None:
    """Let the newest statement be the patent's present status."""
    patent.status, patent.status_source, patent.status_checked_at = record.status, record.source, record.checked_at
    if record.fees_paid_through is not None:
        patent.fees_paid_through = record.fees_paid_through
    patent.save()
    settle_change(patent)


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
        settle_change(patent)
    return rows
