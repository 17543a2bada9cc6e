"""Whoever changes, removes, adds or reorders entries is found out, also when the end is cut off (AUD-1)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.audit import trail, verify
from marketplace.audit.models import Entry
from marketplace.audit.trail import Action
from marketplace.audit.verify import Broken, Head
from tests.audit.tampering import unguarded

pytestmark = pytest.mark.django_db
LENGTH = 12
WAYS = 120  # different acts of tampering in one run


@pytest.fixture
def head(alice: User, bob: User) -> Head:
    """A trail of twelve entries; its head, as kept elsewhere."""
    with transaction.atomic():
        for turn in range(LENGTH):
            by = (alice, bob, None)[turn % 3]
            trail.record(
                Action.LISTING_EDIT, alice, by=by, turn=turn, text="价格 ¥30,000", nested={"a": [1, None, True]}
            )
    return verify.head()


def _update(at: int, /, **fields: Any) -> None:
    assert Entry.objects.filter(number=at).update(**fields) == 1


def _swap(one: int, other: int) -> None:
    _update(one, number=10_000)
    _update(other, number=one)
    _update(10_000, number=other)


def _insert(number: int, chained: bool) -> None:
    before = Entry.objects.filter(number__lt=number).order_by("-number").first()
    assert before is not None
    entry = Entry(
        number=number, at=before.at, action="listing.publish", subject_type=before.subject_type,
        subject_id=before.subject_id, facts={}, previous_sha256=before.sha256,
    )  # fmt: skip
    entry.sha256 = trail.digest(entry) if chained else "f" * 64
    entry.save(force_insert=True)


def _rehash_alone(number: int) -> None:
    """Change an entry and its own hash, but not the entries behind it."""
    entry = Entry.objects.get(number=number)
    entry.facts = {"turn": "changed"}
    _update(number, facts=entry.facts, sha256=trail.digest(entry))


def _rewrite_from(number: int) -> None:
    """Change an entry and forge every hash behind it: only a head kept elsewhere can tell."""
    previous = None
    for entry in Entry.objects.filter(number__gte=number).order_by("number"):
        if previous is None:
            entry.facts = {"turn": "forged"}
        else:
            entry.previous_sha256 = previous
        previous = trail.digest(entry)
        _update(entry.number, facts=entry.facts, previous_sha256=entry.previous_sha256, sha256=previous)


def _later(number: int) -> None:
    _update(number, at=Entry.objects.get(number=number).at + timedelta(microseconds=1))


def _delete(number: int) -> None:
    Entry.objects.filter(number=number).delete()


def _cut_off(number: int) -> None:
    Entry.objects.filter(number__gt=number).delete()


def _begin_anew() -> None:
    _cut_off(0)
    _first()


def _ways() -> dict[str, tuple[Callable[[], object], int]]:
    """Name → (act of tampering, the first broken number that must be named)."""
    ways: dict[str, tuple[Callable[[], object], int]] = {}
    for n in range(1, LENGTH + 1):
        ways |= {
            f"action of {n}": (partial(_update, n, action="listing.publish"), n),
            f"subject of {n}": (partial(_update, n, subject_id="999"), n),
            f"facts of {n}": (partial(_update, n, facts={"turn": -1}), n),
            f"hash of {n}": (partial(_update, n, sha256="0" * 64), n),
            f"link of {n}": (partial(_update, n, previous_sha256="1" * 64), n),
            f"person of {n}": (partial(_update, n, by_id=424_242), n),
            f"time of {n}": (partial(_later, n), n),
            f"{n} deleted": (partial(_delete, n), n),
            f"{n} and all behind it forged": (partial(_rewrite_from, n), LENGTH),
        }
        if n < LENGTH:
            ways |= {
                f"{n} changed with its hash": (partial(_rehash_alone, n), n + 1),
                f"{n} swapped with the next": (partial(_swap, n, n + 1), n),
                f"cut off after {n}": (partial(_cut_off, n), n + 1),
            }
    ways["added behind the end, unchained"] = (partial(_insert, LENGTH + 1, chained=False), LENGTH + 1)
    ways["gap in the numbers"] = (partial(_update, LENGTH, number=LENGTH + 5), LENGTH)
    ways["emptied"] = (partial(_cut_off, 0), 1)
    ways["emptied and begun anew"] = (_begin_anew, 2)
    return ways


def _first() -> None:
    entry = Entry(
        number=1,
        at=timezone.now(),
        action="listing.edit",
        subject_type="x",
        subject_id="1",
        facts={},
        previous_sha256=trail.START,
    )
    entry.sha256 = trail.digest(entry)
    entry.save(force_insert=True)


def test_there_are_enough_ways_to_tamper() -> None:
    assert len(_ways()) >= WAYS


def test_every_act_of_tampering_is_found_and_the_first_broken_number_is_named(head: Head) -> None:
    found: dict[str, int] = {}
    expected: dict[str, int] = {}

    with unguarded():
        for name, (tamper, number) in _ways().items():
            expected[name] = number
            savepoint = transaction.savepoint()
            with connection.constraint_checks_disabled():
                tamper()
            try:
                verify.verify(head)
            except Broken as broken:
                found[name] = broken.number
            transaction.savepoint_rollback(savepoint)
            verify.verify(head)

    assert found == expected


def test_an_untouched_trail_is_whole(head: Head) -> None:
    assert verify.verify(head) == head
    assert head.number == LENGTH
    assert verify.verify() == head


def test_without_a_head_kept_elsewhere_a_cut_end_is_not_seen(head: Head) -> None:
    """The control: the chain alone is not enough, which is why heads are kept elsewhere."""
    with unguarded():
        Entry.objects.filter(number__gt=5).delete()

    assert verify.verify().number == 5
    with pytest.raises(Broken) as broken:
        verify.verify(head)
    assert broken.value.number == 6


def test_an_older_head_still_holds_after_the_trail_has_grown(head: Head, alice: User) -> None:
    with transaction.atomic():
        trail.record(Action.LISTING_PUBLISH, alice, by=alice)

    assert verify.verify(head).number == LENGTH + 1


def test_the_walk_goes_in_chunks_and_misses_no_boundary(head: Head, monkeypatch: pytest.MonkeyPatch) -> None:
    for chunk in (1, 2, 5, LENGTH, LENGTH + 1):
        monkeypatch.setattr(verify, "CHUNK", chunk)
        assert verify.verify(head) == head
    monkeypatch.setattr(verify, "CHUNK", 4)
    for number in (4, 5, 8, 9):
        with unguarded():
            savepoint = transaction.savepoint()
            Entry.objects.filter(number=number).delete()
            with pytest.raises(Broken) as broken:
                verify.verify()
            transaction.savepoint_rollback(savepoint)
        assert broken.value.number == number


def test_an_empty_trail_is_whole() -> None:
    assert verify.verify() == Head(0, trail.START)


def test_facts_of_any_kind_survive_the_way_through_the_database(alice: User) -> None:
    dice = random.Random(7)  # noqa: S311 - the same every time
    with transaction.atomic():
        for turn in range(40):
            trail.record(
                Action.LISTING_EDIT, alice, by=alice,
                whole=dice.randrange(-(2**53), 2**53), text="".join(chr(dice.randrange(32, 0xD7FF)) for _ in range(20)),
                small=turn / 7, empty=None, code=alice, when=alice.date_joined,
            )  # fmt: skip

    assert verify.verify().number == 40


# the command


def test_the_command_says_that_the_trail_is_whole_and_prints_its_head(head: Head) -> None:
    out = StringIO()

    call_command("verify_audit", f"--head={head}", stdout=out)

    assert out.getvalue().splitlines() == [f"The trail is whole: {LENGTH} entries.", f"head {head}"]


def test_the_command_fails_with_exit_code_1_and_names_the_entry(head: Head) -> None:
    with unguarded():
        _update(7, facts={})

    with pytest.raises(CommandError, match="broken at entry 7") as failed:
        call_command("verify_audit")

    assert failed.value.returncode == 1


def test_the_command_finds_a_cut_end_by_a_head_kept_elsewhere(head: Head) -> None:
    with unguarded():
        Entry.objects.filter(number__gt=9).delete()

    call_command("verify_audit", stdout=StringIO())
    with pytest.raises(CommandError, match="broken at entry 10"):
        call_command("verify_audit", f"--head={head}")


@pytest.mark.parametrize("text", ["", "12", "12:abc", ":" + "0" * 64, "x:" + "0" * 64])
def test_a_head_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="number:sha256"):
        call_command("verify_audit", f"--head={text}")
