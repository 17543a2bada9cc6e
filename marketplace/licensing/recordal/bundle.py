"""The file set of a filing as one zip: the deal's sealed papers, what we filled in, and a checklist (REC-1)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.utils import translation

from marketplace.lib import terms
from marketplace.licensing import contracts
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.further import PowerOfAttorneyFacts, render_further
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.contracts.rendering import printed
from marketplace.licensing.models import Filing, FilingKind, FilingState, Party
from marketplace.licensing.recordal import sheets
from marketplace.licensing.recordal.files import FORM, PAYMENT, POWER, Piece, file_set
from marketplace.vault import files

STAMP = (1980, 1, 1, 0, 0, 0)  # equal contents give an equal zip
NAMES = {FORM: "信息表", PAYMENT: "付款情况说明", POWER: "授权委托书"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip to download."""

    name: str
    data: bytes


def bundle(filing: Filing, *, on: date | None = None) -> Bundle:
    """The whole file set for the side whose duty the filing is. Raises vault.Damaged where a paper is lost."""
    day = on or terms.today()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in _contents(filing, day):
            pack.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)
    return Bundle(f"{filing.agreement.reference}-{filing.kind}.zip", out.getvalue())


def _contents(filing: Filing, day: date) -> Iterator[tuple[str, bytes]]:
    """Every file with its name; the checklist first, in both languages, then in the order of the law."""
    agreement = filing.agreement
    draft = Draft(read(agreement.version.snapshot), contracts.facts_of(agreement), zh=True)
    with translation.override("zh-hans"):
        pieces = file_set(agreement, filing.kind)
    is_late = filing.due_on is not None and day > filing.due_on and filing.state == FilingState.TO_PREPARE
    for language, ending in (("zh-hans", "办理清单"), ("en", "checklist-en")):
        yield f"00-{ending}.pdf", _checklist(filing, draft, day, language, late=is_late)
    for number, piece in enumerate(pieces, start=1):
        made = _made(filing, draft, piece)
        if made is not None:
            yield f"{number:02d}-{made[0]}.pdf", made[1]
    if is_late:
        yield f"{len(pieces) + 1:02d}-逾期说明.pdf", printed(draft, sheets.late(draft, filing))


def _made(filing: Filing, draft: Draft, piece: Piece) -> tuple[str, bytes] | None:
    """The file of a piece, None where the user brings it."""
    if piece.paper is not None:
        return str(piece.paper.kind), files.read(piece.paper.sealed_file or piece.paper.file)
    match piece.sheet:
        case "form":
            return NAMES[FORM], printed(draft, sheets.form_data(draft, filing))
        case "payment":
            return NAMES[PAYMENT], printed(draft, sheets.payments(draft, filing))
        case "power":
            return NAMES[POWER], _power(filing, draft)
        case _:
            return None


def _power(filing: Filing, draft: Draft) -> bytes:
    side = draft.deal.licensor if filing.duty == Party.LICENSOR else draft.deal.licensee
    facts = PowerOfAttorneyFacts(principal=side, scopes=("filings",), made_on=draft.deal.starts_on)
    return render_further("power_of_attorney", facts, "zh-hans")


def _checklist(filing: Filing, draft: Draft, day: date, language: str, *, late: bool) -> bytes:
    zh = language != "en"
    spoken = replace(draft, zh=zh)
    with translation.override(language):
        rows = [
            (
                f"{number:02d}　{piece.label}",
                spoken.say("在本压缩包中", "in this zip")
                if piece.paper or piece.sheet
                else spoken.say("请您准备", "you bring it"),
                str(piece.note) or "—",
            )
            for number, piece in enumerate(file_set(filing.agreement, filing.kind), start=1)
        ]
    if late:
        said = spoken.say("写明原因并签章", "give the reason, sign and stamp")
        rows.append(
            (spoken.say("逾期办理的情况说明", "Why it is late"), spoken.say("在本压缩包中", "in this zip"), said)
        )
    return printed(spoken, sheets.checklist(spoken, filing, rows, day))


__all__ = ["Bundle", "FilingKind", "bundle"]
