"""How offers end, what a patent's record does to them, and who may do it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from listings import flow, rules
from listings.models import Listing, ListingState, Patent, Track
from listings.states import STEPS, NotNow, Who, open_to
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import SHANGHAI, start_of, today
from tests.listings import making
from tests.listings.building import TEXTS, offered, scan, sound_patent
from tests.listings.test_flow import S, actions, put, state, told

# the end


def test_a_preset_offer_ends_at_once_and_an_open_one_in_two_steps(
    open_offer: Listing, university: Organization, alice: User, moderator: User
) -> None:
    preset = offered(sound_patent(university), alice, moderator)
    assert flow.withdraw(preset, by=alice, reason="改为转让").state == S.WITHDRAWN

    with pytest.raises(NotNow):
        flow.withdraw(open_offer, by=alice)
    listing = flow.request_withdrawal(open_offer, by=alice, reason="拟转让专利权", unconditional=True)
    assert listing.state == S.WITHDRAWAL_REQUESTED
    assert rules.acceptable(listing) == []
    with pytest.raises(Refused):
        flow.withdraw(listing, by=alice)

    listing = flow.withdraw(listing, by=alice, announced_on=today(), evidence=scan())

    assert listing.state == S.WITHDRAWN
    assert listing.patent.encumbrances.get().ends_at == start_of(today())


@pytest.mark.parametrize(
    ("hour", "minute", "day", "over"), [(23, 59, 4, False), (0, 0, 5, True)], ids=["before", "at midnight"]
)
def test_a_withdrawal_takes_effect_at_midnight_in_shanghai(
    open_offer: Listing, alice: User, hour: int, minute: int, day: int, over: bool
) -> None:
    listing = flow.request_withdrawal(open_offer, by=alice, reason="拟转让", unconditional=True)
    listing = flow.withdraw(listing, by=alice, announced_on=today() + timedelta(days=5), evidence=scan())
    assert listing.state == S.WITHDRAWAL_REQUESTED
    at = today() + timedelta(days=day)

    with time_machine.travel(datetime(at.year, at.month, at.day, hour, minute, tzinfo=SHANGHAI), tick=False):
        assert bool(rules.acceptable(listing)) is over
        assert flow.expire_due() == (1 if over else 0)

    assert state(listing) == (S.WITHDRAWN if over else S.WITHDRAWAL_REQUESTED)


def test_a_withdrawal_needs_a_reason(open_offer: Listing, alice: User) -> None:
    with pytest.raises(Refused):
        flow.request_withdrawal(open_offer, by=alice, reason="  ", unconditional=True)
    assert state(open_offer) == S.PUBLISHED


def test_an_offer_ends_with_its_patent(offer: Listing, patent: Patent, alice: User) -> None:
    put(patent, last_day=today())
    assert flow.expire_due() == 0
    put(patent, last_day=today() - timedelta(days=1))

    assert flow.expire_due() == 1

    assert state(offer) == S.EXPIRED
    assert told(alice)[-1] == "listing.expired"


def test_the_licensor_is_reminded_once_and_confirms(offer: Listing, patent: Patent, alice: User) -> None:
    assert flow.remind_due() == 0
    put(patent, status_checked_at=timezone.now() - timedelta(days=24))
    assert flow.remind_due() == 1
    assert flow.remind_due() == 0
    assert told(alice)[-1] == "listing.confirm_alive"

    put(patent, status_checked_at=timezone.now() - timedelta(days=31))
    assert rules.acceptable(offer)
    assert flow.confirm_alive(offer, by=alice).confirmed_alive_at is not None
    assert rules.acceptable(offer) == []


def test_what_is_not_in_force_cannot_be_confirmed(offer: Listing, patent: Patent, alice: User) -> None:
    put(patent, status="lapsed")

    with pytest.raises(Refused):
        flow.confirm_alive(offer, by=alice)


# the patent's record


def test_a_status_that_closes_a_gate_suspends_the_offer_at_once(
    open_offer: Listing, patent: Patent, alice: User, moderator: User
) -> None:
    flow.record_status(patent, status="late_period", source="缴费查询", by=alice)

    listing = Listing.objects.get(pk=open_offer.pk)
    assert listing.state == S.SUSPENDED
    assert "GATE-4" in listing.state_reason
    assert told(alice)[-1] == "listing.suspended"
    assert told(moderator)[-1] == "listing.suspended_by_rule"


def test_an_older_statement_does_not_replace_a_newer_one(patent: Patent, alice: User) -> None:
    flow.record_status(patent, status="in_force", source="登记簿", by=alice, fees_paid_through=9)
    flow.record_status(
        patent, status="lapsed", source="旧公报", by=alice, checked_at=timezone.now() - timedelta(days=50)
    )

    patent.refresh_from_db()
    assert (patent.status, patent.status_source, patent.fees_paid_through) == ("in_force", "登记簿", 9)
    assert patent.status_records.count() == 2


def test_a_statement_about_the_future_is_refused(patent: Patent, alice: User) -> None:
    with pytest.raises(Refused):
        flow.record_status(
            patent, status="lapsed", source="预言", by=alice, checked_at=timezone.now() + timedelta(days=1)
        )
    assert patent.status_records.count() == 0


def test_an_exclusive_license_beside_an_open_declaration_is_refused_in_words(open_offer: Listing, alice: User) -> None:
    with pytest.raises(Refused) as refused:
        flow.encumber(open_offer.patent, kind="exclusive", starts_at=timezone.now(), holder="独占厂", by=alice)

    assert refused.value.findings[0].rule == "TRACK-3"
    assert open_offer.patent.encumbrances.count() == 1
    assert state(open_offer) == S.PUBLISHED


def test_the_same_reference_binds_once_and_ends_once(patent: Patent) -> None:
    first = flow.encumber(patent, kind="ordinary", starts_at=timezone.now(), reference="KX-2026-00001", by=None)
    again = flow.encumber(patent, kind="ordinary", starts_at=timezone.now(), reference="KX-2026-00001", by=None)
    assert first.pk == again.pk

    at = timezone.now() + timedelta(days=3)
    assert flow.end_encumbrance(first, at=at, by=None).ends_at == at
    with pytest.raises(NotNow):
        flow.end_encumbrance(first, at=at, by=None)


def test_an_exclusive_license_given_elsewhere_suspends_a_preset_offer(
    offer: Listing, patent: Patent, alice: User
) -> None:
    flow.encumber(patent, kind="exclusive", starts_at=timezone.now() - timedelta(days=1), holder="独占厂", by=alice)

    assert state(offer) == S.SUSPENDED


def test_a_number_is_on_record_once(university: Organization, patent: Patent, alice: User) -> None:
    facts = {"application_number": patent.application_number, "kind": "invention", "title": "又一件", "patentee": "x"}

    with pytest.raises(Refused) as refused:
        flow.add_patent(organization=university, by=alice, facts=facts)

    assert refused.value.findings[0].field == "application_number"
    assert Patent.objects.count() == 1


def test_what_a_person_corrected_is_locked_for_imports(patent: Patent, alice: User) -> None:
    patent = flow.change_patent(patent, by=alice, facts={"title": "新名称", "patentee": patent.patentee})

    assert patent.locked_fields == ["title"]
    assert actions(patent) == ["patent.change"]


# who


def test_strangers_and_viewers_move_nothing(
    draft: Listing, university: Organization, other_university: Organization, mallory: User, person: Any
) -> None:
    viewer = making.member(person("Vera"), university, Role.VIEWER)
    for user in (mallory, viewer):
        for act in (
            lambda who: flow.submit(draft, by=who),
            lambda who: flow.edit(draft, by=who, draft=flow.Draft(texts={"headline": "坏"})),
            lambda who: flow.withdraw(draft, by=who),
            lambda who: flow.copy(draft, by=who, patent=draft.patent),
            lambda who: flow.change_patent(draft.patent, by=who, facts={"title": "坏"}),
            lambda who: flow.record_status(draft.patent, status="lapsed", source="坏", by=who),
            lambda who: flow.set_co_owners(draft.patent, by=who, owners=[]),
            lambda who: flow.confirm_alive(draft, by=who),
            lambda who: flow.approve(draft, by=who, revision=1),
            lambda who: flow.suspend(draft, by=who, reason="坏"),
            lambda who: flow.start_publicity(draft, by=who),
        ):
            with pytest.raises(PermissionDenied):
                act(user)
    draft.refresh_from_db()
    assert (draft.state, draft.headline) == (S.DRAFT, TEXTS["headline"])


@pytest.mark.parametrize(("name", "at"), list(product(STEPS, S)))
def test_only_the_table_says_what_is_open(name: str, at: ListingState) -> None:
    step = STEPS[name]
    listing = Listing(track=Track.OPEN if Track.OPEN in step.tracks else Track.PRESET, state=at)

    for who in Who:
        assert (name in open_to(who, listing)) is (who in step.who and at in step.source)


@pytest.mark.parametrize("at", list(S))
def test_a_submission_starts_from_a_draft_only(draft: Listing, alice: User, at: ListingState) -> None:
    put(draft, state=at, published_at=timezone.now())

    if at == S.DRAFT:
        assert flow.submit(draft, by=alice).state == S.SUBMITTED
    else:
        with pytest.raises(NotNow):
            flow.submit(draft, by=alice)
        assert state(draft) == at
