"""What binds a patent over a period: licenses given here or elsewhere, and the open declaration."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from listings.flow.patents import settle_change
from listings.models import ALONE, Encumbrance, EncumbranceKind, Patent
from listings.rules import RULES
from listings.states import NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, refuse
from marketplace.lib.terms import start_of
from marketplace.vault.models import VaultFile


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

    Raises Refused when it would outlive the patent (DECL-5), or when the database finds it beside a sole or exclusive
    license (TRACK-3): nothing is stored then.
    """
    row = Encumbrance(
        patent=patent,
        kind=EncumbranceKind(kind),
        starts_at=starts_at,
        ends_at=ends_at,
        holder=holder,
        reference=reference,
        evidence=evidence,
        note=note,
    )
    with transaction.atomic():
        last_day = Patent.objects.select_for_update(of=("self",)).get(pk=patent.pk).last_day
        if reference:
            standing = patent.encumbrances.filter(kind=row.kind, reference=reference).first()
            if standing is not None:
                return standing
        if row.kind != EncumbranceKind.OPEN_DECLARATION and ends_at and last_day and ends_at > _over(last_day):
            raise _outlives(last_day)
        _store(row, by)
    return row


def _over(last_day: date) -> datetime:
    """The instant at which a patent is over, midnight after its last day in Shanghai; the database reckons so too."""
    return start_of(last_day + timedelta(days=1))


def _outlives(last_day: date) -> Refused:
    return refuse(
        "DECL-5",
        _("The license would outlive the patent, which ends on %(day)s.") % {"day": last_day.isoformat()},
        _("Let it end on that day, or leave the end empty: then it lasts until the patent ends."),
        citation=RULES["DECL-5"].citation,
        field="ends_on",
    )


def _store(row: Encumbrance, by: User | None) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise _collides(EncumbranceKind(row.kind)) from error
    trail.record(
        Action.ENCUMBRANCE_RECORD,
        row.patent,
        by=by,
        encumbrance=row.pk,
        kind=row.kind,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reference=row.reference,
    )
    if row.kind in ALONE:
        settle_change(row.patent)


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
            settle_change(row.patent)
    return row


def move_end(encumbrance: Encumbrance, *, at: datetime, by: User | None) -> Encumbrance:
    """Let what binds a patent end at another instant, later or earlier: a license was renewed or its term changed.

    Raises Refused (TRACK-3) where something sole or exclusive stands in the added time.
    """
    with transaction.atomic():
        Patent.objects.select_for_update(of=("self",)).get(pk=encumbrance.patent_id)
        row = Encumbrance.objects.select_related("patent").get(pk=encumbrance.pk)
        if row.ends_at == at:
            return row
        row.ends_at = max(at, row.starts_at)
        try:
            with transaction.atomic():
                row.save(update_fields=["ends_at"])
        except IntegrityError as error:
            raise _collides(EncumbranceKind(row.kind)) from error
        trail.record(
            Action.ENCUMBRANCE_RECORD, row.patent, by=by, encumbrance=row.pk, kind=row.kind, ends_at=row.ends_at
        )
    return row
