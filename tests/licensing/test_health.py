"""The patent's health is asked again at every step of a deal, and licensees hear when it changes (DECL-8, F9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from listings import flow as listings_flow
from listings.health import events
from listings.models import HealthKind, Listing, Patent
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, Signature
from marketplace.notices.models import Message
from marketplace.outbox import worker
from tests.licensing.conftest import ask, confirm_all, send_notice, sign
from tests.licensing.test_races import at_once, threaded
from tests.listings.building import scan


def dies(patent: Patent) -> None:
    Patent.objects.filter(pk=patent.pk).update(status="lapsed")


def is_old(patent: Patent) -> None:
    Patent.objects.filter(pk=patent.pk).update(status_checked_at=timezone.now() - timedelta(days=31))
    Listing.objects.filter(patent=patent).update(confirmed_alive_at=None)


def is_attacked(patent: Patent) -> None:
    patent.health_events.create(kind="invalidation", happened_on=today(), source="登记簿")


def is_sold(patent: Patent) -> None:
    patent.health_events.create(kind="assignment", happened_on=today(), source="登记簿")


FLIPS = [dies, is_old, is_attacked, is_sold]


@pytest.mark.parametrize("flip", FLIPS)
def test_no_request_when_the_health_flips_before(
    listing: Listing, firm: Organization, bob: User, flip: Callable[[Patent], None]
) -> None:
    flip(listing.patent)

    with pytest.raises(Refused):
        ask(listing, firm, bob)

    assert Agreement.objects.count() == 0


@pytest.mark.parametrize("flip", FLIPS)
def test_no_signature_when_the_health_flips_between(
    confirmed: Agreement, bob: User, any_code: list[str], flip: Callable[[Patent], None]
) -> None:
    flip(confirmed.listing.patent)
    signatures = Signature.objects.count()

    with pytest.raises((Refused, flow.TermsChanged)):
        sign(confirmed, bob)

    confirmed.refresh_from_db()
    assert (confirmed.state, Signature.objects.count(), any_code) == ("offered", signatures, [])


@pytest.mark.parametrize("flip", FLIPS)
def test_no_notice_when_the_health_flips_between(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str], flip: Callable[[Patent], None]
) -> None:
    prepared = ask(open_listing, firm, bob)
    confirm_all(prepared, bob)
    flip(open_listing.patent)

    with pytest.raises((Refused, flow.TermsChanged)):
        send_notice(prepared, bob)

    prepared.refresh_from_db()
    assert (prepared.state, prepared.noticed_at) == ("prepared", None)


def test_the_same_steps_pass_while_the_patent_is_well(confirmed: Agreement, bob: User, any_code: list[str]) -> None:
    assert sign(confirmed, bob).state == "active"


def told(user: User) -> list[str]:
    kinds = ("deal_patent_stopped", "deal_patent_changed")
    return list(Message.objects.filter(user=user, kind__in=kinds).order_by("pk").values_list("kind", flat=True))


def test_a_firm_that_waits_hears_that_nothing_can_be_signed(offered: Agreement, alice: User, bob: User) -> None:
    events.record_event(offered.listing.patent, kind=HealthKind.PLEDGE, happened_on=today(), source="x", by=alice)

    worker.run_pending()
    worker.run_pending()

    assert (told(bob), told(alice)) == (["deal_patent_stopped"], [])


def test_a_licensee_hears_that_the_license_stays(active: Agreement, alice: User, bob: User) -> None:
    events.record_event(active.listing.patent, kind=HealthKind.ASSIGNMENT, happened_on=today(), source="x", by=alice)

    worker.run_pending()

    active.refresh_from_db()
    assert (told(bob), active.state) == (["deal_patent_changed"], "active")


def test_a_lapse_is_told_once_and_a_corrected_title_not_at_all(offered: Agreement, alice: User, bob: User) -> None:
    patent = offered.listing.patent
    listings_flow.change_patent(patent, by=alice, facts={"inventors": "示例甲"})
    worker.run_pending()
    assert told(bob) == []

    for _again in range(2):
        listings_flow.record_status(patent, status="lapsed", source="x", by=alice)
        worker.run_pending()

    assert told(bob) == ["deal_patent_stopped"]


@threaded
@pytest.mark.parametrize("round_", range(3))
def test_a_notice_and_a_withdrawal_meet_and_nothing_is_half_done(
    open_listing: Listing, firm: Organization, alice: User, bob: User, any_code: list[str], round_: int
) -> None:
    prepared = ask(open_listing, firm, bob)
    confirm_all(prepared, bob)
    listings_flow.request_withdrawal(open_listing, by=alice, reason="拟转让专利权", unconditional=True)
    evidence = scan()

    def withdraw() -> None:
        row = Listing.objects.get(pk=open_listing.pk)
        listings_flow.withdraw(row, by=alice, announced_on=today(), evidence=evidence)

    served, withdrawn = at_once([lambda: send_notice(Agreement.objects.get(pk=prepared.pk), bob), withdraw])

    open_listing.refresh_from_db()
    prepared.refresh_from_db()
    assert (withdrawn, open_listing.state) == ("done", "withdrawn")
    assert (prepared.noticed_at is not None) is (served == "done")
    assert prepared.state == ("noticed" if served == "done" else "prepared")


@threaded
def test_after_the_withdrawal_nobody_gives_notice(
    open_listing: Listing, firm: Organization, alice: User, bob: User, any_code: list[str]
) -> None:
    prepared = ask(open_listing, firm, bob)
    confirm_all(prepared, bob)
    listing = listings_flow.request_withdrawal(open_listing, by=alice, reason="拟转让", unconditional=True)
    listings_flow.withdraw(listing, by=alice, announced_on=today(), evidence=scan())

    with pytest.raises(Refused):
        send_notice(prepared, bob)

    prepared.refresh_from_db()
    assert (prepared.state, prepared.noticed_at) == ("prepared", None)
