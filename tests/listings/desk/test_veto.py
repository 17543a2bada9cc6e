"""A veto stops everything new and touches nothing old; it comes back by a check only (INST-5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from listings import flow, offers, term_sheets
from listings.flow import vetoes as holding
from listings.models import EncumbranceKind, Listing
from listings.rules import acceptable
from marketplace.accounts import authority
from marketplace.accounts import flow as accounts
from marketplace.accounts.models import Organization, User, Veto
from marketplace.audit import trail
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.notices.models import Message
from marketplace.outbox.worker import run_pending
from tests.listings.building import offered, sound_draft, sound_patent
from tests.listings.test_owner_pages import as_

WHY = "被通报为非正常专利申请单位（示例）"


@pytest.fixture
def admin(person: Any) -> User:
    return person("Ada", is_staff=True, is_superuser=True)  # type: ignore[no-any-return]


def state(listing: Listing) -> str:
    return str(Listing.objects.values_list("state", flat=True).get(pk=listing.pk))


def veto(university: Organization, moderator: User) -> Veto:
    laid = accounts.veto(university, by=moderator, reason=WHY)
    run_pending()
    return laid


def rules_of(refusal: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {finding.rule for finding in refusal.value.findings}


def test_what_is_on_offer_is_held_and_licenses_stay(
    offer: Listing, university: Organization, moderator: User, alice: User
) -> None:
    given = flow.encumber(
        offer.patent, kind=EncumbranceKind.ORDINARY, starts_at=timezone.now(), holder="某厂", reference="KX-1",
        by=moderator,
    )  # fmt: skip

    veto(university, moderator)

    held = Listing.objects.get(pk=offer.pk)
    assert (held.state, held.state_reason) == ("suspended", WHY)
    given.refresh_from_db()
    assert given.ends_at is None
    assert Message.objects.filter(user=alice, kind="listing.vetoed").count() == 1
    assert offer.reviews.get(veto__reason=WHY).decision == "suspended"
    assert Message.objects.filter(user=alice, kind="accounts.organization_vetoed").count() == 1
    assert Message.objects.filter(user=moderator, kind="accounts.organization_vetoed_shown").count() == 1
    assert trail.said(Entry.objects.get(action="organization.veto"))["reason"] == WHY


def test_nobody_can_accept_from_the_very_moment(offer: Listing, university: Organization, moderator: User) -> None:
    assert acceptable(offer) == []

    accounts.veto(university, by=moderator, reason=WHY)  # the outbox has not run yet

    assert state(offer) == "published"
    assert {finding.rule for finding in acceptable(offer)} == {"INST-5"}


def test_the_gate_is_what_holds_it(offer: Listing, university: Organization, moderator: User) -> None:
    """The control: the same listing, the same row of the veto, with the mark that the gate reads taken away."""
    accounts.veto(university, by=moderator, reason=WHY)
    Organization.objects.filter(pk=university.pk).update(vetoed_at=None)

    assert acceptable(offer) == []


def test_drafts_stay_drafts_and_what_waits_is_not_approved(
    draft: Listing, university: Organization, moderator: User, alice: User
) -> None:
    waiting = flow.submit(sound_draft(sound_patent(university), alice), by=alice)
    veto(university, moderator)

    with pytest.raises(Refused) as submitted:
        flow.submit(draft, by=alice)
    with pytest.raises(Refused) as approved:
        flow.approve(waiting, by=moderator, revision=waiting.revision)

    assert (rules_of(submitted), rules_of(approved)) == ({"INST-5"}, {"INST-5"})
    assert (state(draft), state(waiting)) == ("draft", "submitted")


def test_signing_is_paused_and_not_taken_away(university: Organization, moderator: User, alice: User) -> None:
    told = {"name": "条件", "fee_mode": "free", "months": 24, "acts": ["make"], "guidance_none": True}
    sheet = term_sheets.draft(university, by=alice, fields=told)
    veto(university, moderator)

    with transaction.atomic(), pytest.raises(authority.NoAuthority) as refused:
        authority.require(alice, university, scope="term_sheets", amount_minor=0)
    sheet.refresh_from_db()
    assert (rules_of(refused), sheet.state) == ({"INST-5"}, "draft")
    assert university.signing_authorities.get().state == "confirmed"

    university.refresh_from_db()
    Organization.objects.filter(pk=university.pk).update(vetoed_at=None)
    with transaction.atomic():
        assert authority.require(alice, university, scope="term_sheets", amount_minor=0)


def test_a_vetoed_firm_is_told_that_it_cannot_take_offers(offer: Listing, firm: Organization, moderator: User) -> None:
    assert offers.eligibility(offer, firm) == []

    veto(firm, moderator)
    firm.refresh_from_db()

    assert [finding.rule for finding in offers.eligibility(offer, firm)] == ["INST-5"]


def test_a_lifted_veto_brings_nothing_back_without_a_check(
    offer: Listing, university: Organization, moderator: User, admin: User, alice: User
) -> None:
    veto(university, moderator)
    accounts.lift_veto(university, by=admin, reason="通报已撤销（示例）")
    run_pending()

    back = Listing.objects.get(pk=offer.pk)
    assert (back.state, back.approved_revision, back.state_reason) == ("submitted", None, "通报已撤销（示例）")
    assert acceptable(offer) != []

    flow.approve(back, by=moderator, revision=back.revision)
    assert (state(offer), acceptable(offer)) == ("published", [])


def test_what_was_suspended_for_another_reason_stays_so(
    offer: Listing, university: Organization, moderator: User, admin: User
) -> None:
    flow.suspend(offer, by=moderator, reason="权属待核实")

    veto(university, moderator)
    accounts.lift_veto(university, by=admin, reason="撤销")
    run_pending()

    assert (state(offer), Listing.objects.get(pk=offer.pk).state_reason) == ("suspended", "权属待核实")


def test_a_withdrawal_that_was_asked_for_is_not_lost(
    open_offer: Listing, university: Organization, moderator: User, admin: User, alice: User
) -> None:
    flow.request_withdrawal(open_offer, by=alice, reason="拟转让", unconditional=True)

    veto(university, moderator)
    assert state(open_offer) == "suspended"
    accounts.lift_veto(university, by=admin, reason="撤销")
    run_pending()
    assert state(open_offer) == "suspended"

    flow.resume(open_offer, by=moderator, reason="复核无误")
    assert state(open_offer) == "withdrawal"


def test_only_a_moderator_lays_it_and_only_an_administrator_lifts_it(
    offer: Listing, university: Organization, moderator: User, alice: User
) -> None:
    with pytest.raises(Refused):
        accounts.veto(university, by=alice, reason=WHY)
    with pytest.raises(Refused) as unsaid:
        accounts.veto(university, by=moderator, reason="  ")
    assert (Veto.objects.count(), unsaid.value.findings[0].field) == (0, "reason")

    veto(university, moderator)
    for by, reason in ((moderator, "求情"), (alice, "求情")):
        with pytest.raises(Refused):
            accounts.lift_veto(university, by=by, reason=reason)
    with pytest.raises(Refused):
        accounts.veto(university, by=moderator, reason="再来一次")

    assert Veto.objects.filter(lifted_at__isnull=True).count() == 1
    assert state(offer) == "suspended"


def test_what_slips_through_at_the_very_moment_is_held_by_the_clock(
    university: Organization, moderator: User, alice: User
) -> None:
    veto(university, moderator)
    Organization.objects.filter(pk=university.pk).update(vetoed_at=None)
    late = offered(sound_patent(university), alice, moderator)
    Organization.objects.filter(pk=university.pk).update(vetoed_at=late.published_at)

    assert holding.hold_vetoed() == 1
    assert (state(late), holding.hold_vetoed()) == ("suspended", 0)


def test_hearing_of_it_twice_holds_once(offer: Listing, university: Organization, moderator: User) -> None:
    laid = veto(university, moderator)

    holding.on_vetoed("again", {"veto": laid.pk})

    assert offer.reviews.filter(decision="suspended").count() == 1


def test_the_database_keeps_one_standing_veto_with_its_reason(university: Organization, moderator: User) -> None:
    laid = veto(university, moderator)
    told = {"organization": university, "by": moderator, "at": laid.at}

    for wrong in ({"reason": "另一个"}, {"reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Veto.objects.create(**told, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Veto.objects.filter(pk=laid.pk).update(lifted_at=laid.at)


def test_the_page_shows_what_it_stops_and_lets_only_an_administrator_lift_it(
    offer: Listing, university: Organization, moderator: User, admin: User
) -> None:
    address = reverse("accounts_moderation:organization", args=[university.pk])
    decide = reverse("accounts_moderation:decide", args=[university.pk])
    effects = as_(moderator).get(address).context["effects"]
    assert [(effect.number, str(effect.becomes) != "") for effect in effects[:1]] == [(1, True)]

    as_(moderator).post(decide, {"decision": "vetoed", "reason": ""})
    assert not Veto.objects.exists()
    as_(moderator).post(decide, {"decision": "vetoed", "reason": WHY})
    as_(moderator).post(decide, {"decision": "lifted", "reason": "求情"})
    assert Veto.objects.get().lifted_at is None
    assert WHY in as_(moderator).get(address).content.decode()
    listed = as_(moderator).get(reverse("accounts_moderation:organizations"), {"veto": "1"})
    assert list(listed.context["page"].object_list) == [university]

    as_(admin).post(decide, {"decision": "lifted", "reason": "通报已撤销"})
    assert Veto.objects.get().lift_reason == "通报已撤销"


def test_its_own_people_read_the_reason_on_their_pages(university: Organization, moderator: User, alice: User) -> None:
    veto(university, moderator)

    pages = [as_(alice).get(reverse(name)).content.decode() for name in ("accounts:verification", "desks:home")]

    assert WHY in pages[0]
    assert reverse("accounts:verification") in pages[1]
