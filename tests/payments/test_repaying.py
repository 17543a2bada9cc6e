"""What a licensor owes back is paid back once, by the way it came or by bank, and never by a stranger (PAY-9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing.models import Agreement, Obligation, Repayment, State, Termination
from marketplace.notices.models import Message
from marketplace.outbox import worker
from marketplace.payments import bank_transfer, ledger, repaying, webhooks
from marketplace.payments.bank_transfer import Arrival
from marketplace.payments.gateway import EventKind, GatewayRefused, RefundAnswer, Refunding
from marketplace.payments.models import LedgerEntry, Payment, Refund, RefundState
from marketplace.payments.practice import PracticeGateway
from tests.payments.worlds import PracticeWorld

BACK = 300_000


def ended(agreement: Agreement, by: User) -> Termination:
    Agreement.objects.filter(pk=agreement.pk).update(state=State.ENDED, closed_at=timezone.now())
    agreement.refresh_from_db()
    return Termination.objects.create(
        agreement=agreement, ground="patent_ended", state="ended", party="licensee", by=by,
        noticed_at=timezone.now(), effective_on=today(), closed_at=timezone.now(),
    )  # fmt: skip


def owed_back(paid: Obligation, by: User) -> Repayment:
    """¥3,000 of ¥8,000 go back."""
    paid.refresh_from_db()
    return Repayment.objects.create(
        agreement=paid.agreement,
        obligation=paid,
        termination=ended(paid.agreement, by),
        amount_minor=BACK,
        reckoned={"days": 3, "span": 8, "of_minor": 800_000},
        due_on=today() + timedelta(days=30),
    )


def paid_by_bank_and_owed_back(owed: Obligation, line: str, alice: User, bob: User) -> Repayment:
    """Declared by Bob, found by Alice on that line of the statement; ¥3,000 of it go back."""
    transfer = bank_transfer.declare(owed, by=bob, payer="示例冶炼", paid_on=today())
    bank_transfer.confirm(transfer, Arrival(line, today(), 800_000), by=alice)
    return owed_back(owed, bob)


@pytest.fixture
def by_transfer(owed: Obligation, alice: User, bob: User) -> Repayment:
    """Paid by bank."""
    return paid_by_bank_and_owed_back(owed, "来 1", alice, bob)


@pytest.fixture
def online(owed: Obligation, bob: User, start: Callable[..., Payment], practice_world: PracticeWorld) -> Repayment:
    """Paid at the practice gateway."""
    from marketplace.payments import attempts
    from marketplace.payments.models import PracticeCheckout, Way
    from marketplace.payments.practice import press

    attempts.start(owed, by=bob, way=Way.PRACTICE)
    press(PracticeCheckout.objects.get(), "approve")
    worker.run_pending()
    return owed_back(owed, bob)


def pay(row: Repayment, by: User, serial: str = "退 1") -> None:
    repaying.by_bank(row, by=by, paid_on=today(), bank_reference=serial)


def test_by_bank_it_is_booked_with_its_proof_and_the_licensee_is_told(
    by_transfer: Repayment, alice: User, bob: User
) -> None:
    pay(by_transfer, alice)

    by_transfer.refresh_from_db()
    assert (by_transfer.state, by_transfer.recorded_by) == ("paid_back", alice)
    assert by_transfer.proof["reference"] == "退 1"
    assert ledger.balances() == {
        ("arrived", "CNY"): 800_000,
        ("applied", "CNY"): BACK - 800_000,
        ("returned", "CNY"): -BACK,
    }
    assert Message.objects.filter(user=bob, kind="repay_paid").count() == 1


def test_nothing_is_paid_back_twice(by_transfer: Repayment, alice: User) -> None:
    pay(by_transfer, alice)

    with pytest.raises(Refused):
        pay(Repayment.objects.get(pk=by_transfer.pk), alice, "退 2")
    with pytest.raises(Refused):
        pay(by_transfer, alice)  # an old copy of the row

    assert LedgerEntry.objects.filter(source_type="repayment").count() == 2
    assert by_transfer.obligation.repayments.count() == 1


def test_one_line_of_the_statement_pays_one_thing_back(
    by_transfer: Repayment, owe: Callable[..., Obligation], alice: User, bob: User
) -> None:
    second = paid_by_bank_and_owed_back(owe(), "来 2", alice, bob)
    pay(by_transfer, alice)

    with pytest.raises(Refused) as refused:
        pay(second, alice)

    assert refused.value.findings[0].rule == "PAY-12"
    second.refresh_from_db()
    assert second.state == "owed_back"


@pytest.mark.parametrize("who", ["bob", "mallory"])
def test_only_the_licensors_finance_pays_back(by_transfer: Repayment, request: pytest.FixtureRequest, who: str) -> None:
    user = request.getfixturevalue(who)

    with pytest.raises(Refused):
        pay(by_transfer, user)
    with pytest.raises(Refused):
        repaying.by_gateway(by_transfer, by=user)

    by_transfer.refresh_from_db()
    assert by_transfer.state == "owed_back"
    assert not LedgerEntry.objects.filter(source_type="repayment").exists()


def test_what_came_by_bank_is_not_sent_to_a_gateway(by_transfer: Repayment, alice: User) -> None:
    with pytest.raises(Refused):
        repaying.by_gateway(by_transfer, by=alice)

    assert repaying.way_back(by_transfer) is None


def test_online_it_goes_back_the_way_it_came_once(online: Repayment, alice: User) -> None:
    repaying.by_gateway(online, by=alice)
    with pytest.raises(Refused):
        pay(Repayment.objects.get(pk=online.pk), alice)  # it is on its way
    with pytest.raises(Refused):
        repaying.by_gateway(Repayment.objects.get(pk=online.pk), by=alice)
    worker.run_pending()
    worker.run_pending()

    online.refresh_from_db()
    refund = Refund.objects.get()
    assert (online.state, online.proof["refund"]) == ("paid_back", refund.gateway_id)
    assert (refund.state, refund.amount_minor) == (RefundState.SUCCEEDED, BACK)
    assert ledger.balances()["returned", "CNY"] == -BACK
    assert not LedgerEntry.objects.filter(source_type="repayment").exists()


def test_what_a_gateway_refuses_is_owed_again_and_can_be_paid_by_bank(
    online: Repayment, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(gateway: PracticeGateway, wish: Refunding) -> RefundAnswer:
        raise GatewayRefused("the card is closed")

    monkeypatch.setattr(PracticeGateway, "refund", refuses)
    repaying.by_gateway(online, by=alice)
    worker.run_pending()
    online.refresh_from_db()
    assert online.state == "owed_back"
    assert Message.objects.filter(user=alice, kind="repay_failed").count() == 1

    pay(online, alice)

    online.refresh_from_db()
    assert online.state == "paid_back"


def test_a_refund_that_fails_after_all_is_owed_again(
    online: Repayment, alice: User, practice_world: PracticeWorld
) -> None:
    repaying.by_gateway(online, by=alice)
    worker.run_pending()
    worker.run_pending()
    refund, payment = Refund.objects.get(), Payment.objects.get()
    facts = {"refund": refund.gateway_id, "refund_state": str(RefundState.FAILED), "amount_minor": BACK}
    body = practice_world.body(payment, EventKind.REFUND, **facts)
    webhooks.receive("practice", body, practice_world.sign(body))
    worker.run_pending()

    online.refresh_from_db()
    assert (online.state, online.proof, online.paid_at) == ("owed_back", {}, None)
    assert ledger.balances()["returned", "CNY"] == 0


def test_what_went_back_elsewhere_is_not_paid_back_again(
    online: Repayment, alice: User, practice_world: PracticeWorld
) -> None:
    payment = Payment.objects.get()
    facts = {"refund": "elsewhere", "refund_state": str(RefundState.SUCCEEDED), "amount_minor": 800_000}
    body = practice_world.body(payment, EventKind.REFUND, **facts)
    webhooks.receive("practice", body, practice_world.sign(body))
    worker.run_pending()

    with pytest.raises(Refused):
        pay(online, alice)
    with pytest.raises(Refused):
        repaying.by_gateway(online, by=alice)

    online.refresh_from_db()
    assert online.state == "owed_back"
    assert ledger.balances()["returned", "CNY"] == -800_000


def test_the_books_find_a_repayment_that_was_not_booked(by_transfer: Repayment, books_are_right: list[str]) -> None:
    from marketplace.payments import book_checks

    Repayment.objects.filter(pk=by_transfer.pk).update(state="paid_back", paid_at=timezone.now())

    assert any("repayment" in fault for fault in book_checks.self_check())
    books_are_right.clear()


def test_both_sides_read_how_it_is_made_up_and_finance_pays_on_the_page(
    by_transfer: Repayment, alice: User, bob: User, mallory: User, enter: Callable[[User], Client]
) -> None:
    page = reverse("payments:repay", args=[by_transfer.code])
    assert enter(mallory).get(page).status_code == 404
    seen = enter(bob).get(page).content.decode()
    assert "8" in seen
    assert "Record that it was paid back" not in seen
    told = {"paid_on": today().isoformat(), "bank_reference": "退 9"}
    assert enter(bob).post(page, told).status_code == 404
    client = enter(alice)
    assert client.post(page, {"paid_on": "2999-01-01", "bank_reference": ""}).status_code == 422

    answer = client.post(page, told)

    assert answer["Location"] == page
    by_transfer.refresh_from_db()
    assert by_transfer.state == "paid_back"
