"""Every step, in every state, by every person: done exactly where the table says so, and nothing moves elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from listings.models import Listing, OfferTerms
from marketplace.accounts.models import Membership, Organization, Role, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, State
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.states import STEPS, Who
from marketplace.licensing.terms import clauses
from tests.licensing.conftest import CODE, ask, confirm_all, send_notice, sign

Act = Callable[[Agreement, User], Any]


def _confirm(agreement: Agreement, by: User) -> Any:
    found = clauses.highlighted(agreement)  # an open license has none
    key, sha256 = (found[0].key, found[0].sha256) if found else ("liability", "0" * 64)
    return flow.confirm(agreement, by=by, clause=key, text_sha256=sha256)


ACTS: dict[str, Act] = {
    "offer": lambda agreement, by: flow.offer(agreement, by=by),
    "decline": lambda agreement, by: flow.decline(agreement, by=by, reason="不符合"),
    "confirm": _confirm,
    "sign": lambda agreement, by: flow.sign(
        agreement, Signing.now(by, agreement.contract_sha256, "192.0.2.1", code=CODE)
    ),
    "send_notice": lambda agreement, by: flow.send_notice(
        agreement, Signing.now(by, agreement.contract_sha256, "192.0.2.1", code=CODE)
    ),
    "cancel": lambda agreement, by: flow.cancel(agreement, by=by),
    "leave": lambda agreement, by: flow.leave(agreement, by=by),
}


@pytest.fixture
def people(
    alice: User,
    bob: User,
    mallory: User,
    moderator: User,
    person: Any,
    university: Organization,
    firm: Organization,
    strangers: Organization,
) -> dict[str, tuple[User, Who | None, bool]]:
    """Who, on which side, and whether with every role or as a mere reader."""
    carol, dave = person("Carol"), person("Dave")
    Membership.objects.create(user=carol, organization=firm, role=Role.VIEWER)
    Membership.objects.create(user=dave, organization=university, role=Role.VIEWER)
    return {
        "licensee": (bob, Who.LICENSEE, True),
        "licensee's reader": (carol, Who.LICENSEE, False),
        "licensor": (alice, Who.LICENSOR, True),
        "licensor's reader": (dave, Who.LICENSOR, False),
        "moderator": (moderator, Who.MODERATOR, True),
        "stranger": (mallory, None, False),
    }


TRIAL: dict[str, Any] = {
    "fee_mode": "free_then_paid",
    "free_months": 12,
    "trigger": "date",
    "later_mode": "deferred",
    "nonpayment": "停止使用",
}
TERMS_FOR: dict[str, dict[str, Any]] = {
    State.SIGNED: {"payment_is_condition": True},
    State.ACTIVE: TRIAL,
    State.ENDED: TRIAL,
}


def _preset(listing: Listing, firm: Organization, bob: User, alice: User, state: str) -> Agreement:
    """Lead a preset agreement without term sheet to a state; the firm has confirmed but nobody signed when offered."""
    OfferTerms.objects.filter(listing=listing).update(**TERMS_FOR.get(state, {"pay_within_days": 15}))
    related = state in (State.REQUESTED, State.DECLINED)
    agreement = ask(listing, firm, bob, related_party=related, related_detail="股东" if related else "")
    if state == State.DECLINED:
        return flow.decline(agreement, by=alice, reason="不符合")
    if state == State.CANCELLED:
        return flow.cancel(agreement, by=bob)
    if state == State.LAPSED:
        return _lapse(agreement)
    if state == State.REQUESTED:
        return agreement
    confirm_all(agreement, bob)
    if state == State.OFFERED:
        return agreement
    agreement = sign(sign(agreement, bob), alice)
    return flow.leave(agreement, by=bob) if state == State.ENDED else agreement


def _open(listing: Listing, firm: Organization, bob: User, state: str) -> Agreement:
    agreement = ask(listing, firm, bob)
    if state == State.PREPARED:
        return agreement
    if state == State.CANCELLED:
        return flow.cancel(agreement, by=bob)
    if state == State.LAPSED:
        return _lapse(agreement)
    agreement = send_notice(agreement, bob)
    if state == State.NOTICED:
        return agreement
    agreement = flow.settle(agreement.obligations.get(), proof={"kind": "bank"})
    if state == State.ENDED:
        Agreement.objects.filter(pk=agreement.pk).update(ends_on=today() - timedelta(days=1))
        return flow.end(agreement)
    return agreement


def _lapse(agreement: Agreement) -> Agreement:
    Agreement.objects.filter(pk=agreement.pk).update(acts_until=timezone.now() - timedelta(seconds=1))
    assert flow.lapse_due() == 1
    agreement.refresh_from_db()
    return agreement


def _expected(name: str, agreement: Agreement, side: Who | None, full: bool) -> bool:
    """What the table says, with the one guard on top of it: a moderator declines only before the contract is made."""
    step = STEPS[name]
    if side is None or not full or not step.allows(side, agreement.track, agreement.state):
        return False
    return not (name == "decline" and side is Who.MODERATOR and agreement.state == State.OFFERED)


def _check(agreement: Agreement, people: dict[str, tuple[User, Who | None, bool]]) -> None:
    for name, act in ACTS.items():
        for who, (user, side, full) in people.items():
            with transaction.atomic():
                was, entries = agreement.state, Entry.objects.count()
                fresh = Agreement.objects.get(pk=agreement.pk)
                try:
                    act(fresh, user)
                    done = True
                except (Refused, flow.NotNow):
                    done = False
                    now = Agreement.objects.get(pk=agreement.pk)
                    assert (now.state, Entry.objects.count()) == (was, entries), f"{who} changed something by {name}"
                transaction.set_rollback(True)
            assert done == _expected(name, agreement, side, full), f"{who} {name} in {agreement.state}"


PRESET_STATES = [s for s in State if s not in (State.PREPARED, State.NOTICED)]
OPEN_TRACK_STATES = [s for s in State if s not in (State.REQUESTED, State.OFFERED, State.SIGNED, State.DECLINED)]


@pytest.mark.parametrize("state", PRESET_STATES)
def test_on_the_preset_track_the_table_alone_decides(
    state: State,
    listing: Listing,
    firm: Organization,
    bob: User,
    alice: User,
    people: dict[str, tuple[User, Who | None, bool]],
    any_code: list[str],
) -> None:
    agreement = _preset(listing, firm, bob, alice, state)
    assert agreement.state == state

    _check(agreement, people)


@pytest.mark.parametrize("state", OPEN_TRACK_STATES)
def test_on_the_open_track_the_table_alone_decides(
    state: State,
    open_listing: Listing,
    firm: Organization,
    bob: User,
    people: dict[str, tuple[User, Who | None, bool]],
    any_code: list[str],
) -> None:
    agreement = _open(open_listing, firm, bob, state)
    assert agreement.state == state

    _check(agreement, people)


@pytest.mark.parametrize("who", ["licensor", "moderator", "stranger", "licensee's reader"])
def test_only_the_firms_own_people_ask_in_its_name(
    who: str, listing: Listing, firm: Organization, people: dict[str, tuple[User, Who | None, bool]]
) -> None:
    with pytest.raises(flow.NotYours):
        ask(listing, firm, people[who][0])

    assert Agreement.objects.count() == 0
