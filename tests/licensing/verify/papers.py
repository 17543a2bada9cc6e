"""Sealed papers by the dozen, for those who try to forge them."""

from __future__ import annotations

import hashlib
from unittest.mock import patch

from marketplace.licensing.models import Paper, PaperKind
from marketplace.licensing.signing import sealing
from marketplace.outbox import worker
from marketplace.vault import files
from tests.licensing import conftest as ways
from tests.licensing.life import World


def sealed_papers(world: World, count: int) -> list[bytes]:
    """The papers of a license in force and further ones made of its contract, each sealed as papers are."""
    listing = ways.make_listing(world.university, world.licensor)
    ways.sign_term_sheet(listing, world.licensor)
    with patch("marketplace.accounts.codes.use", lambda *_told, **_more: None):
        agreement = ways.ask(listing, world.firm, world.licensee)
        ways.confirm_all(agreement, world.licensee)
        ways.sign(agreement, world.licensee)
    worker.run_pending()
    contract = agreement.papers.select_related("file").get(kind="contract", language="zh-hans")
    base = files.read(contract.file)
    for number in range(max(0, count - agreement.papers.exclude(sealed_sha256="").count())):
        data = base + f"% {number}\n".encode()
        file = files.store(data, kind="guidance", name=f"{number}.pdf", by=None, subject=agreement)
        paper = Paper.objects.create(
            agreement=agreement,
            kind=PaperKind.GUIDANCE,
            number=100 + number,
            file=file,
            sha256=hashlib.sha256(data).hexdigest(),
        )
        sealing.seal_paper(f"seal:{paper.pk}", {"paper": paper.pk})
    rows = agreement.papers.exclude(sealed_sha256="").select_related("sealed_file").order_by("pk")
    return [files.read(row.sealed_file) for row in rows if row.sealed_file][:count]
