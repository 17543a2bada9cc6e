"""The probes: alive is not ready, ready asks what the site cannot do without, and strangers learn no more."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from listings.search import health as search_health
from listings.search.backend import SearchUnavailable
from listings.search.engine import backend
from marketplace.lib import health
from marketplace.outbox.models import Effect, EffectState
from marketplace.vault import files
from marketplace.vault import health as vault_health


@pytest.fixture
def well(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """A site with an index of its own."""
    settings.SEARCH_ROOT = tmp_path / "search"
    backend().rebuild([])
    yield
    settings.SEARCH_ROOT = tmp_path


def left_undone(minutes: int) -> None:
    Effect.objects.create(topic="listing.moved", key="search:1", next_at=timezone.now() - timedelta(minutes=minutes))


def test_a_site_that_works_is_alive_and_ready(well: None, client: Client) -> None:
    live, ready = client.get("/health/live/"), client.get("/health/ready/")

    assert (live.status_code, live.content) == (200, b"alive\n")
    assert (ready.status_code, ready.content) == (200, b"ready\n")
    assert "no-store" in ready.headers["Cache-Control"]


def test_asking_leaves_no_trace(well: None, client: Client) -> None:
    client.get("/health/ready/")

    assert not Effect.objects.exists()


def test_every_room_that_the_site_needs_is_asked(well: None) -> None:
    assert sorted(health._CHECKS) == ["database", "disk", "outbox", "search", "search lag"]
    assert health.troubles() == {}


def test_alive_asks_no_database(client: Client) -> None:
    assert client.get("/health/live/").status_code == 200  # without the fixture `db` any query would fail


@pytest.mark.parametrize(("minutes", "status"), [(4, 200), (6, 503)])
def test_a_site_whose_outbox_stands_still_is_not_ready(well: None, client: Client, minutes: int, status: int) -> None:
    left_undone(minutes)

    assert client.get("/health/ready/").status_code == status


def test_what_is_done_or_given_up_does_not_count_as_waiting(well: None, client: Client) -> None:
    left_undone(60)
    assert client.get("/health/ready/").status_code == 503
    Effect.objects.update(state=EffectState.DEAD)

    assert client.get("/health/ready/").status_code == 200


def test_without_an_index_the_site_stays_in_service_and_somebody_is_called(
    well: None, settings: Any, tmp_path: Path, client: Client
) -> None:
    settings.SEARCH_ROOT = tmp_path / "nothing"

    with pytest.raises(SearchUnavailable):
        search_health.index()
    with pytest.raises(CommandError, match="search: SearchUnavailable: no index has been built"):
        call_command("health")
    assert client.get("/health/ready/").status_code == 200  # the database answers searches meanwhile (ES-1)


@pytest.mark.parametrize(("seconds", "called"), [(50, False), (70, True)])
def test_an_index_that_stays_behind_is_said_within_a_minute(
    well: None, client: Client, seconds: int, called: bool
) -> None:
    waiting = Effect.objects.create(
        topic="listing.moved", key="search:1:2", next_at=timezone.now() + timedelta(hours=1)
    )
    Effect.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(seconds=seconds))

    assert ("search lag" in health.troubles()) is called
    assert health.gauges()["search lag in seconds"] == pytest.approx(seconds, abs=5)
    assert client.get("/health/ready/").status_code == 200


def test_what_others_wait_for_is_not_the_index_being_behind(well: None) -> None:
    waiting = Effect.objects.create(topic="listing.moved", key="meaning:1:2")
    Effect.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(hours=1))

    assert health.gauges()["search lag in seconds"] == 0


def test_a_full_disk_is_said(well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_health, "LEAST_FREE", 2**62)

    with pytest.raises(health.Unwell, match="MiB are free"):
        vault_health.disk()


def test_object_storage_has_no_disk_to_fill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_health, "LEAST_FREE", 2**62)
    with pytest.raises(health.Unwell):  # the control: a folder is on a disk
        vault_health.disk()

    class Bucket:
        def path(self, name: str) -> str:
            raise NotImplementedError

    monkeypatch.setattr(files, "vault", Bucket)

    vault_health.disk()


def test_a_database_that_only_reads_is_said_and_not_raised(
    well: None, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_args: Any, **_fields: Any) -> None:
        raise DatabaseError("attempt to write a readonly database")

    monkeypatch.setattr(Effect.objects, "create", refuse)

    with caplog.at_level(logging.ERROR, "marketplace.lib.health"):
        response = client.get("/health/ready/")

    assert (response.status_code, response.content) == (503, b"not ready\n")  # strangers learn no more
    assert "readonly database" in caplog.text
    assert connection.is_usable()


def test_the_command_says_what_is_wrong(well: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("health")
    assert capsys.readouterr().out == "search lag in seconds: 0\nThe site can do its work.\n"

    left_undone(60)
    with pytest.raises(CommandError, match="outbox: Unwell: the oldest effect has been due for 36"):
        call_command("health")
