"""The papers of a deal: rendered once, kept in the vault under their hash, left in the outbox to be sealed (LIC-6)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from marketplace.audit import trail
from marketplace.licensing import contracts
from marketplace.licensing.models import Agreement, Paper, PaperKind
from marketplace.outbox import outbox
from marketplace.vault import files

if TYPE_CHECKING:
    from marketplace.accounts.models import User

BINDING = "zh-hans"  # the Chinese text binds, English is a rendering
LANGUAGES = (BINDING, "en")
SEAL = "paper.seal"


def make(agreement: Agreement, kind: PaperKind, *, by: User | None) -> Paper:
    """Render a paper in both languages and keep it; return the binding one. The same paper is never made twice."""
    binding, _rendering = (_make(agreement, kind, language) for language in LANGUAGES)
    trail.record(trail.Action.PAPER_MAKE, agreement, by=by, kind=str(kind), sha256=binding.sha256)
    return binding


def _make(agreement: Agreement, kind: PaperKind, language: str) -> Paper:
    pdf = contracts.render(kind, agreement.version.snapshot, contracts.facts_of(agreement), language)
    file = files.store(pdf, kind=kind.value, name=name_of(agreement, kind, language), by=None, subject=agreement)
    return Paper.objects.create(
        agreement=agreement, kind=kind, language=language, file=file, sha256=hashlib.sha256(pdf).hexdigest()
    )


def name_of(agreement: Agreement, kind: PaperKind, language: str) -> str:
    """A file name that says which deal, which paper and which language."""
    return f"{agreement.reference}-{kind.value}-{'en' if language == 'en' else 'zh'}.pdf"


def leave_for_sealing(agreement: Agreement) -> None:
    """Ask for the platform's seal on every paper of a complete agreement, once each; needs a transaction."""
    for paper in agreement.papers.filter(sealed_at__isnull=True):
        outbox.add(SEAL, key=f"seal:{paper.pk}", paper=paper.pk)
