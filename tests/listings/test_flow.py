"""How listings move: by the table only, on the revision that was seen, with everything that must follow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from listings import flow, rules
from listings.models import Encumbrance, Listing, ListingState, Patent, Track
from listings.states import NotNow
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.lib.findings import Refused
from marketplace.lib.terms import SHANGHAI, next_working_day, start_of, today
from marketplace.notices.models import Message
from tests.listings.building import TEXTS, scan, sound_draft, sound_patent

S = ListingState


def actions(row: Any) -> list[str]:
    return [entry.action for entry in trail.of(row)]


def told(user: User) -> list[str]:
    return list(Message.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def state(listing: Listing) -> str:
    return Listing.objects.values_list("state", flat=True).get(pk=listing.pk)


def put(row: Any, **fields: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(**fields)


def later(days: int) -> Any:
    day = today() + timedelta(days=days)
    return time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI), tick=False)


# the straight way


def test_a_preset_listing_goes_from_draft_to_offer(draft: Listing, alice: User, moderator: User) -> None:
    listing = flow.submit(draft, by=alice)
    assert (listing.state, listing.submitted_by) == (S.SUBMITTED, alice)
    assert told(moderator) == ["listing.submitted"]

    listing = flow.approve(listing, by=moderator, revision=1)

    assert listing.state == S.PUBLISHED
    assert listing.published_at is not None
    assert listing.approved_revision == 1
    assert told(alice) == ["listing.published"]
    assert actions(listing) == ["listing.create", "listing.submit", "listing.approve"]
    assert rules.acceptable(listing) == []


def test_an_institution_of_the_state_goes_through_fifteen_days(
    draft: Listing, state_university: Organization, alice: User, moderator: User
) -> None:
    listing = flow.approve(flow.submit(draft, by=alice), by=moderator, revision=1)

    assert listing.state == S.PUBLICITY
    publicity = listing.publicities.get()
    assert (publicity.starts_on, publicity.ends_on) == (today(), next_working_day(today() + timedelta(days=15)))
    assert publicity.terms_sha256 == rules.institution.publicity_sha256(listing)
    assert flow.publish_due() == 0
    days = (publicity.ends_on - today()).days
    with later(days):
        assert flow.publish_due() == 0
    with later(days + 1):
        assert flow.publish_due() == 1
        assert flow.publish_due() == 0
    assert state(listing) == S.PUBLISHED
    assert told(alice) == ["listing.publicity", "listing.published"]


def test_an_open_license_waits_for_its_declaration(
    open_draft: Listing, patent: Patent, alice: User, moderator: User
) -> None:
    listing = flow.approve(flow.submit(open_draft, by=alice), by=moderator, revision=1)
    assert listing.state == S.AWAITING_ANNOUNCEMENT
    assert flow.publish_due() == 0

    flow.record_declaration(
        listing, by=alice, number=" KX2026000009 ", announced_on=today(), evidence=scan(alice, "declaration_evidence")
    )

    listing.refresh_from_db()
    assert listing.state == S.PUBLISHED
    assert listing.declaration.number == "KX2026000009"
    bound = patent.encumbrances.get()
    assert (bound.kind, bound.starts_at, bound.ends_at) == ("open_declaration", start_of(today()), None)


def test_a_declaration_needs_evidence_a_number_and_a_past_day(open_draft: Listing, alice: User) -> None:
    good: dict[str, Any] = {"number": "KX1", "announced_on": today(), "evidence": scan(alice, "declaration_evidence")}
    for wrong, field in (
        ({"number": " "}, "number"),
        ({"announced_on": today() + timedelta(days=1)}, "announced_on"),
        ({"evidence": None}, "evidence"),
    ):
        with pytest.raises(Refused) as refused:
            flow.record_declaration(open_draft, by=alice, **(good | wrong))
        assert refused.value.findings[0].field == field
    assert Encumbrance.objects.count() == 0
    open_draft.refresh_from_db()
    assert not hasattr(open_draft, "declaration")


def test_one_declaration_number_serves_one_listing(open_offer: Listing, university: Organization, alice: User) -> None:
    other = sound_draft(sound_patent(university), alice, track=Track.OPEN)

    with pytest.raises(Refused) as refused:
        flow.record_declaration(
            other,
            by=alice,
            number=open_offer.declaration.number,
            announced_on=today(),
            evidence=scan(alice, "declaration_evidence"),
        )

    assert refused.value.findings[0].rule == "TRACK-1"
    assert Encumbrance.objects.filter(patent=other.patent).count() == 0


def test_a_preset_listing_takes_no_declaration(draft: Listing, moderator: User) -> None:
    with pytest.raises(Refused):
        flow.record_declaration(draft, by=moderator, number="KX1", announced_on=today())


def test_publicity_held_elsewhere_counts_with_proof_and_dates(
    draft: Listing, state_university: Organization, alice: User, moderator: User
) -> None:
    proof = scan(alice, "publicity_proof")
    good: dict[str, Any] = {
        "starts_on": today() - timedelta(days=16),
        "ends_on": today() - timedelta(days=1),
        "held_at": "学校网站",
        "proof": proof,
    }
    for wrong in ({"held_at": ""}, {"proof": None}, {"starts_on": today() - timedelta(days=15)}, {"ends_on": today()}):
        with pytest.raises(Refused):
            flow.record_publicity(draft, by=alice, **(good | wrong))
    assert draft.publicities.count() == 0

    flow.record_publicity(draft, by=alice, **good)

    assert flow.approve(flow.submit(draft, by=alice), by=moderator, revision=1).state == S.PUBLISHED


# rules stand in the way


def test_nothing_is_submitted_that_a_rule_forbids(draft: Listing, patent: Patent, alice: User) -> None:
    put(patent, status="lapsed")

    with pytest.raises(Refused) as refused:
        flow.submit(draft, by=alice)

    assert [finding.rule for finding in refused.value.findings] == ["PRESET-1"]
    assert state(draft) == S.DRAFT
    assert draft.revisions.count() == 0


def test_what_a_moderator_may_let_pass_can_be_submitted_but_not_approved(
    open_draft: Listing, alice: User, moderator: User
) -> None:
    put(open_draft.terms, fee_minor=2_000_000_001)
    listing = flow.submit(open_draft, by=alice)
    with pytest.raises(Refused):
        flow.approve(listing, by=moderator, revision=1)
    assert state(listing) == S.SUBMITTED

    flow.override(listing, rule="DECL-4", reason="评估报告第 3 页", by=moderator)

    assert flow.approve(listing, by=moderator, revision=1).state == S.AWAITING_ANNOUNCEMENT
    assert trail.said(trail.of(listing).get(action="listing.override")) == {"reason": "评估报告第 3 页"}


@pytest.mark.parametrize(("rule", "reason"), [("GATE-4", "好"), ("DECL-4", " "), ("NONE-1", "好"), ("DECL-4", "好")])
def test_a_rule_is_let_pass_only_where_it_may_be_and_speaks(
    open_draft: Listing, moderator: User, rule: str, reason: str
) -> None:
    with pytest.raises(Refused):
        flow.override(open_draft, rule=rule, reason=reason, by=moderator)

    assert open_draft.overrides.count() == 0


def test_only_moderators_let_rules_pass(open_draft: Listing, alice: User) -> None:
    put(open_draft.terms, fee_minor=2_000_000_001)

    with pytest.raises(PermissionDenied):
        flow.override(open_draft, rule="DECL-4", reason="好", by=alice)


# moderators


def test_the_first_of_two_moderators_wins(draft: Listing, alice: User, moderator: User, person: Any) -> None:
    second = person("Moira", is_staff=True)
    listing = flow.submit(draft, by=alice)
    flow.send_back(listing, by=moderator, revision=1, reason="请补充数据来源")

    with pytest.raises(NotNow):
        flow.approve(listing, by=second, revision=1)

    assert state(listing) == S.DRAFT
    assert [review.decision for review in listing.reviews.all()] == ["returned"]
    assert told(alice) == ["listing.returned"]


def test_a_decision_applies_to_the_revision_that_was_seen(draft: Listing, alice: User, moderator: User) -> None:
    listing = flow.submit(draft, by=alice)
    flow.edit(listing, by=alice, draft=flow.Draft(texts={"headline": "新的一句话"}))

    with pytest.raises(NotNow):
        flow.approve(listing, by=moderator, revision=1)
    assert state(listing) == S.SUBMITTED

    listing = flow.approve(listing, by=moderator, revision=2)
    assert listing.approved_revision == 2
    assert [row.number for row in listing.revisions.all()] == [2, 1]
    assert listing.revisions.get(number=1).snapshot["texts"]["headline"] == TEXTS["headline"]
    assert listing.revisions.get(number=2).snapshot["texts"]["headline"] == "新的一句话"


def test_sending_back_and_suspending_need_a_reason(draft: Listing, alice: User, moderator: User) -> None:
    listing = flow.submit(draft, by=alice)
    with pytest.raises(Refused):
        flow.send_back(listing, by=moderator, revision=1, reason=" ")
    listing = flow.approve(listing, by=moderator, revision=1)
    with pytest.raises(Refused):
        flow.suspend(listing, by=moderator, reason="")
    assert state(listing) == S.PUBLISHED


def test_suspended_offers_take_nothing_new_and_come_back(offer: Listing, alice: User, moderator: User) -> None:
    listing = flow.suspend(offer, by=moderator, reason="权属待核实")
    assert [finding.rule for finding in rules.acceptable(listing)] == ["DECL-8"]
    assert listing.state_reason == "权属待核实"

    listing = flow.resume(listing, by=moderator)

    assert listing.state == S.PUBLISHED
    assert rules.acceptable(listing) == []
    assert told(alice)[-2:] == ["listing.suspended", "listing.resumed"]


def test_nothing_resumes_against_a_closed_gate(open_offer: Listing, patent: Patent, moderator: User) -> None:
    listing = flow.suspend(open_offer, by=moderator, reason="核实")
    put(patent, pledged=True)

    with pytest.raises(Refused):
        flow.resume(listing, by=moderator)

    assert state(listing) == S.SUSPENDED


# editing


def test_a_corrected_text_stays_on_offer_and_a_changed_price_does_not(
    offer: Listing, alice: User, moderator: User
) -> None:
    listing = flow.edit(offer, by=alice, draft=flow.Draft(texts={"headline": "改一个字"}))
    assert (listing.state, listing.revision, listing.headline) == (S.PUBLISHED, 1, "改一个字")
    assert told(moderator)[-1] == "listing.corrected"

    listing = flow.edit(listing, by=alice, draft=flow.Draft(terms={"fee_minor": 3_000_001}))

    assert (listing.state, listing.revision, listing.approved_revision) == (S.SUBMITTED, 2, None)
    assert told(moderator)[-1] == "listing.submitted"
    assert flow.approve(listing, by=moderator, revision=2).state == S.PUBLISHED


def test_changed_terms_need_another_publicity(
    draft: Listing, state_university: Organization, alice: User, moderator: User
) -> None:
    listing = flow.approve(flow.submit(draft, by=alice), by=moderator, revision=1)
    listing = flow.edit(listing, by=alice, draft=flow.Draft(terms={"fee_minor": 1}))
    with later(3):
        listing = flow.approve(listing, by=moderator, revision=2)
    with later(16):
        flow.publish_due()
        assert state(listing) == S.PUBLICITY
    with later(40):
        flow.publish_due()
        assert state(listing) == S.PUBLISHED


def test_announced_terms_cannot_be_changed(open_offer: Listing, alice: User) -> None:
    with pytest.raises(Refused) as refused:
        flow.edit(open_offer, by=alice, draft=flow.Draft(terms={"fee_minor": 1}))

    assert refused.value.findings[0].rule == "TRACK-1"
    assert state(open_offer) == S.PUBLISHED
    assert Listing.objects.get(pk=open_offer.pk).terms.fee_minor == 3_000_000


def test_an_edit_of_another_revision_than_the_one_seen_is_refused(draft: Listing, alice: User) -> None:
    listing = flow.submit(draft, by=alice)
    flow.edit(listing, by=alice, draft=flow.Draft(texts={"headline": "甲"}), revision=1)

    with pytest.raises(NotNow):
        flow.edit(listing, by=alice, draft=flow.Draft(texts={"headline": "乙"}), revision=1)

    assert Listing.objects.get(pk=listing.pk).headline == "甲"


def test_a_second_listing_of_a_patent_on_the_same_track_is_refused(draft: Listing, alice: User) -> None:
    with pytest.raises(Refused):
        sound_draft(draft.patent, alice)
    assert Listing.objects.count() == 1

    assert sound_draft(draft.patent, alice, track=Track.OPEN).state == S.DRAFT


def test_a_copy_keeps_texts_and_terms_but_not_numbers_and_promises(
    patent: Patent, university: Organization, alice: User
) -> None:
    listing = sound_draft(patent, alice, prices={"micro": 5})
    flow.edit(listing, by=alice, draft=flow.Draft(texts={"gains": [["能耗", "1", "2"]], "gains_source": "报告"}))

    other = flow.copy(Listing.objects.get(pk=listing.pk), by=alice, patent=sound_patent(university))

    assert other.state == S.DRAFT
    assert other.headline == TEXTS["headline"]
    assert other.terms.fee_minor == 3_000_000
    assert [(row.licensee_class, row.fee_minor) for row in other.terms.class_prices.all()] == [("micro", 5)]
    assert (other.gains, other.undertaking_at) == ([], None)


def test_a_reference_record_cannot_be_listed(alice: User, university: Organization) -> None:
    with pytest.raises(PermissionDenied):
        flow.create(sound_patent(None), track="preset", by=alice)


# objections


def test_an_objection_pauses_until_it_is_decided(
    draft: Listing, state_university: Organization, alice: User, moderator: User
) -> None:
    listing = flow.approve(flow.submit(draft, by=alice), by=moderator, revision=1)
    objection = flow.object_to(listing, name="李某", contact="li@x.test", text="价格过低")
    assert told(alice)[-1] == "listing.objection_to_you"
    assert told(moderator)[-1] == "listing.objection"
    with later(40):
        assert flow.publish_due() == 0
        assert state(listing) == S.PUBLICITY

        flow.decide_objection(objection, by=moderator, upheld=False, decision="价格有评估报告")

        assert state(listing) == S.PUBLISHED
    with pytest.raises(NotNow):
        flow.decide_objection(objection, by=moderator, upheld=True, decision="再想想")


def test_an_upheld_objection_sends_the_listing_back(
    draft: Listing, state_university: Organization, alice: User, moderator: User
) -> None:
    listing = flow.approve(flow.submit(draft, by=alice), by=moderator, revision=1)
    objection = flow.object_to(listing, name="李某", contact="li@x.test", text="有关联关系")

    flow.decide_objection(objection, by=moderator, upheld=True, decision="请标注关联方")

    listing.refresh_from_db()
    assert (listing.state, listing.state_reason, listing.approved_revision) == (S.DRAFT, "请标注关联方", None)


def test_nobody_objects_after_the_publicity(offer: Listing) -> None:
    with pytest.raises(NotNow):
        flow.object_to(offer, name="李某", contact="li@x.test", text="晚了")
    assert offer.objections.count() == 0
