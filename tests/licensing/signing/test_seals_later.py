"""A paper whose seal cannot be made is called signed, seal pending; later it is sealed once (DOC-3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.lib import pki
from marketplace.licensing.models import Agreement
from marketplace.outbox import worker
from marketplace.outbox.models import Effect
from tests.lib.authorities import authority
from tests.licensing.signing import seals_later

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("how", seals_later.WAYS)
def test_with_the_authority_failing_nothing_is_called_sealed_and_later_it_is_once(
    active: Agreement, tmp_path: Path, settings: Any, how: str
) -> None:
    settings.TEST_PKI_ROOT = tmp_path / "pki"
    (paper,) = seals_later.papers_of(active, 1)

    assert seals_later.one(paper, how, pki.ensure_test_hierarchy(tmp_path / "pki").folder) == []


def test_without_the_condition_two_workers_seal_one_paper_twice(
    active: Agreement, tmp_path: Path, settings: Any
) -> None:
    """The control."""
    settings.TEST_PKI_ROOT = tmp_path / "pki"
    (paper,) = seals_later.papers_of(active, 1)

    with seals_later.without_guard():
        told = seals_later.answered(paper, pki.ensure_test_hierarchy(tmp_path / "pki").folder)

    assert told == ["sealed more than once"]


def test_the_deals_page_says_seal_pending_until_the_authority_is_back(
    active: Agreement, bob: User, log_in: Callable[[User], Client], tmp_path: Path, settings: Any
) -> None:
    settings.TEST_PKI_ROOT = tmp_path / "pki"
    browser = log_in(bob)
    browser.cookies["django_language"] = "en"
    with authority(tmp_path / "pki", "error") as url:
        settings.TIMESTAMP_URLS = [url]
        worker.run_pending()
    pending = browser.get(active.get_absolute_url()).content.decode()
    assert "Signed, seal pending" in pending
    assert "Sealed" not in pending

    with authority(tmp_path / "pki") as url:
        settings.TIMESTAMP_URLS = [url]
        Effect.objects.filter(topic="paper.seal").update(next_at=timezone.now())
        worker.run_pending()
    sealed = browser.get(active.get_absolute_url()).content.decode()
    assert "seal pending" not in sealed
    assert "Sealed" in sealed
