"""Workers are killed with SIGKILL between steps, inside them and at any moment; an import goes on, whole (IMP-1)."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from listings.importing import flow, steps, storing
from listings.models import CoOwner, ImportPart, ImportRow, ImportRun, ImportState, Outcome, Patent
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit.models import Entry
from marketplace.lib import crash
from marketplace.outbox import worker
from marketplace.outbox.models import Effect
from tests.listings.importing.conftest import HEADER, sheet
from tests.listings.making import member, number, university

pytestmark = pytest.mark.django_db(transaction=True)
OWN, ROWS, CHUNK = "示范理工大学", 240, 20


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is the worker's, twelve steps where twelve thousand rows would take them, and no waiting."""
    monkeypatch.setattr(flow, "ROWS_AT_ONCE", 0)
    monkeypatch.setattr(steps, "CHUNK", CHUNK)
    monkeypatch.setattr(steps, "TURN", 0.0)
    monkeypatch.setattr(worker, "FIRST_WAIT", 0.0)
    monkeypatch.setattr(crash, "_reached", {})


@pytest.fixture
def importer(transactional_db: None) -> tuple[Organization, User]:
    school = university(OWN)
    return school, member(User.objects.create_user("alice@example.test", "x", name="Alice"), school, Role.LISTER)


def table() -> bytes:
    """Good rows; every fortieth is bad, and every sixtieth stands there twice."""
    rows: list[list[str]] = []
    for at in range(ROWS):
        written = "123" if at % 40 == 9 else rows[-1][1] if at % 60 == 31 else number()
        rows.append([f"第{at}件", written, "", "2021-03-15", "2023-05-02", f"{OWN};另一研究所", "张某", "F27D 17/00"])
    return sheet(rows, HEADER)


def killed(act: Callable[[], object], kill_at: str = "", after: float | None = None) -> bool:
    """Do it in a process of its own, which is killed at a named point or after some seconds; whether it was."""
    connections.close_all()  # no process inherits a connection
    child = os.fork()
    if child == 0:
        try:
            os.environ[crash.VARIABLE] = kill_at
            act()
        finally:
            os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def work_until(state: ImportState, run: ImportRun, seconds: float = 60) -> None:
    """Let a worker finish; PostgreSQL may need a moment to see that a killed one has gone."""
    until = time.monotonic() + seconds
    while run.state != state and time.monotonic() < until:
        Effect.objects.update(attempts=0)  # a day has passed, and somebody has looked at the dead letters
        worker.run_pending()
        run.refresh_from_db()
    assert run.state == state


def picture(run: ImportRun) -> list[tuple[Any, ...]]:
    rows = run.rows.order_by("number")
    return [(row.number, row.outcome, row.key, row.facts, row.findings, row.gates) for row in rows]


def test_reading_goes_on_after_every_kill_and_shows_what_it_shows_without(importer: tuple[Organization, User]) -> None:
    school, alice = importer
    data = table()
    run, _created = flow.stage(data, "a.xlsx", organization=school, by=alice)
    kills = 0
    for point in ("import_rows:2", "import_step:1", "after_claim:1", "import_rows:1") * 12:
        run.refresh_from_db()
        if run.state == ImportState.STAGED:
            break
        Effect.objects.update(attempts=0)
        kills += killed(worker.run_pending, point)
        assert Patent.objects.count() == 0
    assert kills >= 12
    work_until(ImportState.STAGED, run)
    calm, _created = flow.stage(data + b"", "b.xlsx", organization=university("别的大学"), by=_other(), wait=True)

    assert run.rows.count() == ROWS
    assert run.counts == {"new": 230, "refused": 6, "double": 4}
    assert [row[:2] for row in picture(run) if row[1] != Outcome.NEW] == _bad_rows()
    assert calm.rows.count() == ROWS  # the same file as another reads it, in one go
    assert [_read(row) for row in picture(run)] == [_read(row) for row in picture(calm)]


def _read(row: tuple[Any, ...]) -> dict[str, Any]:
    """What the row says, whoever uploaded it."""
    return {key: value for key, value in row[3].items() if key != "co_owners"}


def _other() -> User:
    return member(
        User.objects.create_user("bob@example.test", "x", name="Bob"),
        Organization.objects.get(name="别的大学"),
        Role.LISTER,
    )


def _bad_rows() -> list[tuple[int, str]]:
    bad = [(at + 2, "refused") for at in range(ROWS) if at % 40 == 9]
    return sorted([*bad, *((at + 2, "double") for at in range(ROWS) if at % 60 == 31)])


def test_storing_is_whole_or_nothing_wherever_it_is_killed(importer: tuple[Organization, User]) -> None:
    school, alice = importer
    run, _created = flow.stage(table(), "a.xlsx", organization=school, by=alice, wait=True)
    flow.commit(run, by=alice, leave_out=True)
    chance, kills = random.Random(5), 0  # noqa: S311 - the same moments every time

    for turn in (1, 2, 3, 4, 5) * 3:
        Effect.objects.update(attempts=0)
        kills += killed(worker.run_pending, f"import_stored:{turn}")
        assert (Patent.objects.count(), Entry.objects.filter(action="import.commit").count()) == (0, 0)
    for _turn in range(6):
        Effect.objects.update(attempts=0)
        kills += killed(worker.run_pending, after=chance.uniform(0.01, 0.15))
        assert Patent.objects.count() in (0, 230)
    work_until(ImportState.COMMITTED, run)

    assert kills >= 15
    assert Patent.objects.filter(organization=school).count() == 230
    assert CoOwner.objects.count() == 230
    assert Entry.objects.filter(action="import.commit").count() == 1
    assert run.rows.filter(patent__isnull=False).count() == 230


def test_a_kill_while_its_uploader_waits_is_made_good_by_the_worker(
    importer: tuple[Organization, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    school, alice = importer
    monkeypatch.setattr(flow, "ROWS_AT_ONCE", 1_000)
    monkeypatch.setattr(steps, "LATER", steps.LATER * 0)
    data = table()

    assert killed(lambda: flow.stage(data, "a.xlsx", organization=school, by=alice), "import_step:3")

    run = ImportRun.objects.get()
    assert (run.state, run.rows.count()) == (ImportState.READING, 3 * CHUNK - 1)  # the header is a row too
    work_until(ImportState.STAGED, run)
    assert run.counts == {"new": 230, "refused": 6, "double": 4}


def test_a_large_file_is_read_again_from_the_start_when_reading_was_killed(
    importer: tuple[Organization, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    school, alice = importer
    monkeypatch.setattr(flow, "READ_AT_ONCE", 10)
    run, _created = flow.stage(table(), "a.xlsx", organization=school, by=alice)
    assert run.phase == "read"

    assert killed(worker.run_pending, after=0.05)

    assert ImportRow.objects.count() == 0
    work_until(ImportState.STAGED, run)
    assert run.counts == {"new": 230, "refused": 6, "double": 4}
    assert ImportPart.objects.count() == 0  # and nothing of it is left over


def test_without_a_transaction_of_its_own_a_killed_store_would_leave_half(importer: tuple[Organization, User]) -> None:
    """The control: the same kill at the same point, and each part stored in a transaction of its own."""
    school, alice = importer
    run, _created = flow.stage(table(), "a.xlsx", organization=school, by=alice, wait=True)

    def careless() -> None:
        for part in storing.PARTS:
            with transaction.atomic():
                part(run, alice)
            crash.reach("import_stored")

    assert killed(careless, "import_stored:3")

    assert (Patent.objects.count(), CoOwner.objects.count()) == (230, 0)
    assert ImportRun.objects.get().state == ImportState.STAGED
