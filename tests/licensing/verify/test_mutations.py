"""Five thousand changed copies and every kind of forgery in each run of the suite (DOC-1)."""

from __future__ import annotations

import pytest
from django.db import connection

from marketplace.licensing.models import Agreement, Paper
from marketplace.licensing.signing import verify
from marketplace.licensing.signing.inspection import Inspection, inspect, trust
from marketplace.outbox import worker
from marketplace.vault import files
from tests.licensing.verify import mutations

pytestmark = pytest.mark.django_db
LOOKED = 66 if connection.vendor == "sqlite" else 22


@pytest.fixture
def papers(active: Agreement) -> list[bytes]:
    """The sealed papers of a license in force."""
    worker.run_pending()
    rows = active.papers.exclude(sealed_sha256="").select_related("sealed_file").order_by("pk")
    return [files.read(row.sealed_file) for row in rows if row.sealed_file]


def test_every_changed_copy_is_found_and_no_good_file_is_doubted(papers: list[bytes]) -> None:
    outcome = mutations.judge(papers[:3], cheap=5_000, looked=LOOKED)

    assert (outcome.violations, outcome.count) == (0, 5_000 + LOOKED), outcome.said


def test_a_verifier_that_compares_nothing_lets_forgeries_pass(papers: list[bytes]) -> None:
    """The control of the line of the scorecard."""
    assert mutations.deceived(papers[:3], len(mutations.STRUCTURAL)) >= 0.5


def test_without_the_record_of_hashes_changed_copies_would_pass(
    papers: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a changed digit behind the signature is seen by the hash alone."""
    forged = mutations.STRUCTURAL["flip_padding"](papers[0])
    assert verify.examine(forged).verdict == "fail"

    paper = Paper.objects.exclude(sealed_sha256="").order_by("pk")[0]
    monkeypatch.setattr(verify, "_match", lambda *_told: verify.Match(paper, "sealed"))
    assert verify.examine(forged).verdict == "ok"


def test_without_a_look_inside_appended_revisions_would_pass(
    papers: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: whoever trusts the record alone takes an appended revision for the paper it begins with."""
    forged = mutations.STRUCTURAL["hidden"](papers[0])
    whole = inspect(papers[0], trust())
    paper = Paper.objects.exclude(sealed_sha256="").order_by("pk")[0]
    monkeypatch.setattr(verify, "_match", lambda *_told: verify.Match(paper, "sealed"))
    assert verify.examine(forged).verdict == "fail"

    monkeypatch.setattr(verify, "inspect", lambda *_told: Inspection(signatures=whole.signatures))
    assert verify.examine(forged).verdict == "ok"
