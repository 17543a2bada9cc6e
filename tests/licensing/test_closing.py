"""How agreements end, and what is still owed then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from listings.models import Listing, OfferTerms
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import add_months, today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, Obligation
from marketplace.notices.models import Message
from marketplace.outbox import outbox
from marketplace.outbox.models import Effect
from tests.licensing.conftest import ask, confirm_all, sign


@pytest.fixture
def trial(listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]) -> Agreement:
    """Free for twelve months, then ¥8,000 a year: in force."""
    OfferTerms.objects.filter(listing=listing).update(
        fee_mode="free_then_paid",
        fee_minor=800_000,
        fee_per_year=True,
        free_months=12,
        trigger="date",
        later_mode="deferred",
        nonpayment="停止使用并退还资料",
    )
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    return sign(sign(agreement, bob), alice)


def test_a_trial_is_in_force_with_its_first_debt_dated(trial: Agreement) -> None:
    first = trial.obligations.order_by("number").first()

    assert first is not None
    assert trial.state == "active"
    assert (first.kind, first.number, first.state, first.amount_minor) == ("yearly_fee", 1, "future", 800_000)
    assert first.due_on == add_months(today(), 12) + timedelta(days=15)
    assert trial.obligations.count() == 4


def test_a_trial_is_left_at_no_cost_within_the_free_period(trial: Agreement, bob: User) -> None:
    agreement = flow.leave(trial, by=bob)

    assert agreement.state == "ended"
    assert set(agreement.obligations.values_list("state", flat=True)) == {"waived"}
    burden = agreement.listing.patent.encumbrances.get()
    assert burden.ends_at is not None
    assert burden.ends_at <= timezone.now()


def test_who_leaves_a_trial_gave_notice_on_a_paper_that_is_sealed_without_a_second_signature(
    trial: Agreement, bob: User
) -> None:
    agreement = flow.leave(trial, by=bob)

    kinds = list(agreement.papers.filter(language="zh-hans").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["contract", "signatures", "trial", "termination"]
    notice = agreement.papers.get(kind="termination", language="zh-hans")
    assert notice.completed_at is not None
    assert Effect.objects.filter(topic="paper.seal", payload={"paper": notice.pk}).count() == 1


def test_a_trial_whose_free_period_is_over_is_not_left_at_no_cost(trial: Agreement, bob: User) -> None:
    Agreement.objects.filter(pk=trial.pk).update(effective_at=timezone.now() - timedelta(days=370))

    with pytest.raises(Refused) as refused:
        flow.leave(trial, by=bob)

    assert refused.value.findings[0].rule == "PRESET-2"
    assert Agreement.objects.get(pk=trial.pk).state == "active"


def test_a_paid_license_has_no_free_period_to_leave(active: Agreement, bob: User) -> None:
    with pytest.raises(Refused):
        flow.leave(active, by=bob)

    assert Agreement.objects.get(pk=active.pk).state == "active"


def test_a_debt_falls_due_when_its_days_to_pay_begin(trial: Agreement, bob: User) -> None:
    first = trial.obligations.get(number=1)
    assert flow.fall_due() == 0

    Obligation.objects.filter(pk=first.pk).update(due_on=today() + timedelta(days=15))
    assert flow.fall_due() == 1
    assert flow.fall_due() == 0

    first.refresh_from_db()
    assert first.state == "due"
    assert Message.objects.filter(user=bob, kind="deal_pay").count() == 1


def test_a_request_lapses_once_and_both_sides_hear_of_it(offered: Agreement, bob: User, alice: User) -> None:
    Agreement.objects.filter(pk=offered.pk).update(acts_until=timezone.now())

    assert flow.lapse_due() == 1
    assert flow.lapse_due() == 0

    offered.refresh_from_db()
    assert (offered.state, offered.acts_until) == ("lapsed", None)
    assert Message.objects.filter(user=bob, kind="deal_lapsed").count() == 1
    assert Message.objects.filter(user=alice, kind="deal_lapsed").count() == 1


def test_the_licensor_hears_nothing_of_a_notice_that_was_never_sent(
    open_listing: Listing, firm: Organization, bob: User, alice: User
) -> None:
    agreement = ask(open_listing, firm, bob)
    flow.cancel(agreement, by=bob)

    assert not Message.objects.filter(user=alice).exists()
    assert not Agreement.objects.visible_to(alice).exists()


def test_a_license_ends_after_its_last_day_and_what_fell_due_stays_owed(active: Agreement) -> None:
    Agreement.objects.filter(pk=active.pk).update(ends_on=today())
    assert flow.end_due() == 0

    Agreement.objects.filter(pk=active.pk).update(ends_on=today() - timedelta(days=1))
    assert flow.end_due() == 1
    active.refresh_from_db()
    owed = active.obligations.get()
    assert (active.state, owed.state) == ("ended", "due")

    agreement = flow.settle(owed, proof={"kind": "bank"})

    assert agreement.state == "ended"
    assert agreement.obligations.get().state == "settled"


def test_the_clock_knows_its_duties() -> None:
    names = {duty.name for duty in outbox.duties()}

    assert {"licensing.lapse", "licensing.end", "licensing.fall_due"} <= names


def test_an_offer_stands_no_longer_than_the_term_sheet_it_rests_on(
    listing: Listing, firm: Organization, bob: User, alice: User
) -> None:
    from marketplace.lib.terms import start_of
    from tests.licensing.conftest import sign_term_sheet

    sign_term_sheet(listing, alice, expires_on=today() + timedelta(days=2))

    assert ask(listing, firm, bob).acts_until == start_of(today() + timedelta(days=3))
