"""The figures of docs/integrity.md are those that the command prints now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.listings.integrity import evaluate

DOC = Path(__file__).resolve().parents[3] / "docs" / "integrity.md"


@pytest.mark.shared
def test_the_document_says_what_the_command_prints(shared: Path) -> None:
    scores = evaluate.judge("held", evaluate.abstracts(shared / "data" / "patents" / "abstracts.jsonl"))

    table = DOC.read_text(encoding="utf-8").splitlines()
    assert [score.line() for score in scores if score.line() not in table] == []
    assert [score.positives for score in scores] == [46, 25, 23, 21, 6]


@pytest.mark.parametrize("file", evaluate.CHECKS)
def test_no_case_lies_in_both_halves(file: str) -> None:
    tune, held = ({case["id"] for case in evaluate.cases(file, half)} for half in ("tune", "held"))

    assert not tune & held
    assert tune
    assert held
