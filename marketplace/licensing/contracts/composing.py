"""From a frozen offer and the facts of a deal to the clauses in their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.licensing.contracts.clause import Clause
from marketplace.licensing.contracts.facts import DealFacts, PartyFacts
from marketplace.licensing.contracts.reading import read


def clauses(snapshot: Mapping[str, Any], deal: DealFacts, language: str) -> list[Clause]:
    """The clauses of the contract (preset track) or of the announced terms (open track), numbered from 1.

    `language` is "zh-hans" (binding) or "en" (a rendering). The same arguments give the same words and hashes.
    """
    offer = read(snapshot)
    zh = language != "en"
    patent = offer.patents[0]
    return [
        Clause("patents", 1, "许可的专利" if zh else "Licensed patents", (f"{patent.title} {patent.number}",)),
        Clause("liability", 2, "责任限制" if zh else "Limit of liability", ("—",), highlighted=offer.track != "open"),
    ]


def preview(snapshot: Mapping[str, Any], language: str) -> list[Clause]:
    """The same clauses for reading before log-in: the licensee is a blank, the price the general one."""
    offer = read(snapshot)
    licensor = PartyFacts(**{k: v for k, v in offer.licensor.items() if k in PartyFacts.__dataclass_fields__})
    return clauses(snapshot, DealFacts(licensor=licensor, fee_minor=offer.number("fee_minor")), language)
