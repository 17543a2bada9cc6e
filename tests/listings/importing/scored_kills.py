"""Imports killed while reading and while storing, as many times as wanted, for the scorecard (IMP-1).

A child does the work and is killed at a named point or at any moment; after each kill the database is looked at:
nothing of the run may be stored until all of it is, and in the end every row is there once. The control stores the same
rows without the one transaction around all of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection

from listings.importing import flow, steps
from listings.models import ImportRun, ImportState, Patent
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit.models import Entry
from marketplace.lib import crash
from marketplace.outbox import worker
from marketplace.outbox.models import Effect
from tests.listings.importing.test_kills import CHUNK, ROWS, killed, table, work_until
from tests.listings.making import member, university
from tests.scored import Outcome

READING = ("import_rows:1", "import_rows:2", "import_step:1", "import_step:2", "after_claim:1", "")
STORING = ("import_stored:1", "import_stored:2", "import_stored:3", "import_stored:4", "import_stored:5", "")
STORED = 230  # of the table's rows
CONTROL = 10  # imports
A_RUN = 12  # kills at the most while one run is read, and as many while it is stored


def run(count: int, *, control: int = CONTROL) -> Outcome:
    """At least `count` kills over as many imports as they take; imports that were partial at any time, or not whole."""
    chance, kills, imports, wrong = random.Random(11), 0, 0, 0  # noqa: S311 - the same moments every time
    with _small_steps():
        while kills < count:
            imports += 1
            told, whole = _import(*_school(imports), chance)
            kills += told
            wrong += not whole
        partial = sum(_partial(*_school(imports + 1 + number), chance) for number in range(control))
    said = f"{imports} imports of {ROWS} rows"
    return Outcome(kills, wrong, said, partial / control if control else None)


@contextmanager
def _small_steps() -> Iterator[None]:
    with (
        patch.object(flow, "ROWS_AT_ONCE", 0),
        patch.object(steps, "CHUNK", CHUNK),
        patch.object(steps, "TURN", 0.0),
        patch.object(worker, "FIRST_WAIT", 0.0),
        patch.object(crash, "_reached", {}),
    ):
        yield


def _school(number: int) -> tuple[Organization, User]:
    school = university("示范理工大学", credit_code="")
    alice = User.objects.create_user(f"alice{number}@example.test", "x", name="Alice")
    return school, member(alice, school, Role.LISTER)


def _import(school: Organization, alice: User, chance: random.Random) -> tuple[int, bool]:
    """One import to its end: how often it was killed, and whether nothing was ever there in part."""
    run_, _created = flow.stage(table(), f"{school.pk}.xlsx", organization=school, by=alice)
    kills = _kill(READING, run_, ImportState.STAGED, chance)
    whole = _stored(school) == 0
    work_until(ImportState.STAGED, run_)
    flow.commit(run_, by=alice, leave_out=True)
    for _ in range(A_RUN):
        run_.refresh_from_db()
        if run_.state == ImportState.COMMITTED:
            break
        kills += _kill_once(STORING, chance)
        whole = whole and _all_or_none(run_, school)
    work_until(ImportState.COMMITTED, run_)
    rows = run_.rows.filter(patent__isnull=False).count()
    commits = Entry.objects.filter(action="import.commit", subject_id=str(run_.pk)).count()
    return kills, whole and (_stored(school), rows, commits) == (STORED, STORED, 1)


def _partial(school: Organization, alice: User, chance: random.Random) -> bool:
    """The control, each part committed by itself: whether a kill leaves something of an import that is not stored."""
    run_, _created = flow.stage(table(), f"{school.pk}.xlsx", organization=school, by=alice)
    work_until(ImportState.STAGED, run_)
    flow.commit(run_, by=alice, leave_out=True)
    reach = crash.reach

    def part_by_part(point: str) -> None:
        connection.connection.commit()
        reach(point)

    with patch.object(crash, "reach", part_by_part):
        _kill_once(STORING[1:4], chance)
    return not _all_or_none(run_, school)


def _all_or_none(run_: ImportRun, school: Organization) -> bool:
    """Whether every patent of the run is stored where the run says so, and none where it does not."""
    run_.refresh_from_db()
    return _stored(school) == (STORED if run_.state == ImportState.COMMITTED else 0)


def _kill(points: tuple[str, ...], run_: ImportRun, until: ImportState, chance: random.Random) -> int:
    kills = 0
    for _ in range(A_RUN):
        run_.refresh_from_db()
        if run_.state == until:
            break
        kills += _kill_once(points, chance)
    return kills


def _kill_once(points: tuple[str, ...], chance: random.Random) -> int:
    """At one of the points, or ('') at any moment."""
    Effect.objects.update(attempts=0)
    point = chance.choice(points)
    if point:
        return int(killed(worker.run_pending, point))
    return int(killed(worker.run_pending, after=chance.uniform(0.01, 0.15)))


def _stored(school: Organization) -> int:
    return Patent.objects.filter(organization=school).count()
