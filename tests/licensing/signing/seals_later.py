"""The time-stamp authority fails in every way it can; papers wait and are sealed once when it is back (DOC-3).

When it is back two workers are at the same paper: the second seals it while the first is at its seal. The control takes
away what decides between them, the condition of one UPDATE.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db.models import QuerySet
from django.test import override_settings

from marketplace.audit import trail
from marketplace.lib import pki
from marketplace.licensing.models import Agreement, Paper
from marketplace.licensing.signing import seal, sealing
from marketplace.licensing.signing.inspection import inspect, trust
from marketplace.licensing.signing.seal import SealUnavailable
from marketplace.vault import files
from marketplace.vault.models import VaultFile
from tests.lib.authorities import authority
from tests.scored import Outcome

WAYS = ("error", "garbage", "refuse", "other", "gone")
DELIVERIES = 5
CONTROL = 20


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
    return wrong + answered(paper, folder)


def answered(paper: Paper, folder: Path) -> list[str]:
    """The authority answers, and the job comes five times, the first two at once. What went wrong, in words."""
    with authority(folder) as url, override_settings(TIMESTAMP_URLS=[url]):
        with _another_worker(paper):
            _deliver(paper)
        for _ in range(DELIVERIES - 2):
            _deliver(paper)
    return _once(paper)


@contextmanager
def _another_worker(paper: Paper) -> Iterator[None]:
    """Whoever begins to seal is overtaken by somebody who does all of it."""
    real = seal.seal_pdf

    def overtaken(*told: Any, **more: Any) -> bytes:
        with patch.object(seal, "seal_pdf", real):
            _deliver(paper)
        return real(*told, **more)

    with patch.object(seal, "seal_pdf", overtaken):
        yield


@contextmanager
def without_guard() -> Iterator[None]:
    """A paper is marked as sealed whatever it was before."""
    real = QuerySet.filter

    def asks_nothing(rows: Any, *conditions: Any, **told: Any) -> Any:
        if rows.model is Paper and told.get("sealed_sha256") == "":
            del told["sealed_sha256"]
        return real(rows, *conditions, **told)

    with patch.object(QuerySet, "filter", asks_nothing):
        yield


def _deliver(paper: Paper) -> None:
    sealing.seal_paper(f"seal:{paper.pk}", {"paper": paper.pk})


def _fails(paper: Paper, url: str) -> list[str]:
    with override_settings(TIMESTAMP_URLS=[url]), suppress(SealUnavailable):
        _deliver(paper)
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


def run(count: int, *, control: int = CONTROL) -> Outcome:
    """`count` papers, each with an authority that fails first, then the control. The database is thrown away."""
    from tests.licensing.life import people
    from tests.licensing.verify.papers import sealed_papers

    sealed_papers(people(), 1)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kaixu-stamps-") as name:
        folder = pki.ensure_test_hierarchy(Path(name) / "pki").folder
        with override_settings(TEST_PKI_ROOT=folder):
            papers = papers_of(Agreement.objects.get(), count + control)
            for number, paper in enumerate(papers[:count]):
                wrong += one(paper, WAYS[number % len(WAYS)], folder)
            with without_guard():
                twice = sum(bool(answered(paper, folder)) for paper in papers[count:])
    said = f"{count} authorities failed, {count * DELIVERIES} deliveries {', '.join(sorted(set(wrong)))}".strip()
    return Outcome(count, len(wrong), said, twice / control if control else None)
