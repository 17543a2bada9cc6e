"""The patent's health is asked again at every step of a deal, and licensees hear when it changes (DECL-8, F9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

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
    from listings import flow as listings_flow

    patent = offered.listing.patent
    listings_flow.change_patent(patent, by=alice, facts={"inventors": "示例甲"})
    worker.run_pending()
    assert told(bob) == []

    for _again in range(2):
        listings_flow.record_status(patent, status="lapsed", source="x", by=alice)
        worker.run_pending()

    assert told(bob) == ["deal_patent_stopped"]
