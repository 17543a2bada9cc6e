"""From clauses and facts to the printed paper."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from marketplace.lib import papers
from marketplace.licensing.contracts.composing import clauses
from marketplace.licensing.contracts.facts import DealFacts

_THIN = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title, date: datetime(year: 2026, month: 1, day: 1))
#set text(lang: "zh", region: "cn", font: "Noto Sans CJK SC", size: 10.5pt)
#set page(margin: 25mm, numbering: "1 / 1")
#title()
#for c in d.clauses [
  == #c.title
  #c.text
]
"""


def render(kind: str, snapshot: Mapping[str, Any], deal: DealFacts, language: str) -> bytes:
    """One paper as PDF/A-2a and PDF/UA-1. `kind` is a PaperKind, `language` "zh-hans" or "en".

    The same arguments give the same bytes. Raises lib.papers.CannotPrint.
    """
    data = {
        "title": f"{kind} {deal.reference}",
        "clauses": [{"title": c.title, "text": c.text} for c in clauses(snapshot, deal, language)],
    }
    return papers.compile(_THIN, {"data": json.dumps(data, ensure_ascii=False)})
