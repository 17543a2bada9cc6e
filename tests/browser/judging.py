"""Asks programs that nobody here wrote about the tour's papers, where they are at hand."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.browser.steps import Tour

ROOT = Path(__file__).resolve().parent.parent.parent
JUDGES = ROOT.parent / "shared" / "judges"
PASSED, COULD_NOT_RUN = 0, 70


def axe_source() -> str:
    """axe-core, where the judges have fetched it; '' elsewhere."""
    cache = Path(os.environ.get("KAIXU_JUDGES") or Path.home() / ".cache" / "kaixu-judges")
    found = next(iter(sorted(cache.glob("**/axe-core/axe.min.js"))), None) if cache.is_dir() else None
    return found.read_text(encoding="utf-8") if found else ""


def judge_pages(tour: Tour, say: Callable[[str], None]) -> bool:
    """Whether axe-core found no barrier on the pages of the tour; True where it is not here."""
    if not tour.axe:
        say("judge axe-core: not at hand")
        return True
    for barrier in tour.barriers:
        say(f"  {barrier}")
    say(f"judge axe-core: {tour.judged} pages, {len(tour.barriers)} violations")
    return not tour.barriers


def judge(papers: list[Path], tour: Tour, say: Callable[[str], None]) -> bool:
    """Whether veraPDF (PDF/A-2a, PDF/UA-1), EU DSS, pdfsig and qpdf accept every paper; True where no judge is here."""
    if not JUDGES.is_dir():
        say("judges: none beside this checkout; the papers were checked by the site only")
        return True
    root = tour.mail.parent / "pki" / "root.pem"
    names = [str(paper) for paper in papers]
    verdicts = [_ask("pdfa.sh", [str(JUDGES / "pdfa.sh"), paper, "2a", "ua1"], say) for paper in names]
    seals = ["--trust", str(root), "--signatures", "1", "--level", "PAdES-BASELINE-T", *names]
    verdicts.append(_ask("pades.sh", [str(JUDGES / "pades.sh"), *seals], say))
    return all(verdicts)


def _ask(name: str, command: list[str], say: Callable[[str], None]) -> bool:
    result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    lines = (result.stdout + result.stderr).strip().splitlines()
    say(f"judge {name}: {lines[-1] if lines else 'said nothing'}")
    if result.returncode == COULD_NOT_RUN:
        say(f"judge {name} could not run; that is no pass")
    return result.returncode == PASSED
