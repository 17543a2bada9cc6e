"""A licensor that no term sheet binds asks its own approvers before it signs (INST-4)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from listings import flow as listings_flow
from listings.flow.approvals import put_step
from listings.models import ApprovalStep, Asking, AskingState, Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.licensing import approvals, flow
from marketplace.licensing.flow import asking_inside
from marketplace.licensing.models import Agreement, Negotiation
from tests.licensing.changes.conftest import counter, made
from tests.licensing.conftest import ask, confirm_all, sign, sign_term_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps(university: Organization, alice: User) -> list[ApprovalStep]:
    """Two steps: the office for every amount, the president above ¥20,000."""
    return [
        put_step(university, by=alice, columns=columns)
        for columns in (
            {"capacity": "转化办公室", "name": "赵主任", "email": "office@u.example", "above_minor": 0},
            {"capacity": "校长", "name": "钱校长", "email": "president@u.example", "above_minor": 2_000_000},
        )
    ]


@pytest.fixture
def waiting(steps: list[ApprovalStep], listing: Listing, firm: Organization, bob: User) -> Agreement:
    """A contract of ¥30,000 without term sheet."""
    return ask(listing, firm, bob)


def question(agreement: Agreement) -> Asking:
    return Asking.objects.get(about=str(agreement.code), state=AskingState.WAITING)


def answer(asking: Asking, *, yes: bool, sha256: str = "") -> Asking:
    told = listings_flow.Answer(
        agreed=yes,
        name="赵主任",
        capacity="转化办公室",
        reason="" if yes else "价格太低",
        sha256=sha256 or asking.sha256,
    )
    return listings_flow.answer(asking, told)


def stages(agreement: Agreement) -> list[str]:
    return [one.state for one in approvals.stages(agreement)]


def test_the_first_step_is_asked_about_this_very_contract(waiting: Agreement) -> None:
    asking = question(waiting)

    told = json.loads(asking.body)
    assert asking.email == "office@u.example"
    assert asking.terms_sha256 == waiting.contract_sha256
    assert told["contract_sha256"] == waiting.contract_sha256
    assert told["zh-hans"]["lines"][0][1] == waiting.reference
    assert stages(waiting) == ["waiting", ""]


def test_the_licensor_cannot_sign_before_every_step_has_agreed(
    waiting: Agreement, alice: User, any_code: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        sign(waiting, alice)
    answer(question(waiting), yes=True)
    with pytest.raises(Refused):
        sign(waiting, alice)

    assert refused.value.findings[0].rule == "INST-4"
    assert not waiting.signatures.exists()
    answer(question(waiting), yes=True)
    sign(waiting, alice)
    assert waiting.signatures.get().party == "licensor"


def test_the_licensee_signs_whenever_it_likes(waiting: Agreement, bob: User, any_code: list[str]) -> None:
    confirm_all(waiting, bob)

    sign(waiting, bob)

    assert waiting.signatures.get().party == "licensee"


def test_a_no_stops_the_signature_until_the_step_is_asked_again_and_agrees(
    waiting: Agreement, alice: User, bob: User, any_code: list[str]
) -> None:
    answer(question(waiting), yes=False)
    with pytest.raises(Refused):
        sign(waiting, alice)
    assert stages(waiting) == ["refused", ""]
    with pytest.raises(flow.NotYours):
        asking_inside.ask_again(waiting, by=bob)

    asking_inside.ask_again(waiting, by=alice)

    assert stages(waiting) == ["waiting", ""]


def test_a_link_works_once_for_the_words_that_were_shown_and_not_after_its_days(waiting: Agreement) -> None:
    asking = question(waiting)
    with pytest.raises(listings_flow.NotNow):
        answer(asking, yes=True, sha256="0" * 64)
    Asking.objects.filter(pk=asking.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(listings_flow.NotNow):
        answer(asking, yes=True)
    Asking.objects.filter(pk=asking.pk).update(expires_at=timezone.now() + timedelta(days=1))
    answer(asking, yes=True)
    with pytest.raises(listings_flow.NotNow):
        answer(asking, yes=True)

    assert stages(waiting) == ["agreed", "waiting"]


def test_a_contract_that_was_given_up_takes_no_answer(waiting: Agreement, bob: User) -> None:
    asking = question(waiting)
    flow.cancel(waiting, by=bob)

    with pytest.raises(listings_flow.NotNow):
        answer(asking, yes=True)

    asking.refresh_from_db()
    assert asking.state == "waiting"


def test_a_term_sheet_that_signed_beforehand_asks_nobody(
    steps: list[ApprovalStep], listing: Listing, firm: Organization, alice: User, bob: User
) -> None:
    sign_term_sheet(listing, alice)

    agreement = ask(listing, firm, bob)

    assert approvals.stages(agreement) == []
    assert not Asking.objects.exists()


def test_negotiated_terms_go_through_the_steps_and_a_new_version_asks_anew(
    steps: list[ApprovalStep], agreed: Negotiation, bob: User
) -> None:
    first = made(agreed)
    asking = question(first)

    counter(agreed, bob, fee_minor=2_300_000)

    asking.refresh_from_db()
    assert asking.state == "void"
    assert not Asking.objects.filter(state="waiting").exists()
