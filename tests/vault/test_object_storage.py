"""Files in an S3-compatible store, against a real server on loopback."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.settings import files as file_settings
from marketplace.vault import files, upkeep
from marketplace.vault.models import VaultFile
from tests.vault.making import pdf

pytestmark = pytest.mark.django_db
PAPER = pdf()
_bucket = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """An S3-compatible server of this process."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    made = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    yield f"http://{host}:{port}"
    made.stop()


def use(settings: Any, monkeypatch: pytest.MonkeyPatch, url: str, bucket: str) -> None:
    for name, value in {"S3_ENDPOINT_URL": url, "S3_ACCESS_KEY": "test", "S3_SECRET_KEY": "test"}.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = settings.STORAGES | file_settings.in_bucket(bucket)


@pytest.fixture
def bucket(server: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    use(settings, monkeypatch, server, f"kaixu-{next(_bucket)}")
    call_command("make_bucket", verbosity=0)


def stored(data: bytes = PAPER, by: User | None = None) -> VaultFile:
    return files.store(data, kind="evidence", name="一.pdf", by=by)


def test_a_stored_file_is_read_back_byte_for_byte(bucket: None) -> None:
    assert files.read(stored()) == PAPER


def test_the_same_bytes_twice_are_two_files(bucket: None) -> None:
    first, second = stored(), stored()

    assert first.stored_as != second.stored_as
    assert files.read(first) == files.read(second) == PAPER


def test_the_bucket_is_made_once(bucket: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_bucket")

    assert capsys.readouterr().out == "The bucket is there.\n"


def test_on_a_disk_there_is_no_bucket_to_make(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_bucket")

    assert "no bucket" in capsys.readouterr().out


def test_nobody_but_the_owner_of_the_bucket_may_read_what_is_in_it(bucket: None) -> None:
    file = stored()

    objects = files.vault().bucket  # type: ignore[attr-defined]
    grants = [*objects.Acl().grants, *objects.Object(f"vault/{file.stored_as}").Acl().grants]
    assert {each["Grantee"]["Type"] for each in grants} == {"CanonicalUser"}


def test_a_missing_object_is_damage_and_is_named(bucket: None) -> None:
    file = stored()
    files.vault().delete(file.stored_as)

    with pytest.raises(files.Damaged, match="cannot be read"):
        files.read(file)
    assert [each.pk for each, _words in upkeep.damaged()] == [file.pk]


def test_changed_bytes_are_damage(bucket: None) -> None:
    file = stored()
    files.vault().bucket.Object(f"vault/{file.stored_as}").put(Body=PAPER + b"x")  # type: ignore[attr-defined]

    with pytest.raises(files.Damaged, match="not what was stored"):
        files.read(file)


def test_what_no_row_names_is_swept_after_a_day(bucket: None, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = stored()
    with transaction.atomic():
        name = stored().stored_as
        transaction.set_rollback(True)
    assert upkeep.sweep() == 0

    monkeypatch.setattr(upkeep, "GRACE", timedelta(seconds=-5))
    assert upkeep.sweep() == 1
    assert not files.vault().exists(name)
    assert files.read(kept) == PAPER


def test_a_store_that_is_away_refuses_the_file_and_nothing_is_recorded(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    use(settings, monkeypatch, "http://127.0.0.1:9", "kaixu-away")
    settings.STORAGES["vault"]["OPTIONS"]["client_config"].retries = {"max_attempts": 0}

    with pytest.raises(files.BadFile) as told:
        stored()

    assert told.value.finding.rule == "OUT-8"
    assert VaultFile.objects.count() == 0


def test_a_bucket_that_is_not_there_refuses_the_file(
    server: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(settings, monkeypatch, server, "kaixu-nowhere")

    with pytest.raises(files.BadFile):
        stored()


def test_the_site_serves_a_file_from_the_bucket_to_who_may_read_it(
    bucket: None, client: Client, alice: User, mallory: User, moderator: User
) -> None:
    file = stored(by=alice)

    client.force_login(mallory)
    assert client.get(f"/files/{file.code}/").status_code == 404
    client.force_login(moderator)
    response = client.get(f"/files/{file.code}/")
    assert response.status_code == 200
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    assert body == PAPER


def test_the_largest_file_goes_through(bucket: None) -> None:
    data = pdf("x" * 2**21)
    file = files.store(data, kind="evidence", name="a.pdf", by=None)

    assert files.read(file) == data


def test_times_are_known_for_what_is_stored(bucket: None) -> None:
    file = stored()

    assert abs(files.vault().get_modified_time(file.stored_as) - timezone.now()) < timedelta(minutes=5)
