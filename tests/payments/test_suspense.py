"""Money that fits nothing is resolved by a moderator, once, with a reason that both sides read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.notices.models import Message
from marketplace.outbox import worker
from marketplace.payments import bank_transfer, ledger, suspending, webhooks
from marketplace.payments.bank_transfer import Arrival
from marketplace.payments.gateway import EventKind
from marketplace.payments.models import LedgerEntry, Payment, Refund, Suspense
from tests.payments.worlds import FakeStripe, PracticeWorld, StripeWorld


@pytest.fixture
def lost(owed: Obligation, university: Organization, alice: User) -> Suspense:
    """¥8,000 with a reference that names nothing."""
    bank_transfer.record(university, Arrival("A", today(), 800_000), by=alice, reference="谢谢", payer="示例冶炼")
    return Suspense.objects.get()


def test_it_can_be_applied_to_what_is_owed(lost: Suspense, owed: Obligation, moderator: User) -> None:
    suspending.apply_to(lost, owed, by=moderator, reason="付款人来函说明")

    owed.refresh_from_db()
    assert owed.state == ObligationState.SETTLED
    assert owed.proof["suspense"] == str(lost.code)
    assert ledger.balances() == {("arrived", "CNY"): 800_000, ("applied", "CNY"): -800_000, ("suspense", "CNY"): 0}
    assert Entry.objects.get(action="suspense.resolve").by == moderator


def test_it_can_be_paid_back_by_the_university(lost: Suspense, moderator: User, alice: User) -> None:
    suspending.refunded_outside(lost, by=moderator, reason="已由学校退回，回单号 9")

    assert ledger.balances()["returned", "CNY"] == -800_000
    assert "回单号 9" in Message.objects.get(kind="payment.resolved", user=alice).body


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_resolved(lost: Suspense, moderator: User, reason: str) -> None:
    with pytest.raises(Refused):
        suspending.refunded_outside(lost, by=moderator, reason=reason)
    lost.refresh_from_db()
    assert lost.resolution == ""


@pytest.mark.parametrize("who", ["alice", "bob", "mallory"])
def test_nobody_but_a_moderator_resolves(
    lost: Suspense, owed: Obligation, request: pytest.FixtureRequest, who: str
) -> None:
    user = request.getfixturevalue(who)

    acts: tuple[Callable[[], None], ...] = (
        lambda: suspending.refunded_outside(lost, by=user, reason="x"),
        lambda: suspending.apply_to(lost, owed, by=user, reason="x"),
    )
    for act in acts:
        with pytest.raises(Refused):
            act()
    lost.refresh_from_db()
    owed.refresh_from_db()
    assert (lost.resolution, owed.state) == ("", ObligationState.DUE)


def test_it_is_resolved_once(lost: Suspense, owed: Obligation, moderator: User) -> None:
    suspending.refunded_outside(Suspense.objects.get(), by=moderator, reason="x")

    with pytest.raises(Refused):
        suspending.apply_to(lost, owed, by=moderator, reason="x")
    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE
    assert LedgerEntry.objects.filter(source_type="suspense").count() == 2


def test_it_is_not_applied_to_another_amount_or_another_licensor(
    lost: Suspense, owe: Callable[..., Obligation], owed: Obligation, rival: Organization, moderator: User
) -> None:
    other = owe(800_001)
    with pytest.raises(Refused):
        suspending.apply_to(lost, other, by=moderator, reason="x")
    Suspense.objects.update(organization=rival)
    lost.refresh_from_db()
    with pytest.raises(Refused):
        suspending.apply_to(lost, owed, by=moderator, reason="x")

    assert not Obligation.objects.filter(state=ObligationState.SETTLED).exists()


def test_what_can_no_longer_be_paid_takes_nothing_and_nothing_stays_half_done(
    lost: Suspense, owed: Obligation, moderator: User
) -> None:
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.WAIVED)

    with pytest.raises(Refused):
        suspending.apply_to(lost, owed, by=moderator, reason="x")

    lost.refresh_from_db()
    assert lost.resolution == ""
    assert not LedgerEntry.objects.filter(source_type="suspense").exists()


def test_what_is_on_its_way_back_is_not_resolved_twice(
    stripe_world: StripeWorld,
    stripe_server: FakeStripe,
    owed: Obligation,
    start: Callable[..., Payment],
    moderator: User,
) -> None:
    from marketplace.payments.models import Way
    from tests.payments.worlds import ACCOUNT

    payment = start(owed, Way.STRIPE, account=ACCOUNT)
    body = stripe_world.body(payment, EventKind.SUCCEEDED, amount_minor=5)
    webhooks.receive("stripe", body, stripe_world.sign(body))
    worker.run_pending()
    suspense = Suspense.objects.get()

    with pytest.raises(Refused):
        suspending.refunded_outside(suspense, by=moderator, reason="x")

    assert Refund.objects.get().state == "pending"
    (identity,) = stripe_server.refunds
    body = stripe_world.body(payment, EventKind.REFUND, refund=identity, refund_state="succeeded", amount_minor=5)
    webhooks.receive("stripe", body, stripe_world.sign(body))
    suspense.refresh_from_db()
    assert suspense.resolution == "refunded"


def test_a_refund_the_gateway_refuses_stays_for_the_moderator(
    practice_world: PracticeWorld, owed: Obligation, start: Callable[..., Payment], moderator: User
) -> None:
    body = practice_world.body(start(owed), EventKind.SUCCEEDED, amount_minor=5)  # no page of it was ever paid there
    webhooks.receive("practice", body, practice_world.sign(body))
    worker.run_pending()

    suspense = Suspense.objects.get()
    assert (suspense.resolution, suspense.returning_at) == ("", None)
    assert "refund refused" in suspense.detail
    suspending.refunded_outside(suspense, by=moderator, reason="学校已退")


def test_the_desk_shows_and_resolves(lost: Suspense, owed: Obligation, moderator: User, client: Client) -> None:
    client.force_login(moderator)

    assert client.get("/admin/moderation/suspense/?open=1").status_code == 200
    page = client.get(f"/admin/moderation/suspense/{lost.pk}/")
    assert page.status_code == 200
    incomplete = client.post(f"/admin/moderation/suspense/{lost.pk}/", {"how": "applied", "reason": "函"})
    assert incomplete.status_code == 422
    lost.refresh_from_db()
    assert lost.resolution == ""

    done = client.post(
        f"/admin/moderation/suspense/{lost.pk}/", {"how": "applied", "obligation": owed.pk, "reason": "付款人来函"}
    )

    owed.refresh_from_db()
    assert done.status_code == 302
    assert owed.state == ObligationState.SETTLED


@pytest.mark.parametrize("who", ["alice", "bob", "mallory"])
def test_the_desk_is_closed_to_others(lost: Suspense, client: Client, request: pytest.FixtureRequest, who: str) -> None:
    client.force_login(request.getfixturevalue(who))

    answers: list[Any] = [
        client.get("/admin/moderation/suspense/"),
        client.post(f"/admin/moderation/suspense/{lost.pk}/", {"how": "outside", "reason": "x"}),
    ]

    assert all(answer.status_code in {302, 403, 404} for answer in answers)
    lost.refresh_from_db()
    assert lost.resolution == ""
