"""Several at once on the supply side, for the scorecard: decisions (LIC-12), one sheet applied twice, uploads (IMP-4).

Each race is about a new listing, patent or file. The control runs them with the guard taken away and must go wrong.
PostgreSQL only: SQLite's writers queue anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count as counting
from typing import Any, NamedTuple

from django.db import connection, transaction

from listings import flow, together
from listings.importing import flow as importing
from listings.models import ImportRun, Listing, Patent, Review, TermSheet
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.findings import Refused
from marketplace.lib.sheets import write_xlsx
from tests import racing
from tests.listings.building import authorize, sound_draft, sound_patent
from tests.listings.importing.conftest import HEADER
from tests.listings.making import member, number, university
from tests.listings.test_together import signed
from tests.scored import Outcome

CONTROL = 20
_ROUND = counting()


class World(NamedTuple):
    """Who takes part."""

    school: Organization
    alice: User
    ann: User
    mo: User
    mona: User
    sheet: TermSheet


def people() -> World:
    """A university with two listers, two moderators, a signed term sheet."""
    school = university()
    alice, ann, mo, mona = (
        User.objects.create_user(f"{name.lower()}@example.test", "x", name=name)
        for name in ("Alice", "Ann", "Mo", "Mona")
    )
    member(alice, school, Role.OWNER, Role.LISTER, Role.SIGNATORY)
    member(ann, school, Role.LISTER)
    authorize(alice, school)
    User.objects.filter(pk__in=[mo.pk, mona.pk]).update(is_staff=True)
    return World(school, alice, ann, User.objects.get(pk=mo.pk), User.objects.get(pk=mona.pk), signed(school, alice))


@dataclass(frozen=True, slots=True)
class Race:
    """What is done at once, how often it may succeed, and how one sees that it went wrong."""

    acts: list[Callable[[], Any]]
    wrong: Callable[[list[str]], bool]


def _one(act: Callable[[], Any]) -> str:
    try:
        act()
    except (Refused, flow.NotNow) as refusal:
        return type(refusal).__name__
    return "done"


def decide(world: World) -> Race:
    """Approve beside approve, return, refuse or an edit, in turn: one counts, and nothing unseen is approved."""
    listing = flow.submit(sound_draft(sound_patent(world.school), world.alice), by=world.alice)
    seen, fee = listing.revision, 1_234_500
    others: list[Callable[[], Any]] = [
        lambda: flow.approve(listing, by=world.mona, revision=seen),
        lambda: flow.send_back(listing, by=world.mona, revision=seen, reason="补充"),
        lambda: flow.refuse_listing(listing, by=world.mona, revision=seen, reason="重复"),
        lambda: flow.edit(listing, by=world.alice, draft=flow.Draft(terms={"fee_minor": fee}), revision=seen),
    ]
    other = next(_ROUND) % len(others)

    def wrong(ended: list[str]) -> bool:
        now = Listing.objects.select_related("terms").get(pk=listing.pk)
        if other < 3:
            return sorted(ended) != ["NotNow", "done"] or Review.objects.filter(listing=listing).count() != 1
        unseen = now.state == "published" and now.terms.fee_minor == fee
        lost = "done" not in ended or (ended[1] == "done" and now.terms.fee_minor != fee)
        return unseen or lost

    return Race([lambda: flow.approve(listing, by=world.mo, revision=seen), others[other]], wrong)


@contextmanager
def _careless_decisions() -> Iterator[Callable[[World], Race]]:
    """Who looks first and writes then, without lock and without condition."""

    def scene(world: World) -> Race:
        listing = flow.submit(sound_draft(sound_patent(world.school), world.alice), by=world.alice)
        looked = threading.Barrier(2)

        def careless(by: User, to: str) -> None:
            with transaction.atomic():
                if Listing.objects.get(pk=listing.pk).state == "submitted":
                    looked.wait(5)
                    Listing.objects.filter(pk=listing.pk).update(state=to)
                    Review.objects.create(listing=listing, revision=1, decision="approved", decided_by=by)

        acts: list[Callable[[], Any]] = [lambda: careless(world.mo, "draft"), lambda: careless(world.mona, "suspended")]
        return Race(acts, lambda _ended: Review.objects.filter(listing=listing).count() != 1)

    yield scene


def apply(world: World) -> Race:
    """Two listers give the same sheet to the same three patents: each patent gets one draft."""
    patents = [sound_patent(world.school) for _ in range(3)]
    codes = [patent.code for patent in patents]

    def act(by: User) -> Callable[[], Any]:
        return lambda: together.apply(world.sheet, patents=codes, listings=[], organization=world.school, by=by)

    def wrong(ended: list[str]) -> bool:
        return ended != ["done", "done"] or Listing.objects.filter(patent__in=patents).count() != len(patents)

    return Race([act(world.alice), act(world.ann)], wrong)


def upload(world: World) -> Race:
    """The same file twice at once, then stored twice at once: one run, one row for each patent (IMP-4)."""
    numbers = [number() for _ in range(5)]
    rows = [[f"第{n}件", n, "", "2021-03-15", "2023-05-02", world.school.name, "张某", "F27D 17/00"] for n in numbers]
    data = write_xlsx("台账", HEADER, rows)

    def act(by: User) -> Callable[[], Any]:
        def both() -> None:
            run, _created = importing.stage(data, "a.xlsx", organization=world.school, by=by, wait=True)
            importing.commit(run, by=by, wait=True)

        return both

    def wrong(ended: list[str]) -> bool:
        runs = ImportRun.objects.filter(organization=world.school, rows__key=numbers[0]).distinct().count()
        stored = Patent.objects.filter(application_number__in=numbers).count()
        return "done" not in ended or (runs, stored) != (1, len(numbers))

    return Race([act(world.alice), act(world.ann)], wrong)


@contextmanager
def _without(index: str, scene: Callable[[World], Race]) -> Iterator[Callable[[World], Race]]:
    """The same, with a constraint dropped; the database is not used afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")
    yield scene


SCENES: dict[str, tuple[Callable[[World], Race], Callable[[], AbstractContextManager[Callable[[World], Race]]]]] = {
    "decide": (decide, _careless_decisions),
    "apply": (apply, lambda: _without("listing_one_live_per_patent_and_track", apply)),
    "upload": (upload, lambda: _without("import_file_once", upload)),
}


def _run(scene: Callable[[World], Race], world: World, rounds: int) -> int:
    wrong = 0
    for _ in range(rounds):
        race = scene(world)
        wrong += race.wrong(racing.at_once(race.acts, _one))
    return wrong


def run(count: int, *, only: str = "decide", control: int = CONTROL) -> Outcome:
    """`count` races of one scene, then the control. The database is not to be used afterwards."""
    assert connection.vendor == "postgresql"
    scene, careless = SCENES[only]
    world = people()
    wrong = _run(scene, world, count)
    with careless() as other:
        share = _run(other, world, control) / control
    return Outcome(count, wrong, "", share, 0.1 if only != "decide" else 0.5)
