"""A license in force whose papers are sealed."""

from __future__ import annotations

import pytest

from marketplace.licensing.models import Agreement, Paper
from marketplace.outbox import worker
from marketplace.vault import files


@pytest.fixture
def paper(active: Agreement) -> Paper:
    """The sealed contract in Chinese."""
    worker.run_pending()
    return active.papers.select_related("agreement", "file", "sealed_file").get(kind="contract", language="zh-hans")


@pytest.fixture
def sealed(paper: Paper) -> bytes:
    """Its bytes."""
    assert paper.sealed_file is not None
    return files.read(paper.sealed_file)
