"""The database refuses to change, delete or empty the trail, whoever asks (AUD-1)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.models import Entry
from marketplace.audit.trail import Action
from marketplace.lib.transactions import NotInTransaction
from tests.audit.tampering import unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(alice: User) -> list[Entry]:
    with transaction.atomic():
        return [trail.record(Action.LISTING_EDIT, alice, by=alice, turn=turn) for turn in range(3)]


ATTEMPTS = {
    "update one": "UPDATE audit_entry SET action = 'listing.publish' WHERE number = 2",
    "update nothing of substance": "UPDATE audit_entry SET action = action",
    "update its person": "UPDATE audit_entry SET by_id = NULL",
    "delete one": "DELETE FROM audit_entry WHERE number = 3",
    "delete all": "DELETE FROM audit_entry",
}
ONLY_ON = {
    "postgresql": {
        "truncate": "TRUNCATE audit_entry",
        "truncate with all that hangs on it": "TRUNCATE audit_entry CASCADE",
    },
    "sqlite": {
        "replace by number": "REPLACE INTO audit_entry (number, at, action, subject_type, subject_id, facts, "
        "previous_sha256, sha256) SELECT number, at, 'listing.publish', subject_type, subject_id, facts, "
        "previous_sha256, 'other' FROM audit_entry WHERE number = 3",
        "replace by id": "INSERT OR REPLACE INTO audit_entry (id, number, at, action, subject_type, subject_id, facts, "
        "previous_sha256, sha256) SELECT id, 99, at, 'listing.publish', subject_type, subject_id, facts, "
        "previous_sha256, 'other' FROM audit_entry WHERE number = 3",
        "replace by hash": "INSERT OR REPLACE INTO audit_entry (number, at, action, subject_type, subject_id, facts, "
        "previous_sha256, sha256) SELECT 99, at, 'listing.publish', subject_type, subject_id, facts, "
        "previous_sha256, sha256 FROM audit_entry WHERE number = 3",
    },
}


def _statements() -> dict[str, str]:
    return ATTEMPTS | ONLY_ON[connection.vendor]


def _told() -> list[tuple[object, ...]]:
    return list(Entry.objects.values_list("number", "action", "by_id", "sha256"))


@pytest.mark.parametrize("name", [*ATTEMPTS, *ONLY_ON["postgresql"], *ONLY_ON["sqlite"]])
def test_the_database_refuses_and_nothing_has_changed(entries: list[Entry], name: str) -> None:
    statement = _statements().get(name)
    if statement is None:
        return  # the other database's own way
    before = _told()

    with pytest.raises(DatabaseError, match="AUD-1"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert _told() == before
    assert len(before) == 3


def test_models_and_querysets_are_refused_as_well(entries: list[Entry]) -> None:
    before = _told()

    entries[0].action = Action.LISTING_PUBLISH
    for act in (entries[0].save, entries[1].delete, Entry.objects.all().delete, lambda: Entry.objects.update(facts={})):
        with pytest.raises(DatabaseError, match="AUD-1"), transaction.atomic():
            act()

    assert _told() == before


def test_without_the_guard_the_same_statements_succeed(entries: list[Entry]) -> None:
    """The control: it is the guard that refuses."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(ATTEMPTS["update one"])
        changed = cursor.rowcount
        cursor.execute(ATTEMPTS["delete one"])
        deleted = cursor.rowcount

    assert (changed, deleted, Entry.objects.count()) == (1, 1, 2)


def test_the_guard_is_on_again_after_the_control(entries: list[Entry]) -> None:
    with unguarded():
        pass

    with pytest.raises(DatabaseError, match="AUD-1"), transaction.atomic():
        Entry.objects.all().delete()


def test_an_entry_belongs_to_the_transaction_of_what_it_tells(alice: User) -> None:
    with transaction.atomic():
        trail.record(Action.LISTING_EDIT, alice, by=alice)
        transaction.set_rollback(True)

    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused(alice: User) -> None:
    with pytest.raises(NotInTransaction):
        trail.record(Action.LISTING_EDIT, alice, by=alice)

    assert Entry.objects.count() == 0


def test_actions_are_a_closed_list_in_alphabetical_order() -> None:
    names = [action.name for action in Action]

    assert names == sorted(names)
    assert all(action.value == action.name.lower().replace("_", ".", 1) or "." in action.value for action in Action)
    with pytest.raises(ValueError, match="not a valid Action"):
        Action("listing.burn")
