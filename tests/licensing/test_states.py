"""The table of steps decides everything: who, from where, to where; the database agrees."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from listings.models import Track
from marketplace.accounts.models import Organization, User
from marketplace.licensing import states
from marketplace.licensing.models import OPEN_STATES, Agreement, Confirmation, OfferVersion, Signature, State
from marketplace.licensing.states import STEPS, Who, turn_of
from tests.licensing.conftest import sign

FIRST = {"open": [State.PREPARED], "preset": [State.REQUESTED, State.OFFERED]}


def test_every_step_names_its_rule_its_words_and_somebody_who_may_take_it() -> None:
    for step in STEPS.values():
        assert step.rule
        assert str(step.label)
        assert str(step.told)
        assert step.who
        assert step.targets


def test_nothing_leads_out_of_a_closed_agreement() -> None:
    closed = {State.DECLINED, State.CANCELLED, State.LAPSED, State.ENDED}

    assert {old for _track, old, _new in states.moves()} & closed == set()


def test_only_a_licensee_signs_and_sends_a_notice_and_only_the_clock_ends_a_license() -> None:
    assert STEPS["send_notice"].who == {Who.LICENSEE}
    assert STEPS["sign"].who == {Who.LICENSEE, Who.LICENSOR}
    assert STEPS["end"].who == {Who.SYSTEM}
    assert STEPS["settle"].who == {Who.SYSTEM}


def test_a_licensor_can_do_nothing_about_an_open_license_that_comes_into_being() -> None:
    for state in OPEN_STATES:
        assert [step.name for step in STEPS.values() if step.allows(Who.LICENSOR, Track.OPEN, state)] == []


@pytest.mark.parametrize(
    ("track", "state", "missing", "expected"),
    [
        ("preset", "requested", (), Who.MODERATOR),
        ("preset", "offered", (Who.LICENSEE,), Who.LICENSEE),
        ("preset", "offered", (Who.LICENSOR,), Who.LICENSOR),
        ("preset", "signed", (), Who.LICENSEE),
        ("open", "prepared", (), Who.LICENSEE),
        ("open", "noticed", (), Who.LICENSEE),
        ("open", "active", (), None),
        ("preset", "lapsed", (), None),
    ],
)
def test_the_turn_is_said_for_every_state(track: str, state: str, missing: tuple[Who, ...], expected: Who) -> None:
    assert turn_of(track, state, frozenset(missing)) is expected


@pytest.fixture
def bare(listing: Any, open_listing_beside: Any, firm: Organization, bob: User) -> dict[str, Agreement]:
    """One agreement a track, with everything that any state asks for, to be moved by plain SQL."""
    from django.utils import timezone

    from marketplace.lib.terms import today

    made = {}
    for number, offer in enumerate((listing, open_listing_beside)):
        version = OfferVersion.objects.create(listing=offer, sha256=f"{number}" * 64, snapshot={})
        made[str(offer.track)] = Agreement.objects.create(
            reference=f"KX-2026-9999{number}",
            verify_code=f"AAAA-BBBB-CCC{number}",
            track=offer.track,
            state=FIRST[str(offer.track)][0],
            listing=offer,
            version=version,
            licensor=offer.organization,
            licensee=firm,
            fee_minor=1,
            requested_by=bob,
            contract_sha256="c" * 64,
            effective_at=timezone.now(),
            ends_on=today(),
        )
    return made


@pytest.fixture
def open_listing_beside(listing: Any, alice: User, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A second listing, of another patent, on the open track."""
    from tests.licensing import conftest

    plain = conftest.make_patent
    monkeypatch.setattr(conftest, "make_patent", lambda organization: plain(organization, "2019111898062"))
    return conftest.make_listing(listing.organization, alice, track=Track.OPEN)


def _walk_to(agreement: Agreement, state: str, track: str) -> bool:
    """Lead the row to a state by listed moves only; False where no way leads there."""
    ways: dict[str, list[str]] = {str(first): [] for first in FIRST[track]}
    grown = True
    while grown:
        grown = False
        for one, old, new in states.moves():
            if one == track and old in ways and new not in ways:
                ways[new] = [*ways[old], new]
                grown = True
    if state not in ways:
        return False
    start = state if state in {str(f) for f in FIRST[track]} else _start_of(ways[state], track)
    _put(agreement, start)
    for step in ways[state]:
        Agreement.objects.filter(pk=agreement.pk).update(state=step)
    return True


def _start_of(way: list[str], track: str) -> str:
    return next(
        old for one, old, new in sorted(states.moves()) if one == track and new == way[0] and old in FIRST[track]
    )


def _put(agreement: Agreement, state: str) -> None:
    """Make the row anew in a first state."""
    pk = agreement.pk
    Agreement.objects.filter(pk=pk).delete()
    agreement.state = state
    agreement.save(force_insert=True)


def test_the_database_lets_through_exactly_the_moves_of_the_table(bare: dict[str, Agreement]) -> None:
    let_through = set()
    for track, old, new in product(("open", "preset"), State, State):
        agreement = bare[track]
        if old == new:
            continue
        with transaction.atomic():
            reached = _walk_to(agreement, str(old), track)
            if reached and _moves(agreement, new):
                let_through.add((track, str(old), str(new)))
            transaction.set_rollback(True)

    assert let_through == states.moves()


def _moves(agreement: Agreement, new: str) -> bool:
    try:
        with transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(state=new)
    except DatabaseError:
        return False
    return True


def test_the_database_lets_an_agreement_begin_only_as_the_table_says(bare: dict[str, Agreement]) -> None:
    begun = set()
    for track, state in product(("open", "preset"), State):
        try:
            with transaction.atomic():
                _put(bare[track], state)
                begun.add((track, str(state)))
                transaction.set_rollback(True)
        except DatabaseError:
            continue

    beginnings = [step for step in STEPS.values() if not step.source]
    assert begun == {(str(track), str(to)) for step in beginnings for track in step.tracks for to in step.targets}


@pytest.mark.parametrize("column", ["reference", "fee_minor", "licensee_class", "contract_sha256"])
def test_what_an_agreement_rests_on_never_changes(offered: Agreement, column: str) -> None:
    before = Agreement.objects.values_list(column, flat=True).get(pk=offered.pk)

    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=offered.pk).update(**{column: 7 if column == "fee_minor" else "x"})

    assert Agreement.objects.values_list(column, flat=True).get(pk=offered.pk) == before


@pytest.mark.parametrize("act", ["update", "delete"])
def test_versions_signatures_and_confirmations_are_never_changed_or_deleted(
    confirmed: Agreement, bob: User, any_code: list[str], act: str
) -> None:
    sign(confirmed, bob)
    rows: list[tuple[Any, dict[str, Any]]] = [
        (OfferVersion.objects.all(), {"sha256": "0" * 64}),
        (Signature.objects.all(), {"document_sha256": "0" * 64}),
        (Confirmation.objects.all(), {"clause": "other"}),
    ]

    for query, change in rows:
        table = query.model._meta.db_table
        count = query.count()
        column, value = next(iter(change.items()))
        sql = f"UPDATE {table} SET {column} = %s" if act == "update" else f"DELETE FROM {table}"  # noqa: S608
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [value] if act == "update" else [])
        assert query.count() == count
        assert count > 0
