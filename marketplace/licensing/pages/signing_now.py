"""What waits on a deal's page because of signatures: scans to look at, further papers to sign, seals that follow."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.lib.look import sentence, when
from marketplace.licensing.flow import moving
from marketplace.licensing.models import (
    Agreement,
    AmendmentState,
    CopyState,
    Paper,
    Party,
    StampedCopy,
    TerminationState,
)
from marketplace.licensing.papers import BINDING, SIGNED_BY_BOTH
from marketplace.licensing.signing import copies, doors, sealing
from marketplace.licensing.states import ASKS, SIGNS


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: its words, and where this person can do something about it ('' where he cannot)."""

    title: str
    text: str
    label: str = ""
    url: str = ""


def of(agreement: Agreement, user: User) -> list[Waiting]:
    """Everything that waits, what this person can do first."""
    found = [*_scans(agreement, user), *_papers(agreement, user), *_seals(agreement)]
    return sorted(found, key=lambda one: not one.url)


def _scans(agreement: Agreement, user: User) -> list[Waiting]:
    rows = StampedCopy.objects.filter(paper__agreement=agreement, state=CopyState.WAITING).select_related("paper")
    found = []
    for row in rows:
        row.paper.agreement = agreement
        paper, until = row.paper.get_kind_display(), when(row.answer_until)
        url = reverse("licensing:stamped_copy", args=[agreement.code, row.code])
        if user.pk != row.by_id and moving.holds(user, copies.other_side(row), ASKS):
            text = _("%(name)s has signed on paper. Say by %(day)s whether the scan is complete.")
            words = sentence(text, name=copies.own_side(row).name, day=until)
            found.append(
                Waiting(_("Look at the scan: %(paper)s") % {"paper": paper}, words, _("Look at the scan"), url)
            )
        else:
            text = _("%(name)s answers by %(day)s. Without its answer the scan does not count.")
            words = sentence(text, name=copies.other_side(row).name, day=until)
            found.append(Waiting(_("Scan handed in: %(paper)s") % {"paper": paper}, words, _("See the scan"), url))
    return found


def _papers(agreement: Agreement, user: User) -> list[Waiting]:
    rows = agreement.papers.filter(kind__in=SIGNED_BY_BOTH, language=BINDING, completed_at__isnull=True)
    rows = rows.exclude(amendment__state=AmendmentState.VOID).exclude(termination__state=TerminationState.DROPPED)
    return [_paper(agreement, row, user) for row in rows.prefetch_related("signatures")]


def _paper(agreement: Agreement, row: Paper, user: User) -> Waiting:
    signed = {one.party for one in row.signatures.all()}
    missing = [party for party in Party if party not in signed]
    title = _("To be signed: %(paper)s") % {"paper": row.get_kind_display()}
    names = str(_(", ")).join(doors.side(agreement, party).name for party in missing)
    text = _("Still missing: the signature of %(names)s.") % {"names": names}
    if any(moving.holds(user, doors.side(agreement, party), SIGNS) for party in missing):
        url = reverse("licensing:sign_paper", args=[agreement.code, row.pk])
        return Waiting(title, text, _("Read and sign"), url)
    return Waiting(title, text)


def _seals(agreement: Agreement) -> list[Waiting]:
    """Signed papers whose seal is not there yet: never called sealed before the time stamp is there (DOC-3)."""
    done = agreement.signed_at or agreement.noticed_at
    if done is None:
        return []
    rows = agreement.papers.filter(sealed_at__isnull=True).exclude(kind__in=SIGNED_BY_BOTH, completed_at__isnull=True)
    papers = list(rows)
    held_up = sealing.delay(papers)
    return [_seal(len(papers), held_up)] if papers else []


def _seal(count: int, held_up: sealing.Delay | None) -> Waiting:
    """Why the seals are not there: the worker is on its way, the authority did not answer, or something of ours."""
    told: dict[str, object] = {"count": count}
    if held_up is not None and held_up.failed_at is not None:
        told["at"] = when(held_up.failed_at)
        if held_up.for_stamp:
            text = _(
                "The signatures stand. %(count)s papers lack the platform's seal: the time-stamp authority did not "
                "answer at %(at)s. We try again until it does; you get a message."
            )
        else:
            text = _(
                "The signatures stand. %(count)s papers lack the platform's seal: making it failed at %(at)s, through "
                "no fault of yours. We look after it and try again; you get a message."
            )
        return Waiting(_("Signed, seal pending"), sentence(text, **told))
    if held_up is not None and held_up.is_late:
        told["at"] = when(held_up.since)
        text = _(
            "The signatures stand. %(count)s papers have waited for the platform's seal since %(at)s, longer than "
            "usual. Nothing is lost; we have been told, and you get a message."
        )
        return Waiting(_("Signed, seal pending"), sentence(text, **told))
    text = _(
        "The signatures stand. %(count)s papers are being sealed at this moment, as a rule within a minute. "
        "Load the page again to see it."
    )
    return Waiting(_("Signed, being sealed now"), sentence(text, **told))
