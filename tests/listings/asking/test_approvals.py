"""An institution's own steps of approval: by amount, one after the other, the listing waits and follows (INST-4)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage

from listings import flow
from listings.flow import approvals
from listings.models import ApprovalStep, Asking, AskingState, Listing, ListingState
from listings.rules.approval import amount_of, steps_for
from listings.states import NotNow
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from tests.listings.asking.doors import fields, go_in, link, mails_to, newest
from tests.listings.test_owner_pages import as_, english

Box = list[EmailMessage]
OFFICE, DEAN, VICE = "office@u.example", "dean@u.example", "vice@u.example"
HUNDRED_THOUSAND = 100_000_00  # fen


@pytest.fixture
def chain(university: Organization, alice: User) -> list[ApprovalStep]:
    """Up to ¥100,000 the office; above it the dean, then the vice president."""
    plan = [
        ("转移办", "钱主任", OFFICE, 0, HUNDRED_THOUSAND),
        ("院长", "李院长", DEAN, HUNDRED_THOUSAND, None),
        ("副校长", "周副校长", VICE, HUNDRED_THOUSAND, None),
    ]
    return [
        approvals.put_step(
            university,
            by=alice,
            columns={"capacity": what, "name": who, "email": email, "above_minor": above, "up_to_minor": up_to},
        )
        for what, who, email, above, up_to in plan
    ]


def put(listing: Listing, **terms: object) -> Listing:
    type(listing.terms).objects.filter(pk=listing.terms.pk).update(**terms)
    return Listing.objects.get(pk=listing.pk)


def answer(box: Box, address: str, **changes: str) -> None:
    client, token = go_in(box, address)
    response = client.post(f"/consent/{token}/answer/", fields(newest(), **changes))
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("terms", "offices"),
    [
        ({"fee_minor": HUNDRED_THOUSAND}, ["转移办"]),
        ({"fee_minor": HUNDRED_THOUSAND + 1}, ["院长", "副校长"]),
        ({"fee_minor": HUNDRED_THOUSAND // 2, "fee_per_year": True, "months": 24}, ["转移办"]),
        ({"fee_minor": HUNDRED_THOUSAND // 2, "fee_per_year": True, "months": 25}, ["院长", "副校长"]),
        ({"fee_mode": "royalty", "fee_minor": 0, "royalty_bp": 1, "royalty_base": "net_sales"}, ["院长", "副校长"]),
        ({"fee_mode": "free", "fee_minor": 0}, ["转移办"]),
    ],
)
def test_the_amount_chooses_the_steps(
    draft: Listing, chain: list[ApprovalStep], terms: dict[str, object], offices: list[str]
) -> None:
    assert [step.capacity for step in steps_for(put(draft, **terms))] == offices


def test_the_dearest_class_counts(draft: Listing, chain: list[ApprovalStep]) -> None:
    draft.terms.class_prices.create(licensee_class="medium", fee_minor=HUNDRED_THOUSAND * 2)

    assert amount_of(Listing.objects.get(pk=draft.pk)) == HUNDRED_THOUSAND * 2


def test_without_steps_a_submission_goes_straight_to_the_moderators(draft: Listing, alice: User) -> None:
    assert flow.submit(draft, by=alice).state == ListingState.SUBMITTED
    assert not Asking.objects.exists()


def test_the_submission_waits_for_each_step_in_its_turn(
    draft: Listing, chain: list[ApprovalStep], alice: User, moderator: User, mailoutbox: Box
) -> None:
    put(draft, fee_minor=HUNDRED_THOUSAND + 1)

    listing = flow.submit(draft, by=alice)
    assert listing.state == ListingState.APPROVAL
    assert mails_to(mailoutbox, VICE) == []
    assert mails_to(mailoutbox, OFFICE) == []
    with pytest.raises(NotNow):
        flow.approve(listing, by=moderator, revision=listing.revision)

    answer(mailoutbox, DEAN)
    listing.refresh_from_db()
    assert listing.state == ListingState.APPROVAL
    answer(mailoutbox, VICE)

    listing.refresh_from_db()
    assert listing.state == ListingState.SUBMITTED
    assert listing.submitted_by == alice
    assert listing.revisions.get().number == listing.revision
    assert [one.state for one in listing.askings.order_by("pk")] == ["agreed", "agreed"]
    assert flow.approve(listing, by=moderator, revision=listing.revision).state == ListingState.PUBLISHED


def test_a_refusal_gives_the_draft_back_with_the_reason(
    draft: Listing, chain: list[ApprovalStep], alice: User, mailoutbox: Box
) -> None:
    listing = flow.submit(draft, by=alice)

    answer(mailoutbox, OFFICE, agreed="no", reason="价格偏低")

    listing.refresh_from_db()
    assert (listing.state, listing.state_reason) == (ListingState.DRAFT, "价格偏低")
    assert any("价格偏低" in str(mail.body) for mail in mails_to(mailoutbox, alice.email))
    assert flow.submit(listing, by=alice).state == ListingState.APPROVAL


def test_what_was_approved_is_not_asked_twice_and_another_price_is(
    draft: Listing, chain: list[ApprovalStep], alice: User, moderator: User, mailoutbox: Box
) -> None:
    listing = flow.submit(draft, by=alice)
    answer(mailoutbox, OFFICE)
    listing.refresh_from_db()
    listing = flow.send_back(listing, by=moderator, revision=listing.revision, reason="补充说明")
    listing = flow.submit(listing, by=alice)
    assert listing.state == ListingState.SUBMITTED

    listing = flow.edit(listing, by=alice, draft=flow.Draft(terms={"fee_minor": 40_000_00}))

    assert listing.state == ListingState.APPROVAL
    assert Asking.objects.filter(state=AskingState.WAITING).count() == 1


def test_an_offer_whose_price_changes_is_approved_anew(
    offer: Listing, university: Organization, alice: User, mailoutbox: Box
) -> None:
    assert offer.state == ListingState.PUBLISHED
    columns = {"capacity": "转移办", "name": "钱", "email": OFFICE, "above_minor": 0, "up_to_minor": None}
    approvals.put_step(university, by=alice, columns=columns)
    listing = flow.edit(offer, by=alice, draft=flow.Draft(texts={"headline": "另一句话"}))
    assert listing.state == ListingState.PUBLISHED

    listing = flow.edit(listing, by=alice, draft=flow.Draft(terms={"fee_minor": 40_000_00}))
    assert (listing.state, listing.approved_revision) == (ListingState.APPROVAL, None)
    answer(mailoutbox, OFFICE)

    listing.refresh_from_db()
    assert listing.state == ListingState.SUBMITTED
    assert listing.revisions.filter(number=listing.revision).exists()


def test_an_offer_in_approval_is_called_back_to_be_edited(
    draft: Listing,
    chain: list[ApprovalStep],
    alice: User,
    mallory: User,
    other_university: Organization,
    mailoutbox: Box,
) -> None:
    listing = flow.submit(draft, by=alice)
    token = link(mailoutbox, OFFICE)
    with pytest.raises(NotNow):
        flow.edit(listing, by=alice, draft=flow.Draft(texts={"headline": "改"}))
    with pytest.raises(PermissionDenied):
        flow.call_back(listing, by=mallory)
    assert english().get(f"/consent/{token}/").status_code == 200

    client = as_(alice)
    client.post(f"/desk/listings/{listing.code}/call-back/")

    listing.refresh_from_db()
    assert listing.state == ListingState.DRAFT
    assert english().get(f"/consent/{token}/").status_code == 410
    assert Asking.objects.get().state == AskingState.VOID


def test_a_step_that_takes_an_old_place_has_agreed_to_nothing(
    draft: Listing, chain: list[ApprovalStep], alice: User, moderator: User, mailoutbox: Box
) -> None:
    listing = flow.submit(draft, by=alice)
    answer(mailoutbox, OFFICE)
    listing.refresh_from_db()
    flow.send_back(listing, by=moderator, revision=listing.revision, reason="补充")

    approvals.change_step(chain[0], by=alice, columns={"capacity": "资产处", "email": VICE})

    assert flow.submit(Listing.objects.get(pk=listing.pk), by=alice).state == ListingState.APPROVAL
    assert newest().email == VICE


def test_other_refusals_come_before_anybody_is_asked(draft: Listing, chain: list[ApprovalStep], alice: User) -> None:
    put(draft, acts=[])

    with pytest.raises(Refused) as refused:
        flow.submit(draft, by=alice)

    assert {finding.rule for finding in refused.value.findings} == {"LIC-E", "INST-4"}
    assert not Asking.objects.exists()


def test_what_stands_against_the_offer_by_then_gives_the_draft_back(
    draft: Listing, chain: list[ApprovalStep], alice: User, mailoutbox: Box
) -> None:
    listing = flow.submit(draft, by=alice)
    type(listing.patent).objects.filter(pk=listing.patent_id).update(status="lapsed")

    answer(mailoutbox, OFFICE)

    listing.refresh_from_db()
    assert listing.state == ListingState.DRAFT
    assert "PRESET-1" in listing.state_reason


def test_owners_set_the_steps_on_a_page_and_others_read_them(
    university: Organization, alice: User, bob: User, firm: Organization
) -> None:
    client, path = as_(alice), "/organization/approvals/"
    told = {"capacity": "院长", "name": "李院长", "email": "DEAN@u.example", "above": "100000", "up_to": ""}

    wrong = client.post(path, told | {"up_to": "100000"})
    assert wrong.status_code == 422
    assert "INST-4" in wrong.content.decode()
    assert not ApprovalStep.objects.exists()
    client.post(path, told)

    step = ApprovalStep.objects.get()
    assert (step.position, step.email, step.above_minor, step.up_to_minor) == (1, DEAN, HUNDRED_THOUSAND, None)
    client.post(f"{path}{step.pk}/", told | {"above": "", "up_to": "5"})
    step.refresh_from_db()
    assert (step.above_minor, step.up_to_minor) == (0, 500)
    assert as_(bob).post(f"{path}{step.pk}/", told).status_code == 404
    with pytest.raises(PermissionDenied):
        approvals.remove_step(step, by=bob)
    client.post(f"{path}{step.pk}/remove/")
    assert not ApprovalStep.objects.exists()


def test_a_link_of_an_offer_that_was_taken_back_opens_nothing(
    draft: Listing, chain: list[ApprovalStep], alice: User, mailoutbox: Box
) -> None:
    listing = flow.submit(draft, by=alice)
    client, token = go_in(mailoutbox, OFFICE)
    flow.withdraw(listing, by=alice)

    answered = client.post(f"/consent/{token}/answer/", fields(newest()))

    assert answered.status_code == 410
    assert newest().state == AskingState.WAITING
    with pytest.raises(NotNow):
        flow.answer(newest(), flow.Answer(True, "李", "", "", newest().sha256))


def test_the_drafts_page_says_who_is_asked_and_lets_it_be_submitted(
    draft: Listing, chain: list[ApprovalStep], alice: User
) -> None:
    client = as_(alice)
    page = client.get(f"/desk/listings/{draft.code}/").content.decode()
    assert "转移办" in page
    assert "Something must still be settled" not in page

    asked = client.post(f"/desk/listings/{draft.code}/submit/", {"undertaking": "on"}, follow=True)

    draft.refresh_from_db()
    assert draft.state == ListingState.APPROVAL
    assert "Your institution is asked first" in asked.content.decode()
