"""The papers of a deal: rendered once, kept in the vault under their hash, left in the outbox to be sealed (LIC-6)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Max, Q

from marketplace.audit import trail
from marketplace.licensing import contracts
from marketplace.licensing.contracts.further import AmendmentFacts, Further, TerminationFacts, render_further
from marketplace.licensing.models import Agreement, Paper, PaperKind
from marketplace.outbox import outbox
from marketplace.vault import files

if TYPE_CHECKING:
    from marketplace.accounts.models import User

BINDING = "zh-hans"  # the Chinese text binds, English is a rendering
LANGUAGES = (BINDING, "en")
SEAL = "paper.seal"
# sealed when both sides have signed them, and not before; signing.acts.signed_by_both() adds to them
SIGNED_BY_BOTH: set[str] = {PaperKind.AMENDMENT, PaperKind.TERMINATION}


def make(agreement: Agreement, kind: PaperKind, *, by: User | None) -> Paper:
    """Render a paper in both languages and keep it; return the binding one. The same paper is never made twice."""
    snapshot, facts = agreement.version.snapshot, contracts.facts_of(agreement)
    return _keep(agreement, kind, 1, lambda language: contracts.render(kind, snapshot, facts, language), by=by)


def make_further(agreement: Agreement, kind: PaperKind, facts: Further, *, by: User | None) -> Paper:
    """Render an amendment, a termination or another later paper in both languages; return the binding one.

    Its number is that of the facts, where they carry one: the second amendment is number 2.
    """
    number = facts.number if isinstance(facts, AmendmentFacts | TerminationFacts) else 1
    return _keep(agreement, kind, number, lambda language: render_further(kind, facts, language), by=by)


def next_number(agreement: Agreement, kind: PaperKind) -> int:
    """The number of the next paper of this kind: 1 for the first."""
    return (agreement.papers.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0) + 1


def _keep(
    agreement: Agreement, kind: PaperKind, number: int, render: Callable[[str], bytes], *, by: User | None
) -> Paper:
    binding, _rendering = (_store(agreement, kind, number, language, render(language)) for language in LANGUAGES)
    facts = {"kind": str(kind), "sha256": binding.sha256} | ({"paper_number": number} if number > 1 else {})
    trail.record(trail.Action.PAPER_MAKE, agreement, by=by, **facts)
    return binding


def _store(agreement: Agreement, kind: PaperKind, number: int, language: str, pdf: bytes) -> Paper:
    name = name_of(agreement, kind, language, number)
    return Paper.objects.create(
        agreement=agreement,
        kind=kind,
        number=number,
        language=language,
        file=files.store(pdf, kind=kind.value, name=name, by=None, subject=agreement),
        sha256=hashlib.sha256(pdf).hexdigest(),
    )


def name_of(agreement: Agreement, kind: PaperKind, language: str, number: int = 1) -> str:
    """A file name that says which deal, which paper (the second one of its kind has its number), which language."""
    which = f"{kind.value}-{number}" if number > 1 else kind.value
    return f"{agreement.reference}-{which}-{'en' if language == 'en' else 'zh'}.pdf"


def leave_for_sealing(agreement: Agreement) -> None:
    """Ask for the platform's seal on every paper of a complete agreement, once each; needs a transaction.

    A further paper that both sides sign waits until they have.
    """
    open_ = Q(kind__in=SIGNED_BY_BOTH, completed_at__isnull=True)
    for paper in agreement.papers.filter(sealed_at__isnull=True).exclude(open_):
        outbox.add(SEAL, key=f"seal:{paper.pk}", paper=paper.pk)
