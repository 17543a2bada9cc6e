"""An amendment or renewal that no term sheet binds asks the licensor's own approvers, as a contract does (INST-4)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from listings import flow as listings_flow
from listings.models import ApprovalStep, Asking, Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.licensing import approvals, flow
from marketplace.licensing.flow import asking_inside, changing
from marketplace.licensing.models import Agreement, Amendment, AmendmentState
from marketplace.notices.models import Message
from tests.licensing.changes.conftest import accept, counter, run_outbox
from tests.licensing.changes.test_amending import amendment_of, change, put_name, yearly
from tests.licensing.changes.test_approving import answer, steps
from tests.licensing.conftest import ask, send_notice

__all__ = ["steps", "yearly"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def cheaper(yearly: Agreement, steps: list[ApprovalStep], alice: User, bob: User) -> Amendment:
    """¥20,000 a year for five years, accepted by both: above the president's ¥20,000 in all."""
    return amendment_of(accept(change(yearly, bob, fee_minor=2_000_000), alice))


def question(amendment: Amendment) -> Asking:
    return Asking.objects.get(about=str(amendment.code), state="waiting")


def test_the_first_step_is_asked_about_this_very_amendment(cheaper: Amendment) -> None:
    asking = question(cheaper)

    assert cheaper.paper is not None
    assert (asking.email, asking.terms_sha256) == ("office@u.example", cheaper.paper.sha256)
    told = json.loads(asking.body)
    assert told["amendment"] == str(cheaper.code)
    assert any("→" in value for _label, value in told["zh-hans"]["lines"])
    assert [one.state for one in approvals.stages(cheaper)] == ["waiting", ""]


def test_the_licensor_signs_an_amendment_only_when_every_step_has_agreed(
    cheaper: Amendment, alice: User, bob: User
) -> None:
    put_name(cheaper, bob)  # the licensee waits for nobody
    with pytest.raises(Refused) as refused:
        put_name(cheaper, alice)
    answer(question(cheaper), yes=True)
    with pytest.raises(Refused):
        put_name(cheaper, alice)
    assert refused.value.findings[0].rule == "INST-4"
    answer(question(cheaper), yes=True)
    assert Message.objects.filter(user=alice, kind="change_approved_inside").count() == 1

    put_name(cheaper, alice)
    run_outbox()

    cheaper.refresh_from_db()
    assert cheaper.state == AmendmentState.IN_FORCE


def test_a_no_stops_it_until_the_licensor_asks_again(cheaper: Amendment, alice: User, bob: User) -> None:
    answer(question(cheaper), yes=False)
    assert Message.objects.filter(user=alice, kind="change_refused_inside").exists()
    with pytest.raises(Refused):
        put_name(cheaper, alice)
    with pytest.raises(flow.NotYours):
        asking_inside.ask_again(cheaper.agreement, by=bob)
    assert [one.state for one in approvals.stages(cheaper)] == ["refused", ""]

    asking_inside.ask_again(cheaper.agreement, by=alice)

    assert [one.state for one in approvals.stages(cheaper)] == ["waiting", ""]


def test_another_version_ends_the_question(cheaper: Amendment, bob: User) -> None:
    asking = question(cheaper)

    counter(cheaper.proposal.negotiation, bob, fee_minor=1_500_000)

    asking.refresh_from_db()
    assert asking.state == "void"


def test_an_amendment_that_lapsed_takes_no_answer(cheaper: Amendment) -> None:
    asking = question(cheaper)
    Amendment.objects.filter(pk=cheaper.pk).update(acts_until=timezone.now() - timedelta(seconds=1))

    with pytest.raises(listings_flow.NotNow):
        answer(asking, yes=True)


def test_a_renewal_on_the_terms_of_a_standing_sheet_asks_nobody(
    yearly: Agreement, steps: list[ApprovalStep], bob: User
) -> None:
    made = amendment_of(changing.renew(yearly, by=bob))

    assert made.term_sheet == yearly.listing.term_sheet
    assert approvals.stages(made) == []
    assert not Asking.objects.filter(about=str(made.code)).exists()


def test_a_license_in_force_without_a_waiting_amendment_has_nothing_to_ask(
    yearly: Agreement, steps: list[ApprovalStep], alice: User
) -> None:
    with pytest.raises(flow.NotNow):
        asking_inside.ask_again(yearly, by=alice)

    assert not Asking.objects.exists()


def test_no_approval_is_ever_asked_on_the_open_track(
    open_listing: Listing, steps: list[ApprovalStep], firm: Organization, alice: User, bob: User, any_code: list[str]
) -> None:
    agreement = ask(open_listing, firm, bob)
    assert approvals.steps_for(agreement) == []
    send_notice(agreement, bob)

    with pytest.raises(flow.NotNow):
        asking_inside.ask_again(agreement, by=alice)

    assert not Asking.objects.exists()
