"""What happens to a patent stops new licenses on both tracks until its outcome is recorded (DECL-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from listings import flow
from listings.health import events
from listings.health.gate import age_words
from listings.models import HealthEvent, HealthKind, Listing, ListingState, Patent
from listings.rules import acceptable, check_patent
from marketplace.accounts.models import User
from marketplace.lib.findings import Refused, blocking
from marketplace.lib.terms import start_of, today

OWNERS = [HealthKind.PLEDGE, HealthKind.EXCLUSIVE, HealthKind.INVALIDATION]
MODERATORS = [HealthKind.ASSIGNMENT, HealthKind.DISPUTE, HealthKind.LAPSE]


def happen(patent: Patent, kind: HealthKind, by: User | None) -> HealthEvent:
    return events.record_event(patent, kind=kind, happened_on=today(), source="登记簿", by=by)


@pytest.mark.parametrize("kind", HealthKind)
def test_an_event_stops_a_preset_offer(offer: Listing, alice: User, kind: HealthKind) -> None:
    assert blocking(acceptable(offer)) == []

    happen(offer.patent, kind, alice)

    offer.refresh_from_db()
    assert offer.state == ListingState.SUSPENDED
    assert "PRESET-1" in {finding.rule for finding in check_patent(offer.patent, "preset")}
    assert blocking(acceptable(offer)) != []


@pytest.mark.parametrize("kind", HealthKind)
def test_an_event_stops_an_open_offer(open_offer: Listing, alice: User, kind: HealthKind) -> None:
    happen(open_offer.patent, kind, alice)

    open_offer.refresh_from_db()
    assert open_offer.state == ListingState.SUSPENDED
    assert "DECL-8" in {finding.rule for finding in check_patent(open_offer.patent, "open")}


def test_without_the_gate_the_same_event_would_stop_nothing(
    offer: Listing, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listings.rules.preset.event_findings", lambda patent: ())

    happen(offer.patent, HealthKind.INVALIDATION, alice)

    offer.refresh_from_db()
    assert (offer.state, blocking(acceptable(offer))) == (ListingState.PUBLISHED, [])


@pytest.mark.parametrize("kind", OWNERS)
def test_the_owner_records_how_his_own_matters_end(
    offer: Listing, alice: User, moderator: User, kind: HealthKind
) -> None:
    event = happen(offer.patent, kind, alice)

    events.settle_event(event, by=alice, how="已解除")

    if kind == HealthKind.PLEDGE:  # GATE-5 then still asks for the consent
        flow.change_patent(Patent.objects.get(), by=alice, facts={"pledged": False})
    assert flow.resume(offer, by=moderator).state == ListingState.PUBLISHED


@pytest.mark.parametrize("kind", MODERATORS)
def test_who_owns_and_whether_it_stands_only_a_moderator_settles(
    offer: Listing, alice: User, moderator: User, kind: HealthKind
) -> None:
    event = happen(offer.patent, kind, alice)

    with pytest.raises(PermissionDenied):
        events.settle_event(event, by=alice, how="没事了")
    event.refresh_from_db()
    assert event.settled_at is None
    assert events.settle_event(event, by=moderator, how="法院驳回").settled_how == "法院驳回"


def test_a_suspended_offer_does_not_resume_while_the_event_is_open(
    offer: Listing, alice: User, moderator: User
) -> None:
    happen(offer.patent, HealthKind.DISPUTE, alice)

    with pytest.raises(Refused):
        flow.resume(offer, by=moderator)

    offer.refresh_from_db()
    assert offer.state == ListingState.SUSPENDED


def test_an_event_is_settled_once_with_words(offer: Listing, alice: User, moderator: User) -> None:
    event = happen(offer.patent, HealthKind.PLEDGE, alice)

    with pytest.raises(Refused):
        events.settle_event(event, by=moderator, how="  ")
    events.settle_event(event, by=moderator, how="质押解除")
    with pytest.raises(flow.NotNow):
        events.settle_event(event, by=moderator, how="又一次")


def test_the_same_event_is_recorded_once_and_tomorrows_not_at_all(patent: Patent, alice: User) -> None:
    first = happen(patent, HealthKind.PLEDGE, alice)

    assert happen(patent, HealthKind.PLEDGE, alice).pk == first.pk
    with pytest.raises(Refused):
        events.record_event(patent, kind="pledge", happened_on=today() + timedelta(days=1), source="x", by=alice)
    assert HealthEvent.objects.count() == 1


def test_a_stranger_records_nothing(patent: Patent, mallory: User) -> None:
    with pytest.raises(PermissionDenied):
        happen(patent, HealthKind.LAPSE, mallory)

    assert HealthEvent.objects.count() == 0


def test_the_database_refuses_a_settled_event_without_words(patent: Patent, alice: User) -> None:
    event = happen(patent, HealthKind.PLEDGE, alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        HealthEvent.objects.filter(pk=event.pk).update(settled_at=start_of(today()))


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "1 day ago"), (3, "3 days ago")])
def test_the_age_of_the_proof_is_told_with_its_source(patent: Patent, days: int, words: str) -> None:
    from django.utils import translation

    with translation.override("en"):
        told = age_words(start_of(today() - timedelta(days=days)), "登记簿副本")

    assert told == f"checked {words}, source: 登记簿副本"
