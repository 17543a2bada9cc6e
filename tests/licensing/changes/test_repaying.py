"""What was prepaid for the time after the loss of a patent is owed back, by days, once, with a day (PL 47, CC 865)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from listings.models import LegalStatus
from marketplace.accounts.models import User
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.evidence import contents
from marketplace.licensing.flow import repaying, terminating
from marketplace.licensing.letters import reminding
from marketplace.licensing.models import Agreement, Ground, Hold, Repayment
from marketplace.notices.models import Message
from tests.licensing.changes.test_amending import yearly
from tests.licensing.changes.test_terminating import died

__all__ = ["yearly"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(yearly: Agreement, bob: User) -> Repayment:
    """¥30,000 paid for a year, of which one day had passed when the patent was lost."""
    died(yearly)
    terminating.give_notice(yearly, ground=Ground.PATENT_ENDED, by=bob)
    return Repayment.objects.get()


def test_the_unearned_days_are_owed_back_within_thirty_days(lost: Repayment, alice: User, bob: User) -> None:
    assert (lost.state, lost.amount_minor) == ("owed_back", 3_000_000 * 364 // 365)
    assert lost.reckoned == {"days": 364, "span": 365, "of_minor": 3_000_000}
    assert lost.due_on == today() + timedelta(days=30)
    assert lost.obligation == lost.agreement.obligations.get(number=1)
    assert {one.user for one in Message.objects.filter(kind="repay_owed")} >= {alice, bob}


def test_from_the_day_on_which_the_loss_became_known_not_from_the_notice(yearly: Agreement, bob: User) -> None:
    Agreement.objects.filter(pk=yearly.pk).update(effective_at=timezone.now() - timedelta(days=100))
    died(yearly, LegalStatus.INVALID)
    hold = Hold.objects.create(agreement=yearly, mark="status:invalid", what=LegalStatus.INVALID)
    Hold.objects.filter(pk=hold.pk).update(since=timezone.now() - timedelta(days=40))

    terminating.give_notice(yearly, ground=Ground.PATENT_ENDED, by=bob)

    span = Repayment.objects.get().reckoned["span"]
    assert Repayment.objects.get().reckoned["days"] == span - 61


@pytest.mark.parametrize("ground", [Ground.EARLY, Ground.PATENT_CHANGED])
def test_no_other_end_gives_money_back(yearly: Agreement, bob: User, ground: Ground) -> None:
    Hold.objects.create(agreement=yearly, mark="event:0", what="dispute")

    made = terminating.give_notice(yearly, ground=ground, by=bob)

    assert "refund_minor" not in made.owed
    assert not Repayment.objects.exists()


def test_the_database_owes_one_payment_back_once(lost: Repayment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Repayment.objects.create(
            agreement=lost.agreement,
            obligation=lost.obligation,
            termination=lost.termination,
            amount_minor=1,
            due_on=today(),
        )

    assert repaying.left_of(lost.obligation) == 3_000_000 - lost.amount_minor


def test_it_is_paid_back_once_and_not_by_the_licensee(lost: Repayment, alice: User, bob: User) -> None:
    with pytest.raises(flow.NotYours), transaction.atomic():
        repaying.came_back(lost, proof={"kind": "bank"}, by=bob)
    with transaction.atomic():
        repaying.came_back(lost, proof={"kind": "bank"}, by=alice)
    with pytest.raises(flow.NotNow), transaction.atomic():
        repaying.came_back(Repayment.objects.get(), proof={"kind": "bank"}, by=alice)

    lost.refresh_from_db()
    assert (lost.state, lost.proof) == ("paid_back", {"kind": "bank"})


@pytest.mark.parametrize(("left", "kind"), [(7, "deal_reminder"), (-1, "deal_overdue")])
def test_the_licensor_is_reminded_and_then_told_that_it_is_overdue(
    lost: Repayment, alice: User, bob: User, left: int, kind: str
) -> None:
    Repayment.objects.filter(pk=lost.pk).update(due_on=today() + timedelta(days=left))

    reminding.remind_due()
    reminding.remind_due()

    assert Message.objects.filter(user=alice, kind=kind).count() == 1
    assert not Message.objects.filter(user=bob, kind=kind).exists()


def test_it_is_in_the_evidence_pack(lost: Repayment) -> None:
    given = {one.place: dict(one.give(lost.agreement)) for one in contents.contributors()}

    assert b"3000000" in given["repayments.json"]["repayments.json"]
