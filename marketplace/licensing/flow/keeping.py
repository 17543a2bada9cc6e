"""Empties deals whose time of keeping is over: what the law no longer wants kept goes, the frame stays (KEEP-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from marketplace.audit import trail
from marketplace.audit.models import Said
from marketplace.lib.terms import day_of, today
from marketplace.licensing.models import (
    OPEN_REPAYMENTS,
    Agreement,
    CaSession,
    HandOver,
    ObligationState,
    StampedCopy,
)
from marketplace.licensing.personal import kept_until
from marketplace.vault import files
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from datetime import date

MOST = 500  # deals a night; the next night takes the rest
UNPAID = (ObligationState.FUTURE, ObligationState.DUE, ObligationState.HELD)


def last_day(agreement: Agreement) -> date | None:
    """The last day on which the deal's data are kept; None while it is not over."""
    if agreement.closed_at is None:
        return None
    return kept_until(agreement.ends_on, day_of(agreement.closed_at))


def empty_due() -> int:
    """Empty every deal past its time that nobody holds and in which nothing is owed; how many there were."""
    held = Q(legal_holds__isnull=False, legal_holds__lifted_at__isnull=True)
    owing = Q(obligations__state__in=UNPAID) | Q(repayments__state__in=OPEN_REPAYMENTS)
    over = Agreement.objects.filter(closed_at__isnull=False, emptied_at__isnull=True)
    blocked = over.filter(held | owing).values("pk")
    done = 0
    for agreement in over.exclude(pk__in=blocked).order_by("closed_at", "pk").iterator(chunk_size=200):
        last = last_day(agreement)
        if last is not None and last < today():
            done += _empty(agreement)
        if done >= MOST:
            break
    return done


def _empty(agreement: Agreement) -> int:
    """One deal, whole or not at all; 0 when somebody was first or holds it by now. The trail says how much went."""
    with transaction.atomic():
        free = Agreement.objects.filter(pk=agreement.pk, emptied_at__isnull=True, closed_at__isnull=False)
        blank = {"intended_use": "", "related_detail": "", "state_reason": "", "statements": {}}
        if not free.update(emptied_at=timezone.now(), **blank):
            return 0
        if agreement.legal_holds.filter(lifted_at__isnull=True).exists():  # put on after the list was read
            transaction.set_rollback(True)
            return 0
        gone = _rows(agreement)
        trail.record(trail.Action.AGREEMENT_EMPTY, agreement, by=None, deleted=gone)
    return 1


def _rows(agreement: Agreement) -> dict[str, int]:
    """Delete what a person can be known by; papers keep their hashes, so that a copy can still be compared."""
    scans = StampedCopy.objects.filter(paper__agreement=agreement)
    found = VaultFile.objects.filter(
        Q(subject_type=agreement._meta.label_lower, subject_id=str(agreement.pk))
        | Q(pk__in=scans.values("file"))
        | Q(pk__in=agreement.papers.values("file"))
        | Q(pk__in=agreement.papers.values("sealed_file"))
        | Q(pk__in=agreement.papers.values("signed_file"))
    )
    discarded = sum(files.discard(file) for file in found.filter(deleted_at__isnull=True))
    return {
        "files": discarded,
        "scans": scans.delete()[0],
        "visits": CaSession.objects.filter(paper__agreement=agreement).delete()[0],
        "links": HandOver.objects.filter(paper__agreement=agreement).delete()[0],
        "confirmations": agreement.confirmations.all().delete()[0],
        "signatures": agreement.signatures.all().delete()[0],
        "words": Said.objects.filter(entry__in=trail.of(agreement)).delete()[0],
    }
