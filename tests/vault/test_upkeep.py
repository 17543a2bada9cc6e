"""What crashes leave behind is swept away, and damage is found (OUT-8)."""

from __future__ import annotations

import os
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.outbox import outbox
from marketplace.vault import upkeep
from marketplace.vault.files import read, store
from tests.vault.making import pdf

pytestmark = pytest.mark.django_db


def grow_old(path: Path) -> None:
    long_ago = time.time() - 2 * 86_400
    os.utime(path, (long_ago, long_ago))


def test_a_file_that_nobody_names_is_swept_away_after_a_day_and_no_other(alice: User, tmp_path: Path) -> None:
    kept = store(pdf(), kind="evidence", name="a.pdf", by=alice)
    with transaction.atomic():
        undone = store(pdf("undone"), kind="evidence", name="b.pdf", by=alice)
        transaction.set_rollback(True)

    soon = upkeep.sweep()
    for path in tmp_path.rglob("*-*"):
        grow_old(path)
    later = upkeep.sweep()

    assert (soon, later) == (0, 1)
    assert read(kept) == pdf()
    assert not (tmp_path / undone.stored_as).exists()


def test_a_vault_that_was_never_used_has_nothing_to_sweep(tmp_path: Path) -> None:
    assert upkeep.sweep() == 0


def test_the_worker_sweeps_once_a_day() -> None:
    duty = outbox.duty("vault.sweep")

    assert duty is not None
    assert (duty.seconds, duty.act) == (86_400, upkeep.sweep)


def test_a_whole_vault_is_said_to_be_whole_and_a_damaged_file_is_named(alice: User, tmp_path: Path) -> None:
    store(pdf(), kind="evidence", name="a.pdf", by=alice)
    bad = store(pdf("b"), kind="evidence", name="b.pdf", by=alice)
    out, errors = StringIO(), StringIO()

    call_command("verify_vault", stdout=out)
    (tmp_path / bad.stored_as).write_bytes(b"changed")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_vault", stdout=out, stderr=errors)

    assert out.getvalue().splitlines() == ["2 files, 0 damaged", "2 files, 1 damaged"]
    assert ended.value.code == 1
    assert f"vault file {bad.pk} is not what was stored" in errors.getvalue()
