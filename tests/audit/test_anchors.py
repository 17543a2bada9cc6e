"""An authority outside signs the trail's root: who holds the whole database cannot write it anew (AUD-1)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.accounts.models import User
from marketplace.audit import anchors, trail, verify
from marketplace.audit.models import Anchor, Entry
from marketplace.audit.verify import Broken
from marketplace.lib import timestamp
from tests.audit.tampering import unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_keys(settings: Any, tmp_path: Path) -> None:
    settings.TEST_PKI_ROOT = tmp_path / "pki"


def _write(alice: User, many: int) -> None:
    with transaction.atomic():
        for turn in range(many):
            trail.record(trail.Action.LISTING_EDIT, alice, by=alice, turn=turn)


def _root_again(number: int, proof: anchors.Proof) -> str:
    at = anchors.leaf(Entry.objects.get(number=number).sha256)
    for side, neighbor in proof.path:
        other = bytes.fromhex(neighbor)
        at = anchors.node(other, at) if side == "left" else anchors.node(at, other)
    return at.hex()


@pytest.mark.parametrize("many", [1, 2, 3, 5, 8, 13])
def test_every_entry_has_a_way_to_the_stamped_root(alice: User, many: int) -> None:
    _write(alice, many)

    anchor = anchors.make()

    assert anchor is not None
    assert timestamp.stamps(bytes(anchor.token), bytes.fromhex(anchor.root))
    found = anchors.proofs(list(Entry.objects.all()))
    assert sorted(found) == list(range(1, many + 1))
    assert {_root_again(number, proof) for number, proof in found.items()} == {anchor.root}


def test_the_next_anchor_begins_where_the_last_ended(alice: User) -> None:
    _write(alice, 3)
    anchors.keep_up()
    anchors.keep_up()
    _write(alice, 2)
    assert anchors.proofs(list(Entry.objects.filter(number=5))) == {}
    anchors.keep_up()

    assert list(Anchor.objects.values_list("first", "last")) == [(1, 3), (4, 5)]
    assert verify.verify().number == 5


def test_a_trail_written_anew_with_a_good_chain_is_found_by_its_anchor(alice: User) -> None:
    _write(alice, 4)
    anchors.keep_up()
    with unguarded(), transaction.atomic():
        Entry.objects.all().delete()
        for turn in range(4):
            trail.record(trail.Action.LISTING_EDIT, alice, by=alice, turn=turn, forged=True)

    with pytest.raises(Broken, match="not what the anchor was stamped over"):
        verify.verify()


def test_without_the_anchor_nobody_would_notice(alice: User) -> None:
    _write(alice, 4)
    with unguarded(), transaction.atomic():
        Entry.objects.all().delete()
        for turn in range(4):
            trail.record(trail.Action.LISTING_EDIT, alice, by=alice, turn=turn, forged=True)

    assert verify.verify().number == 4


def test_a_stamp_over_something_else_does_not_hold(alice: User) -> None:
    token, _at = timestamp.token(b"this")

    assert timestamp.stamps(token, b"this")
    assert not timestamp.stamps(token, b"that")
    assert not timestamp.stamps(token[:-1] + bytes([token[-1] ^ 1]), b"this")
    assert not timestamp.stamps(b"", b"this")


def test_a_stamp_of_an_authority_nobody_believes_does_not_hold(settings: Any, tmp_path: Path) -> None:
    settings.TEST_PKI_ROOT = tmp_path / "others"
    token, _at = timestamp.token(b"this")
    settings.TEST_PKI_ROOT = tmp_path / "pki"

    assert not timestamp.stamps(token, b"this")


def test_an_authority_out_of_reach_stores_nothing(alice: User, settings: Any) -> None:
    settings.TIMESTAMP_URLS = ["http://127.0.0.1:9/"]
    _write(alice, 1)

    anchors.keep_up()

    assert not Anchor.objects.exists()


def test_the_database_refuses_to_change_an_anchor(alice: User) -> None:
    _write(alice, 1)
    anchors.keep_up()

    for act in (
        lambda: Anchor.objects.update(root=hashlib.sha256(b"x").hexdigest()),
        lambda: Anchor.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert connection.connection is not None
    assert Anchor.objects.count() == 1
