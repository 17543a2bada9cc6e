"""Licenses in force with their filings."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, Filing, FilingKind
from tests.licensing.conftest import ask, send_notice


@pytest.fixture
def opened(open_listing: Any, firm: Any, bob: Any, any_code: Any) -> Agreement:
    """An open license in force: notice served, ¥30,000 paid."""
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    return flow.settle(agreement.obligations.get(), proof={"kind": "bank_transfer", "reference": "示例0001"})


@pytest.fixture
def recordal(active: Agreement) -> Filing:
    """The recordal of a preset license in force."""
    return active.filings.get(kind=FilingKind.RECORDAL)


@pytest.fixture
def registration(active: Agreement) -> Filing:
    """Its registration as a technology contract."""
    return active.filings.get(kind=FilingKind.REGISTRATION)
