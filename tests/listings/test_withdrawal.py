"""A declared open license is withdrawn in two steps, and ends at one instant (DECL-7, LIC-3, LIC-4)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from listings import flow, rules
from listings.models import EncumbranceKind, Listing, ListingState, Patent
from listings.states import NotNow
from listings.withdrawing import consents_needed, warning
from marketplace.accounts.models import User
from marketplace.lib.findings import Refused, Severity
from marketplace.lib.terms import SHANGHAI, start_of, today
from tests.listings.building import scan

S = ListingState
MICRO = timedelta(microseconds=1)


def ask(listing: Listing, by: User, **more: Any) -> Listing:
    """The first step, with everything the law wants."""
    facts: dict[str, Any] = {"reason": "拟转让专利权", "unconditional": True}
    return flow.request_withdrawal(listing, by=by, **(facts | more))


def announce(listing: Listing, by: User, days: int) -> Listing:
    """The second step: announced for that many days from today."""
    return flow.withdraw(listing, by=by, announced_on=today() + timedelta(days=days), evidence=scan())


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/New_York"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server's own clock stands in this zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


# Instants around 00:00 Asia/Shanghai of the day of the announcement, and whether the license is over at them.
INSTANTS = [
    (timedelta(hours=-24), False),
    (timedelta(hours=-8), False),  # 00:00 of the same day in UTC lies eight hours after, not before
    (timedelta(seconds=-1), False),  # 23:59:59
    (-MICRO, False),
    (timedelta(), True),  # 00:00:00
    (MICRO, True),
    (timedelta(seconds=1), True),
    (timedelta(hours=8), True),
    (timedelta(hours=24), True),
]


@pytest.mark.parametrize(("offset", "over"), INSTANTS)
def test_the_offer_ends_at_midnight_in_shanghai_wherever_the_server_stands(
    open_offer: Listing, alice: User, zone: str, offset: timedelta, over: bool
) -> None:
    listing = announce(ask(open_offer, alice), alice, 5)
    instant = start_of(today() + timedelta(days=5))

    with time_machine.travel(instant + offset, tick=False):
        refused = [finding.rule for finding in rules.acceptable(listing)]
        assert ("DECL-7" in refused) is over
        assert flow.expire_due() == int(over)

    listing.refresh_from_db()
    assert listing.state == (S.WITHDRAWN if over else S.WITHDRAWAL_REQUESTED)


@pytest.mark.parametrize(("offset", "over"), INSTANTS[2:7])
def test_the_clock_alone_ends_it_before_any_worker_ran(
    open_offer: Listing, alice: User, offset: timedelta, over: bool
) -> None:
    listing = announce(ask(open_offer, alice), alice, 5)

    with time_machine.travel(start_of(today() + timedelta(days=5)) + offset, tick=False):
        assert bool(rules.acceptable(listing)) is over
        listing.refresh_from_db()
        assert listing.state == S.WITHDRAWAL_REQUESTED


def test_without_the_rule_the_same_instant_would_let_it_pass(
    open_offer: Listing, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = announce(ask(open_offer, alice), alice, 5)
    monkeypatch.setattr("listings.rules.declarations.today", lambda: today() - timedelta(days=9))

    with time_machine.travel(start_of(today() + timedelta(days=5)), tick=False):
        assert "DECL-7" not in [finding.rule for finding in rules.acceptable(listing)]


@pytest.mark.parametrize(("offset", "binds"), [(-MICRO, True), (timedelta(), False), (MICRO, False)])
def test_the_declaration_binds_the_patent_up_to_that_instant(
    open_offer: Listing, alice: User, offset: timedelta, binds: bool
) -> None:
    announce(ask(open_offer, alice), alice, 0)
    at = start_of(today()) + offset

    row = open_offer.patent.encumbrances.get(kind=EncumbranceKind.OPEN_DECLARATION)

    assert row.ends_at == start_of(today())
    assert (row.starts_at <= at < row.ends_at) is binds


def test_licenses_given_before_stay_as_they_are(open_offer: Listing, alice: User) -> None:
    patent = open_offer.patent
    before = flow.encumber(
        patent,
        kind="open",
        starts_at=start_of(today()) - MICRO,
        ends_at=None,
        holder="示范厂",
        reference="KX-1",
        by=None,
    )

    announce(ask(open_offer, alice), alice, 0)

    before.refresh_from_db()
    assert (before.ends_at, before.holder) == (None, "示范厂")


@pytest.mark.parametrize(("offset", "told"), [(-MICRO, False), (timedelta(), True)])
def test_moderators_hear_of_licenses_taken_after_an_announcement_that_was_told_late(
    open_offer: Listing, alice: User, moderator: User, offset: timedelta, told: bool
) -> None:
    day = today() - timedelta(days=2)
    flow.encumber(open_offer.patent, kind="open", starts_at=start_of(day) + offset, reference="KX-2", by=None)

    announce(ask(open_offer, alice), alice, -2)

    assert moderator.messages.filter(kind="listing.withdrawn_late").exists() is told


REFUSED = [
    ({"reason": "  "}, "reason"),
    ({"unconditional": False}, "unconditional"),
]


@pytest.mark.parametrize(("wrong", "field"), REFUSED)
def test_the_request_needs_a_reason_and_no_condition(
    open_offer: Listing, alice: User, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        ask(open_offer, alice, **wrong)

    open_offer.refresh_from_db()
    assert (refused.value.finding.field, open_offer.state) == (field, S.PUBLISHED)
    assert open_offer.declaration.withdrawal_requested_at is None


def test_every_other_owner_consents_in_writing(open_offer: Listing, alice: User) -> None:
    Patent.objects.update(patentee="示范理工大学；甲公司；乙公司")
    listing = Listing.objects.get(pk=open_offer.pk)
    assert consents_needed(listing) == ["甲公司", "乙公司"]

    with pytest.raises(Refused) as refused:
        ask(listing, alice, consents={"甲公司": scan()})
    assert [finding.field for finding in refused.value.findings] == ["consents"]
    assert listing.declaration.withdrawal_papers.count() == 0

    ask(listing, alice, consents={"甲公司": scan(), "乙公司": scan()}, paper=scan())

    papers = listing.declaration.withdrawal_papers.values_list("kind", "name")
    assert list(papers) == [("consent", "甲公司"), ("consent", "乙公司"), ("request", "")]


def test_the_announcement_needs_its_evidence(open_offer: Listing, alice: User, moderator: User) -> None:
    listing = ask(open_offer, alice)

    with pytest.raises(Refused):
        flow.withdraw(listing, by=alice, announced_on=today())
    listing.refresh_from_db()
    assert (listing.state, listing.declaration.withdrawn_on) == (S.WITHDRAWAL_REQUESTED, None)

    assert flow.withdraw(listing, by=moderator, announced_on=today()).state == S.WITHDRAWN


def test_an_offer_suspended_meanwhile_is_still_withdrawn(open_offer: Listing, alice: User, moderator: User) -> None:
    listing = ask(open_offer, alice)
    flow.suspend(listing, by=moderator, reason="待核实")

    assert announce(Listing.objects.get(pk=listing.pk), alice, 0).state == S.WITHDRAWN


def test_a_suspended_offer_is_not_withdrawn_without_a_request(
    open_offer: Listing, alice: User, moderator: User
) -> None:
    flow.suspend(open_offer, by=moderator, reason="待核实")

    with pytest.raises(NotNow):
        announce(Listing.objects.get(pk=open_offer.pk), alice, 0)


def test_requesters_are_warned_from_the_first_step_on(open_offer: Listing, alice: User, client: Client) -> None:
    assert warning(open_offer) is None
    listing = ask(open_offer, alice)

    first = warning(listing)
    assert first is not None
    assert first.severity is Severity.WARN
    listing = announce(listing, alice, 5)
    second = warning(listing)

    assert second is not None
    assert (today() + timedelta(days=5)).isoformat() in str(second.message)
    page = client.get(reverse("licensing:preview", args=[listing.code])).content.decode()
    assert str(second.message) in page
    assert str(second.message) in client.get(listing.get_absolute_url()).content.decode()


def test_the_page_takes_both_steps(open_offer: Listing, alice: User, client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.vault.making import pdf

    client.force_login(alice)
    ask_url = reverse("listings:request_withdrawal", args=[open_offer.code])
    wrong = client.post(ask_url, {"reason-reason": "拟转让"})
    assert wrong.status_code == 422
    client.post(ask_url, {"reason-reason": "拟转让", "reason-unconditional": "on"})
    open_offer.refresh_from_db()
    assert open_offer.state == S.WITHDRAWAL_REQUESTED

    url = reverse("listings:withdraw", args=[open_offer.code])
    assert client.post(url, {"withdraw-announced_on": today().isoformat()}).status_code == 422
    page = SimpleUploadedFile("公告.pdf", pdf(), "application/pdf")
    client.post(url, {"withdraw-announced_on": today().isoformat(), "withdraw-evidence": page})

    open_offer.refresh_from_db()
    assert open_offer.state == S.WITHDRAWN
    assert open_offer.declaration.withdrawal_papers.get().kind == "announcement"


# the last day of the patent (NUM-3)

LAST = [(-MICRO, 0), (timedelta(), 1), (MICRO, 1)]


@pytest.mark.parametrize(("offset", "ended"), LAST)
def test_the_offer_expires_when_the_last_day_is_over_in_shanghai(
    offer: Listing, zone: str, offset: timedelta, ended: int
) -> None:
    last = datetime.now(tz=SHANGHAI).date() + timedelta(days=3)
    Patent.objects.update(last_day_override=last, last_day=last)

    with time_machine.travel(start_of(last + timedelta(days=1)) + offset, tick=False):
        assert flow.expire_due() == ended
