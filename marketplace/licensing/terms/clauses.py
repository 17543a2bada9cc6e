"""The highlighted clauses of a contract or an amendment and their confirmation, one by one (LIC-F, CC 496).

What is signed is either an agreement, by its contract, or an amendment of it, by a paper of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from marketplace.lib.findings import refuse
from marketplace.licensing import contracts
from marketplace.licensing.contracts import Clause
from marketplace.licensing.models import Agreement, Amendment, Confirmation, Paper
from marketplace.licensing.papers import BINDING
from marketplace.licensing.terms import amended

if TYPE_CHECKING:
    from django.db.models import QuerySet

RULE = "LIC-F"
LAW = "《民法典》第496条"
Signed = Agreement | Amendment


def of(agreement: Agreement, language: str = BINDING) -> list[Clause]:
    """Every clause of the agreement's contract in one language."""
    return contracts.clauses(agreement.version.snapshot, contracts.facts_of(agreement), language)


def highlighted(signed: Signed, language: str = BINDING) -> list[Clause]:
    """Those that limit liability or bear on major interests; of an amendment those that it touches."""
    if isinstance(signed, Amendment):
        return amended.highlighted(signed, language)
    return [clause for clause in of(signed, language) if clause.highlighted]


def confirmed(signed: Signed) -> QuerySet[Confirmation]:
    """What was confirmed before this very signature."""
    if isinstance(signed, Amendment):
        return Confirmation.objects.filter(agreement=signed.agreement_id, paper=signed.paper_id)
    return signed.confirmations.filter(paper__isnull=True)


def of_paper(agreement: Agreement, paper: Paper | None) -> list[dict[str, str]]:
    """The confirmations that a signature of that paper rests on, to be kept with it; None: of the contract."""
    rows = agreement.confirmations.filter(paper=paper).order_by("pk")
    return [{"clause": row.clause, "text_sha256": row.text_sha256} for row in rows]


def open_ones(signed: Signed) -> list[Clause]:
    """The highlighted clauses whose present words nobody has confirmed yet."""
    done = set(confirmed(signed).values_list("clause", "text_sha256"))
    return [clause for clause in highlighted(signed) if (clause.key, clause.sha256) not in done]


def require_words(signed: Signed, key: str, sha256: str) -> None:
    """The confirmed words must be those of the paper that waits. Raises Refused."""
    if (key, sha256) not in {(clause.key, clause.sha256) for clause in highlighted(signed)}:
        raise refuse(
            RULE,
            _("These are not the words of the contract that waits for your signature."),
            _("Reload the page and read the clause again."),
            citation=LAW,
        )


def require_all_confirmed(signed: Signed) -> None:
    """Every highlighted clause was confirmed on its own. Raises Refused naming those that were not."""
    missing = open_ones(signed)
    if missing:
        titles = "、".join(clause.title for clause in missing)
        raise refuse(
            RULE,
            _("Not every highlighted clause is confirmed yet: %(titles)s.") % {"titles": titles},
            _("Read and confirm them one by one, then sign."),
            citation=LAW,
        )
