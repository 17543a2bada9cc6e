"""The time-stamp authority fails in every way it can; papers wait and are sealed once when it is back (DOC-3)."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from django.test import override_settings

from marketplace.audit import trail
from marketplace.lib import pki
from marketplace.licensing.models import Agreement, Paper
from marketplace.licensing.signing import sealing
from marketplace.licensing.signing.inspection import inspect, trust
from marketplace.licensing.signing.seal import SealUnavailable
from marketplace.vault import files
from marketplace.vault.models import VaultFile
from tests.lib.authorities import authority
from tests.scored import Outcome

WAYS = ("error", "garbage", "refuse", "other", "gone")
DELIVERIES = 5


def one(paper: Paper, how: str, folder: Path) -> list[str]:
    """The authority fails `how`; then it answers, and the job comes five times. What went wrong, in words."""
    wrong: list[str] = []
    if how == "gone":
        with authority(folder) as url:
            pass  # it was there, and is not any more
        wrong += _fails(paper, url)
    else:
        with authority(folder, how) as url:
            wrong += _fails(paper, url)
    with authority(folder) as url, override_settings(TIMESTAMP_URLS=[url]):
        for _ in range(DELIVERIES):
            _deliver(paper)
    return wrong + _once(paper)


def _deliver(paper: Paper) -> None:
    sealing.seal_paper(f"seal:{paper.pk}", {"paper": paper.pk})


def _fails(paper: Paper, url: str) -> list[str]:
    with override_settings(TIMESTAMP_URLS=[url]):
        try:
            _deliver(paper)
        except SealUnavailable:
            pass
        else:
            return ["sealed without an authority"]
    row = Paper.objects.get(pk=paper.pk)
    return ["called sealed"] if row.sealed_sha256 or row.sealed_at or row.sealed_file_id else []


def _once(paper: Paper) -> list[str]:
    row = Paper.objects.select_related("agreement", "sealed_file").get(pk=paper.pk)
    if row.sealed_file is None:
        return ["never sealed"]
    seen = inspect(files.read(row.sealed_file), trust()).signatures
    entries = [e for e in trail.of(row.agreement).filter(action="paper.seal") if e.facts["paper"] == row.pk]
    stored = VaultFile.objects.filter(sha256=row.sealed_sha256).count()
    wrong = [] if len(seen) == len(entries) == stored == 1 else ["sealed more than once"]
    return wrong if seen[0].stamp_ok else [*wrong, "no time stamp"]


def papers_of(agreement: Agreement, count: int) -> list[Paper]:
    """Further papers of a deal that wait for their seal."""
    base = files.read(agreement.papers.select_related("file").get(kind="contract", language="zh-hans").file)
    made = []
    for number in range(count):
        data = base + f"% later {number}\n".encode()
        file = files.store(data, kind="guidance", name=f"later-{number}.pdf", by=None, subject=agreement)
        digest = hashlib.sha256(data).hexdigest()
        facts: dict[str, Any] = {"kind": "guidance", "number": 500 + number, "file": file, "sha256": digest}
        made.append(Paper.objects.create(agreement=agreement, **facts))
    return made


def run(count: int) -> Outcome:
    """`count` papers, each with an authority that fails first. The database is thrown away."""
    from tests.licensing.life import people
    from tests.licensing.verify.papers import sealed_papers

    sealed_papers(people(), 1)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kaixu-stamps-") as name:
        folder = pki.ensure_test_hierarchy(Path(name) / "pki").folder
        with override_settings(TEST_PKI_ROOT=folder):
            for number, paper in enumerate(papers_of(Agreement.objects.get(), count)):
                wrong += one(paper, WAYS[number % len(WAYS)], folder)
    said = f"{count} authorities failed, {count * DELIVERIES} deliveries {', '.join(sorted(set(wrong)))}".strip()
    return Outcome(count, len(wrong), said)
