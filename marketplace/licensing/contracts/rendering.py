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
from marketplace.licensing.contracts.layouts.notice import notice
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.layouts.signatures import signatures
from marketplace.licensing.contracts.reading import one_line, read

LAYOUTS: dict[str, Callable[[Draft, Sequence[Clause]], Sheet]] = {
    "contract": contract,
    "notice": notice,
    "certificate": certificate,
    "signatures": signatures,
}
_UNDATED = date(2026, 1, 1)  # a paper without a date of its own still prints the same bytes every time


def render(kind: str, snapshot: Mapping[str, Any], deal: DealFacts, language: str) -> bytes:
    """One paper as PDF/A-2a and PDF/UA-1. `kind` is a PaperKind, `language` "zh-hans" or "en".

    The same arguments give the same bytes. Raises lib.papers.CannotPrint.
    """
    offer = read(snapshot)
    written = clauses(snapshot, deal, language)
    draft = Draft(offer, deal, language != "en", {c.key: c.label for c in written})
    return printed(draft, LAYOUTS[str(kind)](draft, written))


def printed(draft: Draft, sheet: Sheet) -> bytes:
    """A laid-out paper as PDF. Raises lib.papers.CannotPrint."""
    return papers.compile(_template(), {"data": json.dumps(_page(draft, sheet), ensure_ascii=False)})


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
        "lead": [*lead, d.say(f"编号　{reference or '—'}", f"Reference: {reference or '—'}")],
        "author": d.say("开许平台", "Kaixu"),
        "brand": d.say("开许", "Kaixu"),
        "reference": reference,
        "date": [day.year, day.month, day.day],
        "mark": d.say("示例 · TEST · 无法律效力", "示例 · TEST · no legal effect") if settings.DEMO else "",
        "footer": d.say(f"查验：{url}", f"Verify: {url}"),
        "verify_code": one_line(d.deal.verify_code),
        "qr": _qr(url),
        "qr_alt": d.say(f"二维码，打开{url}查验本文件", f"QR code that opens {url} to verify this file"),
        "words": {"highlighted": d.say("重要条款：签署前须单独确认", "Important: confirmed on its own before signing")},
        "pieces": sheet.pieces,
    }


def _qr(url: str) -> str:
    """The address as a QR code in SVG."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", xmldecl=False, svgns=True, border=0, dark="#1d1b18")
    return out.getvalue().decode()
