"""What has to be handed in, by track, kind and side, and which of it is here already (Guidelines V.11.7; Order 62)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.models import Track
from marketplace.licensing.models import Agreement, FilingKind, Obligation, ObligationState, Paper, PaperKind

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

FORM = "form"  # sheets that the platform fills in; the rest are the deal's papers or the user's own
PAYMENT = "payment"
POWER = "power"
PLAN = "guidance"


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to hand in: what, whether the platform has it, what is still to do, and what it is.

    `paper` is a paper of the deal, `sheet` one that is filled in for the zip; neither: the user brings it.
    """

    label: Words
    here: bool
    note: Words = ""
    paper: Paper | None = None
    sheet: str = ""


def file_set(agreement: Agreement, kind: str = FilingKind.RECORDAL) -> list[Piece]:
    """The file set of the license's track and of the kind of filing, in the order of the law."""
    papers = {
        paper.kind: paper
        for paper in agreement.papers.filter(language="zh-hans", number=1).select_related("file", "sealed_file")
    }
    if kind == FilingKind.REGISTRATION:
        return _registration(papers, agreement)
    if agreement.track == Track.OPEN:
        return _open(papers, agreement)
    return _preset(papers, agreement)


def _open(papers: dict[str, Paper], agreement: Agreement) -> list[Piece]:
    return [
        _form(),
        _paper(_("The licensee's written notice"), papers.get(PaperKind.NOTICE)),
        _payment(agreement),
        _paper(_("Certificate with the instants (helps the examiner)"), papers.get(PaperKind.CERTIFICATE)),
        *_identity(),
    ]


def _preset(papers: dict[str, Paper], agreement: Agreement) -> list[Piece]:
    return [
        _form(),
        _paper(_("The license contract"), papers.get(PaperKind.CONTRACT)),
        _paper(_("The signature record"), papers.get(PaperKind.SIGNATURES)),
        _payment(agreement),
        *_identity(),
    ]


def _registration(papers: dict[str, Paper], agreement: Agreement) -> list[Piece]:
    opened = agreement.track == Track.OPEN
    contract = _paper(
        _("The licensee's written notice") if opened else _("The license contract"),
        papers.get(PaperKind.NOTICE if opened else PaperKind.CONTRACT),
    )
    record = _paper(
        _("Certificate of the open license") if opened else _("The signature record"),
        papers.get(PaperKind.CERTIFICATE if opened else PaperKind.SIGNATURES),
    )
    note = _("copy of the certificate or of the register; the registrar wants to see that the patent is in force")
    return [
        Piece(
            _("Application form for registration"), here=True, note=_("data filled in; sign or stamp it"), sheet=FORM
        ),
        contract,
        record,
        _payment(agreement),
        Piece(_("The patent certificate"), here=False, note=note),
        *_identity(),
    ]


def _form() -> Piece:
    note = _("data filled in; copy them into the patent office's service, signed or stamped by who files")
    return Piece(_("Application form for recordal"), here=True, note=note, sheet=FORM)


def _payment(agreement: Agreement) -> Piece:
    settled = agreement.obligations.filter(state=ObligationState.SETTLED).order_by("settled_at").first()
    free = not agreement.obligations.exists()
    note = _("free of charge: say so in the form") if free else _settled_note(settled)
    return Piece(_("Proof of payment"), here=settled is not None or free, note=note, sheet=PAYMENT)


def _identity() -> list[Piece]:
    return [
        Piece(_("Proof of identity of who files"), here=False, note=_("business license or certificate of the body")),
        Piece(
            _("Power of attorney, if somebody files for you"),
            here=True,
            note=_("made out; name the agent, sign and stamp it"),
            sheet=POWER,
        ),
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
    if not reference:
        return _("add the bank's receipt")
    return _("receipt %(reference)s; add the bank's own") % {"reference": reference}
