"""From clauses and facts to the printed paper."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import segno
from django.conf import settings

from marketplace.lib import papers
from marketplace.licensing.contracts.clause import Clause
from marketplace.licensing.contracts.composing import clauses
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.facts import DealFacts
from marketplace.licensing.contracts.layouts.certificate import certificate
from marketplace.licensing.contracts.layouts.contract import contract
from marketplace.licensing.contracts.layouts.guidance import guidance
from marketplace.licensing.contracts.layouts.notice import notice
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.layouts.signatures import signatures
from marketplace.licensing.contracts.layouts.summary import summary
from marketplace.licensing.contracts.layouts.trial import trial
from marketplace.licensing.contracts.reading import one_line, read

LAYOUTS: dict[str, Callable[[Draft, Sequence[Clause]], Sheet]] = {
    "contract": contract,
    "notice": notice,
    "certificate": certificate,
    "signatures": signatures,
    "summary": summary,
    "guidance": guidance,
    "trial": trial,
}
SCALES = (1.0, 0.93, 0.86, 0.79, 0.72)  # of the type on a paper that must fit on one page
_UNDATED = date(2026, 1, 1)  # a paper without a date of its own still prints the same bytes every time


def render(kind: str, snapshot: Mapping[str, Any], deal: DealFacts, language: str) -> bytes:
    """One paper as PDF/A-2a and PDF/UA-1. `kind` is a PaperKind, `language` "zh-hans" or "en".

    The same arguments give the same bytes. Raises lib.papers.CannotPrint.
    """
    return printed(*laid_out(kind, snapshot, deal, language))


def laid_out(kind: str, snapshot: Mapping[str, Any], deal: DealFacts, language: str) -> tuple[Draft, Sheet]:
    """The same paper before it is printed: every word in its order."""
    offer = read(snapshot)
    written = clauses(snapshot, deal, language)
    draft = Draft(offer, deal, language != "en", {c.key: c.label for c in written})
    return draft, LAYOUTS[str(kind)](draft, written)


def printed(draft: Draft, sheet: Sheet) -> bytes:
    """A laid-out paper as PDF; one that should fit on a page is set smaller until it does, as long as it can be read.

    Raises lib.papers.CannotPrint.
    """
    page = _page(draft, sheet)
    pdf = b""
    for scale in SCALES if sheet.one_page else SCALES[:1]:
        data = json.dumps(page | {"scale": scale}, ensure_ascii=False)
        pdf = papers.compile(_template(), {"data": data})
        if not sheet.one_page or papers.pages(pdf) == 1:
            break
    return pdf


@cache
def _template() -> str:
    return Path(__file__).with_name("paper.typ").read_text(encoding="utf-8")


def _page(d: Draft, sheet: Sheet) -> dict[str, Any]:
    """Everything paper.typ shows."""
    day = sheet.dated or d.deal.made_on or _UNDATED
    reference = one_line(d.deal.reference)
    url = d.deal.verify_url or settings.SITE_URL
    lead = list(sheet.lead)
    if not d.zh:
        lead.append("English rendering for reference only. The Chinese text is binding.")
    return {
        "language": "zh" if d.zh else "en",
        "title": sheet.title,
        "kicker": sheet.kicker,
        "lead": [*lead, d.say(f"编号　{reference}", f"Reference: {reference}")] if reference else lead,
        "author": d.say("开许平台", "Kaixu"),
        "brand": d.say("开许", "Kaixu"),
        "reference": reference,
        "date": [day.year, day.month, day.day],
        "mark": d.say("示例 · TEST · 无法律效力", "示例 · TEST · no legal effect") if settings.DEMO else "",
        "footer": d.say(f"查验：{url}", f"Verify: {url}") if d.deal.verify_url else settings.SITE_URL,
        "verify_code": one_line(d.deal.verify_code),
        "qr": _qr(url) if d.deal.verify_url else "",
        "qr_alt": d.say(f"二维码，打开{url}查验本文件", f"QR code that opens {url} to verify this file"),
        "words": {"highlighted": d.say("重要条款：签署前须单独确认", "Important: confirmed on its own before signing")},
        "pieces": sheet.pieces,
    }


def _qr(url: str) -> str:
    """The address as a QR code in SVG."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", xmldecl=False, svgns=True, border=0, dark="#1d1b18")
    return out.getvalue().decode()
