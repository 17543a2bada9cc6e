"""A withdrawal ends what has not begun, to the instant, and touches no license that stands (LIC-3, LIC-4)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from listings import flow as listings_flow
from listings.models import Declaration, Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import start_of, today
from marketplace.licensing import flow
from marketplace.licensing.flow import terminating
from marketplace.licensing.flow.acceptance import door_of
from marketplace.licensing.models import Agreement, Ground, Termination
from marketplace.licensing.signing.doors import Signing
from tests.licensing.conftest import ask, send_notice

pytestmark = pytest.mark.django_db
MICRO = timedelta(microseconds=1)
BEFORE = (timedelta(hours=-24), timedelta(hours=-8), timedelta(seconds=-1), -MICRO)
AFTER = (timedelta(), MICRO, timedelta(seconds=1), timedelta(hours=8), timedelta(hours=24))


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/New_York"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server's own clock stands in this zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def withdrawn(listing: Listing, days: int = 5) -> datetime:
    """The announced withdrawal; returns the instant at which it counts."""
    day = today() + timedelta(days=days)
    Declaration.objects.filter(listing=listing).update(withdrawn_on=day)
    return start_of(day)


def may_send(agreement: Agreement, by: User) -> bool:
    """Whether the notice could be signed and served at this moment; nothing is kept."""
    try:
        with transaction.atomic():
            door_of(agreement).require(Signing.now(by, agreement.contract_sha256))
            transaction.set_rollback(True)
    except (Refused, flow.NotNow, flow.TermsChanged):
        return False
    return True


def test_a_notice_can_be_sent_until_that_instant_and_not_from_it_on(
    open_listing: Listing, firm: Organization, bob: User, zone: str
) -> None:
    agreement = ask(open_listing, firm, bob)
    instant = withdrawn(open_listing)

    told = []
    for offset in (*BEFORE, *AFTER):
        with time_machine.travel(instant + offset, tick=False):
            told.append(may_send(agreement, bob))

    assert told == [True] * len(BEFORE) + [False] * len(AFTER)


def test_a_payment_completes_the_license_until_that_instant_and_not_from_it_on(
    open_listing: Listing, firm: Organization, bob: User, zone: str, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    owed, instant = agreement.obligations.get(), withdrawn(open_listing)

    told = []
    for offset in (*BEFORE, *AFTER):
        with time_machine.travel(instant + offset, tick=False):
            told.append(flow.payable(owed))

    assert told == [True] * len(BEFORE) + [False] * len(AFTER)


def test_money_received_the_last_microsecond_before_counts_when_it_is_seen_later(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    instant = withdrawn(open_listing)

    with time_machine.travel(instant + timedelta(hours=9), tick=False):
        proof = {"kind": "bank", "received_at": (instant - MICRO).isoformat()}
        agreement = flow.settle(agreement.obligations.get(), proof=proof)

    assert (agreement.state, agreement.effective_at) == ("active", instant - MICRO)


def test_a_license_that_stands_is_the_same_before_and_after_to_the_last_column(
    open_listing: Listing, firm: Organization, alice: User, bob: User, zone: str, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    flow.settle(agreement.obligations.get(), proof={"kind": "bank"})
    before = Agreement.objects.filter(pk=agreement.pk).values().get()
    owed = list(agreement.obligations.order_by("pk").values())
    encumbrance = list(agreement.listing.patent.encumbrances.filter(kind="open").values())
    instant = withdrawn(open_listing)

    for offset in (*BEFORE, *AFTER):
        with time_machine.travel(instant + offset, tick=False):
            listings_flow.expire_due()
            flow.end_due()
            flow.lapse_due()
            terminating.ends_due()
            assert Agreement.objects.filter(pk=agreement.pk).values().get() == before
            assert list(agreement.obligations.order_by("pk").values()) == owed
            assert list(agreement.listing.patent.encumbrances.filter(kind="open").values()) == encumbrance

    assert timezone.now() < instant


def test_a_withdrawal_is_no_ground_to_end_a_license(
    open_listing: Listing, firm: Organization, alice: User, bob: User, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    agreement = flow.settle(agreement.obligations.get(), proof={"kind": "bank"})
    withdrawn(open_listing, days=0)

    for ground in (Ground.EARLY, Ground.BREACH, Ground.PATENT_ENDED, Ground.PATENT_CHANGED):
        for person in (alice, bob):
            with pytest.raises(Refused):
                terminating.give_notice(agreement, ground=ground, by=person)

    agreement.refresh_from_db()
    assert agreement.state == "active"
    assert not Termination.objects.exists()
