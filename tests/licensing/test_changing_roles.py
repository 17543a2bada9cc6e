"""Every step of a negotiation and of a change, in every state, by every person: done where the table says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from listings.models import HealthEvent, Listing
from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.errors import AlreadyTalking
from marketplace.licensing.flow import holding, negotiating, talk_clock, terminating
from marketplace.licensing.models import (
    Agreement,
    Ground,
    Hold,
    Negotiation,
    NegotiationState,
    Proposal,
    State,
    Termination,
)
from marketplace.licensing.states import STEPS, TALKS, Who
from marketplace.licensing.steps import changing, making, running
from tests.licensing import test_roles, test_running_roles
from tests.licensing.changes.conftest import accept, ask_other, made, sign_both
from tests.licensing.test_roles import OPEN_TRACK_STATES, PRESET_STATES, people

__all__ = ["people"]
People = dict[str, tuple[User, Who | None, bool]]
ELSEWHERE = {  # steps whose doors need more than a state, by the module that tries them for each side
    "request": "tests.licensing.test_roles",
    "prepare": "tests.licensing.test_roles",
    "supersede": "tests.licensing.changes.test_negotiating",  # stands behind "propose"
    "confirm_change": "tests.licensing.changes.test_confirming",
    "ask_inside": "tests.licensing.changes.test_approving",
    "pay_back": "tests.licensing.changes.test_repaying",
}


def _last(talk: Negotiation) -> Proposal:
    return Proposal.objects.filter(negotiation=talk).latest("number")


def _accept(talk: Negotiation, by: User) -> Any:
    return negotiating.accept(talk, by=by, number=_last(talk).number, sha256=_last(talk).sha256)


def _propose(talk: Negotiation, by: User) -> Any:
    last = _last(talk)
    return negotiating.propose(talk, by=by, terms=last.terms | {"guidance_hours": 40}, reason="折中", seen=last.number)


TALK_ACTS: dict[str, Callable[[Negotiation, User], Any]] = {
    "take": lambda talk, by: negotiating.take(talk, by=by),
    "propose": _propose,
    "accept": _accept,
    "withdraw": lambda talk, by: negotiating.withdraw(talk, by=by, reason="谈不拢"),
    "note": lambda talk, by: negotiating.note(talk, by=by, text="请说明"),
}


def _talk(state: str, listing: Listing, firm: Organization, bob: User, alice: User, moderator: User) -> Negotiation:
    """Lead a negotiation to a state; the licensor's answer is the one that is waited for."""
    talk = ask_other(listing, firm, bob, guidance_hours=30)
    if state == NegotiationState.ASKED:
        return talk
    talk = negotiating.take(talk, by=moderator)
    if state == NegotiationState.WITHDRAWN:
        return negotiating.withdraw(talk, by=bob)
    if state == NegotiationState.LAPSED:
        Negotiation.objects.filter(pk=talk.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        assert talk_clock.talks_due() == 1
    if state in (NegotiationState.AGREED, NegotiationState.DONE):
        accept(talk, alice)
    if state == NegotiationState.DONE:
        deal = sign_both(made(talk), bob, alice)
        talk_clock.on_agreement_moved("", {"agreement": deal.pk})
    talk.refresh_from_db()
    return talk


def _tried(act: Callable[[], Any]) -> tuple[bool, bool]:
    """Whether it was done, and whether a refusal left everything as it was. Whatever was done is undone."""
    with transaction.atomic():
        entries = Entry.objects.count()
        try:
            act()
            done, whole = True, True
        except (Refused, flow.NotNow):
            done, whole = False, Entry.objects.count() == entries
        transaction.set_rollback(True)
    return done, whole


def _may_talk(name: str, talk: Negotiation, side: Who | None, full: bool) -> bool:
    """What the table says, and above it: a licensor hears of it once it was passed on; a yes is given in one's turn."""
    if side is None or not full or not TALKS[name].allows(side, talk.state):
        return False
    if side is Who.LICENSOR and talk.passed_at is None:
        return False
    return name != "accept" or talk.turn == side


def test_every_step_that_a_person_can_take_is_tried_in_one_of_these_tables() -> None:
    rows = (*making.ROWS, *running.ROWS, *changing.ROWS)
    own = {row.name for row in rows if row.who - {Who.SYSTEM}}
    tried = {*test_roles.ACTS, *test_running_roles.ACTS, *ACTS, *ELSEWHERE}

    assert own - tried == set()
    assert {name for name, row in TALKS.items() if row.who - {Who.SYSTEM}} == {*TALK_ACTS, "ask"}


@pytest.mark.parametrize("state", NegotiationState)
def test_of_a_negotiation_the_table_alone_decides(
    state: NegotiationState,
    listing: Listing,
    firm: Organization,
    bob: User,
    alice: User,
    people: People,
    any_code: list[str],
) -> None:
    talk = _talk(state, listing, firm, bob, alice, people["moderator"][0])
    assert talk.state == state

    for name, act in TALK_ACTS.items():
        for who, (user, side, full) in people.items():
            done, whole = _tried(partial(act, Negotiation.objects.get(pk=talk.pk), user))
            assert done == _may_talk(name, talk, side, full), f"{who} {name} in {state}"
            assert whole, f"{who} changed something by {name}"


@pytest.mark.parametrize("who", ["licensor", "moderator", "stranger", "licensee's reader"])
def test_only_the_firms_own_people_ask_for_other_terms(
    who: str, listing: Listing, firm: Organization, people: People
) -> None:
    with pytest.raises(flow.NotYours):
        ask_other(listing, firm, people[who][0])

    assert Negotiation.objects.count() == 0


def test_nobody_at_all_asks_for_other_terms_on_the_open_track(
    open_listing: Listing, firm: Organization, people: People
) -> None:
    for who, (user, _side, _full) in people.items():
        with pytest.raises((Refused, AlreadyTalking)):
            ask_other(open_listing, firm, user)
        assert Negotiation.objects.count() == 0, who


# a license in force


def _hold(deal: Agreement, by: User) -> Hold:
    event = HealthEvent.objects.create(
        patent=deal.listing.patent, kind="dispute", happened_on=today(), source="公告（示例）"
    )
    return Hold.objects.create(agreement=deal, event=event, mark=f"event:{event.pk}", what="dispute")


def _proposed(deal: Agreement, by: User) -> Termination:
    return Termination.objects.create(
        agreement=deal,
        ground="mutual",
        state="proposed",
        party="licensee",
        by=by,
        noticed_at=timezone.now(),
        effective_on=today(),
        acts_until=timezone.now() + timedelta(days=3),
    )


ACTS: dict[str, Callable[[Agreement, User], Any]] = {
    "demand_performance": lambda deal, by: terminating.demand(deal, by=by, text="未按约定指导"),
    "propose_end": lambda deal, by: terminating.propose(deal, by=by, last_day=today(), reason=""),
    "give_notice": lambda deal, by: terminating.give_notice(deal, ground=Ground.PATENT_ENDED, by=by),
    "drop_end": lambda deal, by: terminating.drop(_proposed(deal, by), by=by),
    "release": lambda deal, by: holding.release(_hold(deal, by), by=by, reason="无关"),
    "waive": lambda deal, by: holding.waive(_hold(deal, by), by=by),
}


def _expected(name: str, deal: Agreement, side: Who | None, full: bool) -> bool:
    """What the table says; the ground that is tried here, a patent that has ended, is the licensee's alone."""
    if side is None or not full or not STEPS[name].allows(side, deal.track, deal.state):
        return False
    return not (name == "give_notice" and side is Who.LICENSOR)


def _check(deal: Agreement, people: People) -> None:
    for name, act in ACTS.items():
        for who, (user, side, full) in people.items():
            with transaction.atomic():
                if name == "give_notice":
                    deal.listing.patent.status = "lapsed"
                    deal.listing.patent.save(update_fields=["status"])
                done, whole = _tried(partial(act, Agreement.objects.get(pk=deal.pk), user))
                transaction.set_rollback(True)
            assert done == _expected(name, deal, side, full), f"{who} {name} in {deal.state}"
            assert whole, f"{who} changed something by {name}"


@pytest.mark.parametrize("state", PRESET_STATES)
def test_of_changes_on_the_preset_track_the_table_alone_decides(
    state: State, listing: Listing, firm: Organization, bob: User, alice: User, people: People, any_code: list[str]
) -> None:
    deal = test_roles._preset(listing, firm, bob, alice, state)
    assert deal.state == state

    _check(deal, people)


@pytest.mark.parametrize("state", OPEN_TRACK_STATES)
def test_of_changes_on_the_open_track_the_table_alone_decides(
    state: State, open_listing: Listing, firm: Organization, bob: User, people: People, any_code: list[str]
) -> None:
    deal = test_roles._open(open_listing, firm, bob, state)
    assert deal.state == state

    _check(deal, people)
