"""What tests of signing share: a kind of paper that both sides sign and that belongs to no other part."""

from __future__ import annotations

import pytest

from marketplace.licensing import papers
from marketplace.licensing.models import PaperKind


@pytest.fixture(autouse=True)
def _both_sign_guidance_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "SIGNED_BY_BOTH", papers.SIGNED_BY_BOTH | {PaperKind.GUIDANCE})
