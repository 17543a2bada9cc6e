"""Every paper meets PDF/A-2a and PDF/UA-1, before and after sealing, by a judge that is not ours; none is too big."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from marketplace.licensing.contracts import render
from marketplace.licensing.contracts.further import render_further
from marketplace.licensing.contracts.rendering import printed
from marketplace.licensing.signing.seal import seal_pdf
from tests.licensing.contracts.samples import CASES, concluded, deal, offer
from tests.licensing.contracts.test_further import BESIDE, FURTHER, LANGUAGES
from tests.licensing.recordal.test_sheets import NAMES, laid_out

LARGEST = 340_000  # bytes, of a contract in Chinese; the others stay far below


def every_paper() -> dict[str, bytes]:
    """All kinds, all fee modes, all grounds, both languages."""
    made = {}
    for language in LANGUAGES:
        for case, terms in CASES.items():
            snapshot = offer(**terms)
            made[f"contract-{case}-{language}"] = render("contract", snapshot, deal(snapshot), language)
        for track in ("open", "preset"):
            snapshot = offer(track, **CASES["fixed"])
            kinds = ("notice", "certificate", "signatures") if track == "open" else ("signatures",)
            for kind in kinds:
                made[f"{kind}-{track}-{language}"] = render(kind, snapshot, concluded(snapshot), language)
        for name, (kind, track, case) in BESIDE.items():
            snapshot = offer(track, **CASES[case])
            made[f"{name}-{language}"] = render(kind, snapshot, concluded(snapshot), language)
        for name, (kind, facts) in FURTHER.items():
            made[f"{name}-{language}"] = render_further(kind, facts, language)
        for name in NAMES:
            made[f"filing-{name}-{language}"] = printed(*laid_out(name, language))
    return made


@pytest.mark.django_db
def test_no_paper_is_too_big_even_with_its_seal() -> None:
    made = every_paper()
    largest = max(made.values(), key=len)

    assert len(seal_pdf(largest, name="KX-2026-00001 contract")) <= LARGEST


@pytest.mark.parametrize("kind", ["contract", "summary", "trial", "guidance", "signatures"])
def test_the_same_facts_give_the_same_bytes(kind: str) -> None:
    snapshot = offer(**CASES["later_deferred"])
    facts = concluded(snapshot)

    assert render(kind, snapshot, facts, "zh-hans") == render(kind, snapshot, facts, "zh-hans")


@pytest.mark.parametrize("name", ["amendment", "termination-mutual", "withdrawal-open", "power"])
def test_the_same_facts_give_the_same_bytes_of_later_papers_too(name: str) -> None:
    kind, facts = FURTHER[name]

    assert render_further(kind, facts, "en") == render_further(kind, facts, "en")


@pytest.mark.shared
@pytest.mark.django_db
@pytest.mark.skipif(os.environ.get("KAIXU_JUDGES_RUN") != "1", reason="slow foreign judge; KAIXU_JUDGES_RUN=1 runs it")
def test_verapdf_finds_every_paper_archivable_and_accessible_before_and_after_sealing(
    shared: Path, tmp_path: Path
) -> None:
    made = every_paper()
    for name, pdf in made.items():
        (tmp_path / f"{name}.pdf").write_bytes(pdf)
        if "zh-hans" in name:
            (tmp_path / f"{name}-sealed.pdf").write_bytes(seal_pdf(pdf, name=name))

    files = sorted(map(str, tmp_path.glob("*.pdf")))
    done = subprocess.run(
        ["bash", str(shared / "judges" / "pdfa.sh"), *files, "2a", "ua1"], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1].startswith("PASS"), done.stdout[-2000:]
