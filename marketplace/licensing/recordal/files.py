"""What has to be handed in for recordal, by track, and which of it is here already (Guidelines V.11.7; Order 62)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.models import Track
from marketplace.licensing.models import Agreement, Obligation, ObligationState, Paper, PaperKind

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to hand in: what, whether the platform has it, a remark, and the paper that is it."""

    label: Words
    here: bool
    note: Words = ""
    paper: Paper | None = None


def file_set(agreement: Agreement) -> list[Piece]:
    """The file set of the license's track, in the order of the law."""
    papers = {
        paper.kind: paper for paper in agreement.papers.filter(language="zh-hans").select_related("file", "sealed_file")
    }
    settled = agreement.obligations.filter(state=ObligationState.SETTLED).order_by("settled_at").first()
    if agreement.track == Track.OPEN:
        return _open(papers, settled, agreement)
    return _preset(papers, agreement)


def _open(papers: dict[str, Paper], settled: Obligation | None, agreement: Agreement) -> list[Piece]:
    free = not agreement.obligations.exists()
    return [
        _form(),
        _paper(_("The licensee's written notice"), papers.get(PaperKind.NOTICE)),
        Piece(
            _("Proof of payment"),
            here=settled is not None or free,
            note=_("free of charge: say so in the form") if free else _settled_note(settled),
        ),
        _paper(_("Certificate with the instants (helps the examiner)"), papers.get(PaperKind.CERTIFICATE)),
        *_identity(),
    ]


def _preset(papers: dict[str, Paper], agreement: Agreement) -> list[Piece]:
    return [
        _form(),
        _paper(_("The license contract"), papers.get(PaperKind.CONTRACT)),
        _paper(_("The signature record"), papers.get(PaperKind.SIGNATURES)),
        *_identity(),
    ]


def _form() -> Piece:
    note = _("fill it in at the patent office's service; signed or stamped by who files")
    return Piece(_("Application form for recordal"), here=False, note=note)


def _identity() -> list[Piece]:
    return [
        Piece(_("Proof of identity of who files"), here=False, note=_("business license or certificate of the body")),
        Piece(_("Power of attorney, if somebody files for you"), here=False, note=_("it names what he may do")),
        Piece(_("Identity card of the person who hands in"), here=False, note=_("shown there, not kept here")),
    ]


def _paper(label: Words, paper: Paper | None) -> Piece:
    if paper is None:
        return Piece(label, here=False, note=_("not made yet"))
    note = "" if paper.sealed_at else _("its seal follows")
    return Piece(label, here=True, note=note, paper=paper)


def _settled_note(settled: Obligation | None) -> Words:
    if settled is None:
        return _("follows with the payment")
    reference = str(settled.proof.get("reference", ""))
    return _("receipt %(reference)s") % {"reference": reference} if reference else ""
