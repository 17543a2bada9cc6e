"""The highlighted clauses of a contract and their confirmation, one by one (LIC-F, CC 496)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.lib.findings import refuse
from marketplace.licensing import contracts
from marketplace.licensing.contracts import Clause
from marketplace.licensing.models import Agreement
from marketplace.licensing.papers import BINDING

RULE = "LIC-F"
LAW = "《民法典》第496条"


def of(agreement: Agreement, language: str = BINDING) -> list[Clause]:
    """Every clause of the agreement's contract in one language."""
    return contracts.clauses(agreement.version.snapshot, contracts.facts_of(agreement), language)


def highlighted(agreement: Agreement, language: str = BINDING) -> list[Clause]:
    """Those that limit liability or bear on major interests."""
    return [clause for clause in of(agreement, language) if clause.highlighted]


def open_ones(agreement: Agreement) -> list[Clause]:
    """The highlighted clauses whose present words nobody has confirmed yet."""
    done = set(agreement.confirmations.values_list("clause", "text_sha256"))
    return [clause for clause in highlighted(agreement) if (clause.key, clause.sha256) not in done]


def require_words(agreement: Agreement, key: str, sha256: str) -> None:
    """The confirmed words must be the contract's own. Raises Refused."""
    if (key, sha256) not in {(clause.key, clause.sha256) for clause in highlighted(agreement)}:
        raise refuse(
            RULE,
            _("These are not the words of the contract that waits for your signature."),
            _("Reload the page and read the clause again."),
            citation=LAW,
        )


def require_all_confirmed(agreement: Agreement) -> None:
    """Every highlighted clause was confirmed on its own. Raises Refused naming those that were not."""
    missing = open_ones(agreement)
    if missing:
        titles = "、".join(clause.title for clause in missing)
        raise refuse(
            RULE,
            _("Not every highlighted clause is confirmed yet: %(titles)s.") % {"titles": titles},
            _("Read and confirm them one by one, then sign."),
            citation=LAW,
        )
