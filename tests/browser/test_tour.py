"""The main job works from end to end, in a real browser, every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.browser
def test_the_main_job_runs_from_an_empty_database_to_verified_papers(chromium: str, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"KAIXU_DATA", "DATABASE_URL"}}
    result = subprocess.run(
        [sys.executable, "-m", "tests.browser.tour", "--alone", "--pictures", str(tmp_path)],
        cwd=ROOT, env=environment | {"KAIXU_CHROMIUM": chromium}, capture_output=True, text=True, timeout=900,
    )  # fmt: skip

    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.rstrip().endswith("3 licenses from an empty database: done")
    assert len(list(tmp_path.glob("*.pdf"))) == 14
    assert len(list(tmp_path.glob("*.png"))) >= 25
