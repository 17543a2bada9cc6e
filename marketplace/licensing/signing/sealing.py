"""Sealing a paper once, from the outbox, however often the effect comes (LIC-7, DOC-3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.audit import trail
from marketplace.lib import crash
from marketplace.lib.terms import today
from marketplace.licensing.models import Agreement, Paper
from marketplace.licensing.papers import SEAL
from marketplace.notices import kinds, notices
from marketplace.outbox import outbox, worker
from marketplace.outbox.models import Effect, EffectState
from marketplace.vault import files

HANDLER = "licensing.sealing"
LATE = timedelta(minutes=15)
AGAIN = timedelta(hours=1)  # after which a seal that the outbox gave up for want of an authority is tried anew


_STAMPLESS = "NoTimeStamp:"  # how the outbox notes seal.NoTimeStamp


class ChangedBeforeSeal(Exception):
    """The stored bytes are not those that were shown and signed: nothing is sealed, a person must look (LIC-6)."""


class _SealedMeanwhile(Exception):
    """Another worker was first; its seal stands."""


def register() -> None:
    """Let the outbox bring papers here, and look after late ones; called from LicensingConfig.ready()."""
    outbox.handles(SEAL, HANDLER)(seal_paper)
    outbox.every(300, "licensing.late_seals")(watch)
    kinds.register(
        "papers_sealed",
        subject=_("Your sealed papers are ready: %(reference)s"),
        body=_("Every paper of %(reference)s now carries the platform's seal and a time stamp. Keep the files."),
        action=_("Download the papers"),
    )
    kinds.register(
        "seals_late",
        subject=_("%(count)s papers wait for their seal"),
        body=_("The oldest has waited since %(since)s. Check the time-stamp authorities and the seal's key."),
    )


def seal_paper(key: str, payload: dict[str, Any]) -> None:
    """Seal the paper named by `payload["paper"]`; returns at once when it is sealed.

    Raises seal.SealUnavailable, vault.files.Damaged or ChangedBeforeSeal; the outbox tries again.
    """
    from marketplace.licensing.signing import seal

    paper = Paper.objects.select_related("agreement", "file", "signed_file").get(pk=payload["paper"])
    if paper.sealed_sha256:
        return
    pdf = files.read(paper.file)
    if hashlib.sha256(pdf).hexdigest() != paper.sha256:
        raise ChangedBeforeSeal(f"paper {paper.pk}")
    if paper.signed_file is not None:  # with certificates: their signatures stand behind the bytes that were shown
        shown, pdf = pdf, files.read(paper.signed_file)
        if not pdf.startswith(shown) or hashlib.sha256(pdf).hexdigest() != paper.signed_sha256:
            raise ChangedBeforeSeal(f"paper {paper.pk}")
    sealed = seal.seal_pdf(pdf, name=f"{paper.agreement.reference} {paper.kind}")
    crash.reach("sealed")
    try:
        with transaction.atomic():
            _keep(paper, sealed)
    except _SealedMeanwhile:
        return
    crash.reach("seal_kept")


def _keep(paper: Paper, sealed: bytes) -> None:
    """Store the sealed file and mark the paper, if nobody did so first."""
    agreement, digest = paper.agreement, hashlib.sha256(sealed).hexdigest()
    file = files.store(sealed, kind=paper.kind, name=_name(paper), by=None, subject=agreement)
    moved = Paper.objects.filter(pk=paper.pk, sealed_sha256="").update(
        sealed_file=file, sealed_sha256=digest, sealed_at=timezone.now()
    )
    if not moved:
        raise _SealedMeanwhile
    trail.record(
        trail.Action.PAPER_SEAL,
        agreement,
        by=None,
        paper=paper.pk,
        kind=paper.kind,
        language=paper.language,
        sha256=paper.sha256,
        sealed_sha256=digest,
    )
    if not agreement.papers.filter(sealed_at__isnull=True).exists():
        _tell(agreement)


def _name(paper: Paper) -> str:
    stem = paper.file.name.removesuffix(".pdf")
    return f"{stem}-sealed.pdf"


def _tell(agreement: Agreement) -> None:
    """Both sides hear once that every paper there is now carries its seal."""
    count = agreement.papers.count()
    for side in (agreement.licensee, agreement.licensor):
        notices.tell(
            people.members(side),
            "papers_sealed",
            key=f"papers_sealed:{agreement.pk}:{count}",
            path=agreement.get_absolute_url(),
            reference=agreement.reference,
        )


def late() -> QuerySet[Effect]:
    """The seals asked for more than 15 minutes ago that are still not made."""
    waiting = Effect.objects.filter(topic=SEAL, state__in=[EffectState.PENDING, EffectState.DEAD])
    return waiting.filter(created_at__lt=timezone.now() - LATE).order_by("created_at", "pk")


@dataclass(frozen=True, slots=True)
class Delay:
    """Why papers have no seal yet: when making it failed last, and whether for want of a time stamp; since when."""

    since: datetime
    failed_at: datetime | None
    for_stamp: bool

    @property
    def is_late(self) -> bool:
        """Whether the worker should long have come to it."""
        return self.since < timezone.now() - LATE


def delay(papers: Iterable[Paper]) -> Delay | None:
    """What holds the seals of these papers up, the latest failure first; None when no seal was asked for."""
    keys = [f"{HANDLER}:seal:{paper.pk}" for paper in papers]
    waiting = Effect.objects.filter(topic=SEAL, key__in=keys).exclude(state=EffectState.DONE)
    rows = list(waiting.order_by(F("failed_at").desc(nulls_last=True), "created_at"))
    if not rows:
        return None
    failed = rows[0]
    since = min(row.created_at for row in rows)
    return Delay(since, failed.failed_at, failed.last_error.startswith(_STAMPLESS))


def watch() -> None:
    """Try seals again that were given up for want of an authority; tell the moderators, once a day, of late ones."""
    given_up = Effect.objects.filter(topic=SEAL, state=EffectState.DEAD, last_error__startswith=_STAMPLESS)
    for effect in given_up.filter(failed_at__lt=timezone.now() - AGAIN):
        worker.retry(effect.pk)
    oldest = late().first()
    if oldest is None:
        return
    with transaction.atomic():
        notices.tell(
            people.moderators(),
            "seals_late",
            key=f"seals_late:{today().isoformat()}",
            count=late().count(),
            since=timezone.localtime(oldest.created_at).strftime("%Y-%m-%d %H:%M"),
        )
