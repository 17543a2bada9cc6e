"""Words that people typed stand beside the trail and can be erased; the chain stays whole (AUD-3)."""

from __future__ import annotations

import pytest
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.models import Entry, Said
from marketplace.audit.trail import Action
from marketplace.audit.verify import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(alice: User) -> Entry:
    with transaction.atomic():
        return trail.record(Action.NEED_HIDE, alice, by=alice, reason="names Mr Wang", turn=3)


def test_an_entry_holds_a_hash_of_typed_words_and_never_the_words(entry: Entry) -> None:
    row = Said.objects.get()

    assert "Wang" not in str(Entry.objects.get().facts)
    assert entry.facts == {"reason": trail.salted(row.salt, "names Mr Wang"), "turn": 3}
    assert trail.said(entry) == {"reason": "names Mr Wang"}


def test_the_chain_stays_valid_when_the_words_are_erased(entry: Entry) -> None:
    before = verify()

    Said.objects.all().delete()

    assert verify() == before
    assert trail.said(Entry.objects.get()) == {}


def test_words_that_were_changed_afterwards_are_not_told(entry: Entry) -> None:
    Said.objects.update(text="names nobody")

    assert trail.said(Entry.objects.get()) == {}


def test_the_same_words_twice_have_different_hashes(entry: Entry, alice: User) -> None:
    with transaction.atomic():
        other = trail.record(Action.NEED_HIDE, alice, by=alice, reason="names Mr Wang")

    assert other.facts["reason"] != entry.facts["reason"]


def test_an_empty_reason_is_a_fact_like_any_other(alice: User) -> None:
    with transaction.atomic():
        entry = trail.record(Action.NEED_HIDE, alice, by=alice, reason="")

    assert entry.facts == {"reason": ""}
    assert not Said.objects.exists()
