"""A paper whose seal cannot be made is called signed, seal pending; later it is sealed once (DOC-3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from marketplace.accounts.models import User
from marketplace.lib import pki
from marketplace.lib.look import when
from marketplace.licensing.models import Agreement
from marketplace.licensing.signing import sealing
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
    failed_at = Effect.objects.filter(topic="paper.seal").latest("failed_at").failed_at
    with translation.override("en"):
        assert f"the time-stamp authority did not answer at {when(failed_at)}. We try again until it does" in pending
    assert "Sealed" not in pending

    with authority(tmp_path / "pki") as url:
        settings.TIMESTAMP_URLS = [url]
        Effect.objects.filter(topic="paper.seal").update(next_at=timezone.now())
        worker.run_pending()
    sealed = browser.get(active.get_absolute_url()).content.decode()
    assert "seal pending" not in sealed
    assert "Sealed" in sealed


def test_a_worker_that_is_seconds_behind_is_not_blamed_on_the_authority(
    active: Agreement, bob: User, log_in: Callable[[User], Client]
) -> None:
    browser = log_in(bob)
    browser.cookies["django_language"] = "en"

    young = browser.get(active.get_absolute_url()).content.decode()
    Effect.objects.filter(topic="paper.seal").update(created_at=timezone.now() - timedelta(minutes=16))
    late = browser.get(active.get_absolute_url()).content.decode()

    assert "Signed, being sealed now" in young
    assert "4 papers are being sealed at this moment" in young
    assert "authority" not in young
    assert "Signed, seal pending" in late
    assert "4 papers have waited for the platform&#x27;s seal since <time" in late
    assert "authority" not in late


def test_a_key_of_ours_that_fails_is_not_blamed_on_the_authority(
    active: Agreement, bob: User, log_in: Callable[[User], Client], settings: Any
) -> None:
    settings.SEAL_KEY_FILE = "/nowhere/seal.pem"
    browser = log_in(bob)
    browser.cookies["django_language"] = "en"
    worker.run_pending()

    page = browser.get(active.get_absolute_url()).content.decode()

    assert "making it failed at <time" in page
    assert "authority did not answer" not in page


def test_a_seal_that_was_given_up_for_want_of_an_authority_is_tried_every_hour(active: Agreement) -> None:
    mine = Effect.objects.filter(topic="paper.seal")
    gone, changed = mine.order_by("pk")[:2]
    hours_ago = timezone.now() - timedelta(hours=2)
    mine.filter(pk=gone.pk).update(state="dead", last_error="NoTimeStamp: refused", failed_at=hours_ago)
    mine.filter(pk=changed.pk).update(state="dead", last_error="ChangedBeforeSeal: paper 1", failed_at=hours_ago)

    sealing.watch()
    worker.run_pending()

    assert [mine.get(pk=one.pk).state for one in (gone, changed)] == ["done", "dead"]  # a person looks at the other
