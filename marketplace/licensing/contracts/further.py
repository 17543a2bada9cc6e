"""The papers after the contract: what they state, their clauses, and their PDF.

The helper of a flow gathers the facts, asks `further_clauses` for the highlighted ones to be confirmed (LIC-F), and
`render_further` for the file in either language.
"""

from __future__ import annotations

from marketplace.licensing.contracts.clause import Clause
from marketplace.licensing.contracts.composing import compose
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.facts import DealFacts
from marketplace.licensing.contracts.further_facts import (
    TEXT,
    AmendmentFacts,
    Further,
    Ground,
    PowerOfAttorneyFacts,
    TermChange,
    TerminationFacts,
    WithdrawalFacts,
)
from marketplace.licensing.contracts.layouts import further as layouts
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.library import amending, terminating
from marketplace.licensing.contracts.library.changed import between
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.contracts.rendering import printed

KINDS: dict[str, type[Further]] = {
    "amendment": AmendmentFacts,
    "termination": TerminationFacts,
    "withdrawal": WithdrawalFacts,
    "power_of_attorney": PowerOfAttorneyFacts,
}


def further_clauses(facts: AmendmentFacts | TerminationFacts, language: str) -> list[Clause]:
    """The clauses of an amendment or a termination; the highlighted ones are confirmed one by one (LIC-F).

    `language` is "zh-hans" (binding) or "en". The same facts give the same words and hashes.
    """
    bare = _draft(facts, language)
    if isinstance(facts, AmendmentFacts):
        return compose(amending.entries(facts), bare)
    return compose(terminating.entries(facts), bare)


def render_further(kind: str, facts: Further, language: str) -> bytes:
    """One paper as PDF/A-2a and PDF/UA-1; `kind` is a PaperKind and fits the facts.

    The same arguments give the same bytes. Raises ValueError for facts of another kind, lib.papers.CannotPrint.
    """
    if KINDS.get(str(kind)) is not type(facts):
        raise ValueError(f"{type(facts).__name__} are no facts of a {kind}")
    return printed(*laid_out_further(facts, language))


def laid_out_further(facts: Further, language: str) -> tuple[Draft, Sheet]:
    """The same paper before it is printed: every word in its order."""
    draft = _draft(facts, language)
    return draft, _sheet(draft, facts, language)


def _draft(facts: Further, language: str) -> Draft:
    snapshot = {} if isinstance(facts, PowerOfAttorneyFacts) else facts.snapshot
    deal = facts.deal if isinstance(facts, AmendmentFacts | TerminationFacts) else DealFacts()
    return Draft(read(snapshot), deal, language != "en")


def _sheet(draft: Draft, facts: Further, language: str) -> Sheet:
    match facts:
        case AmendmentFacts():
            return layouts.amendment(draft, facts, further_clauses(facts, language))
        case TerminationFacts():
            return layouts.termination(draft, facts, further_clauses(facts, language))
        case WithdrawalFacts():
            return layouts.withdrawal(draft, facts)
        case PowerOfAttorneyFacts():
            return layouts.power_of_attorney(draft, facts)


__all__ = [
    "TEXT",
    "AmendmentFacts",
    "Further",
    "Ground",
    "PowerOfAttorneyFacts",
    "TermChange",
    "TerminationFacts",
    "WithdrawalFacts",
    "between",
    "further_clauses",
    "laid_out_further",
    "render_further",
]
