"""The less trodden ways: gateways switched off, pages that came too late, commands, checks."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib import transactions
from marketplace.lib.findings import Refused, refuse
from marketplace.lib.terms import today
from marketplace.lib.transactions import NotInTransaction
from marketplace.licensing import flow as licensing_flow
from marketplace.licensing.errors import AlreadySettled
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.outbox import worker
from marketplace.outbox.models import Effect
from marketplace.payments import (
    attempts,
    bank_transfer,
    checks,
    ledger,
    practice,
    reconciling,
    returns,
    suspending,
    webhooks,
)
from marketplace.payments.bank_transfer import Arrival
from marketplace.payments.gateway import EventKind, GatewayDown
from marketplace.payments.models import (
    BankTransfer,
    GatewayAccount,
    LedgerEntry,
    Payment,
    PaymentState,
    PracticeCheckout,
    Suspense,
    Way,
    Why,
)
from tests.payments.test_pages import enter, primaries, read
from tests.payments.worlds import FakeStripe, PracticeWorld, StripeWorld

__all__ = ["enter"]
Enter = Callable[[User], Client]


def line(serial: str, amount: str = "8000") -> dict[str, str]:
    return {"amount": amount, "received_on": today().isoformat(), "bank_reference": serial}


# ways that change


def test_another_online_way_gives_the_first_one_up(stripe_server: FakeStripe, owed: Obligation, bob: User) -> None:
    first = attempts.start(owed, by=bob, way=Way.PRACTICE)

    second = attempts.start(owed, by=bob, way=Way.STRIPE)

    first.refresh_from_db()
    assert first.state == PaymentState.ABANDONED
    assert second.state == PaymentState.OPEN
    assert not attempts.abandon(first)


def test_effects_for_a_gateway_that_is_off_wait(
    practice_world: PracticeWorld, owe: Callable[..., Obligation], bob: User, settings: Any
) -> None:
    closed, lost = (attempts.start(owe(), by=bob, way=Way.PRACTICE) for _payment in range(2))
    attempts.abandon(closed)
    body = practice_world.body(lost, EventKind.SUCCEEDED, amount_minor=5)
    webhooks.receive("practice", body, practice_world.sign(body))
    settings.GATEWAYS = ["bank_transfer"]

    with pytest.raises(GatewayDown):
        attempts.close_page("k", {"payment": closed.pk})
    with pytest.raises(GatewayDown):
        returns.pay_back("k", {"suspense": Suspense.objects.get().pk})
    worker.run_pending()

    for topic in (attempts.EXPIRE_TOPIC, "payments.refund"):
        assert Effect.objects.get(topic=topic).state == "pending"


def test_what_a_moderator_resolved_is_not_paid_back_again(
    practice_world: PracticeWorld, owed: Obligation, bob: User, moderator: User
) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    practice.press(PracticeCheckout.objects.get(), "approve")
    body = practice_world.body(payment, EventKind.SUCCEEDED, amount_minor=5)
    webhooks.receive("practice", body, practice_world.sign(body))
    suspending.refunded_outside(Suspense.objects.get(), by=moderator, reason="学校已退")

    worker.run_pending()

    assert not payment.refunds.exists()
    assert ledger.balances()["returned", "CNY"] == -5


def test_a_refund_that_fails_opens_the_suspense_again(
    practice_world: PracticeWorld, owed: Obligation, bob: User
) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.WAIVED)
    practice.press(PracticeCheckout.objects.get(), "approve")
    worker.run_pending()
    refund = payment.refunds.get()
    assert Suspense.objects.get().resolution == "refunded"

    body = practice_world.body(
        payment, EventKind.REFUND, refund=refund.gateway_id, refund_state="failed", amount_minor=refund.amount_minor
    )
    webhooks.receive("practice", body, practice_world.sign(body))

    assert Suspense.objects.get().resolution == ""
    assert ledger.balances()["suspense", "CNY"] == -800_000


def test_after_a_part_went_back_only_the_rest_is_resolved(
    practice_world: PracticeWorld, owed: Obligation, start: Callable[..., Payment], moderator: User
) -> None:
    payment = start(owed)
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.WAIVED)
    for kind, facts in (
        (EventKind.SUCCEEDED, {}),
        (EventKind.REFUND, {"refund": "re-1", "refund_state": "succeeded", "amount_minor": 300_000}),
    ):
        body = practice_world.body(payment, kind, **facts)
        webhooks.receive("practice", body, practice_world.sign(body))
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.DUE)

    with pytest.raises(Refused):
        suspending.apply_to(Suspense.objects.get(), owed, by=moderator, reason="x")
    suspending.refunded_outside(Suspense.objects.get(), by=moderator, reason="余款已退")

    assert ledger.balances() == {("arrived", "CNY"): 800_000, ("suspense", "CNY"): 0, ("returned", "CNY"): -800_000}


def test_a_message_that_lacks_its_amount_waits_for_a_person(
    stripe_world: StripeWorld, start: Callable[..., Payment], owed: Obligation
) -> None:
    from tests.payments.worlds import ACCOUNT

    payment = start(owed, Way.STRIPE, account=ACCOUNT)
    for body in (
        stripe_world.body(payment, EventKind.SUCCEEDED, currency="XAU"),
        stripe_world.body(payment, EventKind.REFUND, refund="re_1", refund_state="succeeded", currency="XAU"),
    ):
        webhooks.receive("stripe", body, stripe_world.sign(body))

    found = reconciling.reconcile()

    assert sum("event stripe" in words for words in found.open) == 2
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN


def test_the_practice_gateway_tries_again_when_our_door_is_shut(
    owed: Obligation, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    practice.press(PracticeCheckout.objects.get(), "approve")
    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "receive", lambda *_args: 503)
        worker.run_pending()
    assert Effect.objects.get(topic=practice.TOPIC).state == "pending"
    Effect.objects.update(next_at=timezone.now())

    worker.run_pending()

    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED


def test_licensing_saying_settled_before_sends_the_money_to_suspense(
    owed: Obligation, start: Callable[..., Payment], practice_world: PracticeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(*args: Any, **kwargs: Any) -> None:
        raise AlreadySettled("x")

    monkeypatch.setattr(licensing_flow, "settle", before)
    body = practice_world.body(start(owed), EventKind.SUCCEEDED)

    webhooks.receive("practice", body, practice_world.sign(body))

    assert Suspense.objects.get().why == Why.ALREADY_SETTLED


# pages


def test_an_arrival_is_recorded_on_the_page(
    owed: Obligation, alice: User, university: Organization, enter: Enter
) -> None:
    client = enter(alice)
    page = read(client.get("/arrivals/record/?reference=KX-2026-00001-1"))
    assert 'value="KX-2026-00001-1"' in page
    assert primaries(page) == 1
    told = line("S1") | {"reference": "KX-2026-00001-1", "payer": "示例冶炼"}
    assert client.post("/arrivals/record/", told | {"amount": "x"}).status_code == 422

    assert client.post("/arrivals/record/", told).status_code == 302

    owed.refresh_from_db()
    assert owed.state == ObligationState.SETTLED
    again = client.post("/arrivals/record/", told)
    assert again.status_code == 422
    assert "PAY-12" in read(again)
    lost = client.post("/arrivals/record/", told | {"bank_reference": "S2", "reference": "?"}, follow=True)
    assert "fits nothing" in read(lost)
    assert Suspense.objects.count() == 1


def test_a_firm_records_no_arrivals(firm: Organization, bob: User, enter: Enter) -> None:
    assert enter(bob).post("/arrivals/record/", line("S")).status_code == 404
    assert not BankTransfer.objects.exists()


def test_recording_what_was_declared_confirms_the_declaration(
    owed: Obligation, university: Organization, alice: User, bob: User
) -> None:
    declared = bank_transfer.declare(owed, by=bob, payer="x", paid_on=today())

    bank_transfer.record(university, Arrival("A", today(), 800_000), by=alice, reference="KX-2026-00001-1", payer="x")

    declared.refresh_from_db()
    assert declared.state == "received"
    assert BankTransfer.objects.count() == 1


def test_a_second_line_while_a_large_one_waits_goes_to_suspense(
    owe: Callable[..., Obligation], university: Organization, alice: User, bob: User
) -> None:
    owed = owe(10_000_000)
    transfer = bank_transfer.declare(owed, by=bob, payer="x", paid_on=today())
    bank_transfer.confirm(transfer, Arrival("A", today(), 10_000_000), by=alice)

    bank_transfer.record(
        university, Arrival("B", today(), 10_000_000), by=alice, reference="KX-2026-00001-1", payer="x"
    )

    assert Suspense.objects.get().transfer is not None
    assert BankTransfer.objects.filter(state="second").get() == transfer


def test_pages_that_come_too_late_say_so(owed: Obligation, alice: User, bob: User, enter: Enter) -> None:
    client = enter(bob)
    assert client.post(f"/pay/{owed.code}/transfer/withdraw/", follow=True).status_code == 200
    client.post(f"/pay/{owed.code}/transfer/", {"payer": "x", "paid_on": today().isoformat()})
    transfer = BankTransfer.objects.get()
    twice = client.post(f"/pay/{owed.code}/transfer/", {"payer": "x", "paid_on": today().isoformat()})
    assert twice.status_code == 422
    assert "PAY-7" in read(twice)

    client = enter(alice)
    client.post(f"/arrivals/{transfer.code}/", line("S"))
    for path, told in (("", line("T")), ("second/", {}), ("not-found/", {"reason": "x"})):
        late = client.post(f"/arrivals/{transfer.code}/{path}", told)
        assert late.status_code == 422, path
    assert "Nothing more is to be done here" in read(client.get(f"/arrivals/{transfer.code}/"))

    client = enter(bob)
    settled = client.post(f"/pay/{owed.code}/online/", {"way": "practice"})
    assert settled.status_code == 422
    assert "PAY-3" in read(settled)
    assert client.post(f"/pay/{owed.code}/transfer/", {"payer": "x", "paid_on": today().isoformat()}).status_code == 422
    assert LedgerEntry.objects.count() == 2


def test_a_declaration_is_taken_back_on_the_page(
    owed: Obligation, bob: User, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = bank_transfer.declare(owed, by=bob, payer="x", paid_on=today())
    with monkeypatch.context() as patch:
        patch.setattr(bank_transfer, "withdraw", _moved_on)
        assert enter(bob).post(f"/pay/{owed.code}/transfer/withdraw/").status_code == 422

    assert enter(bob).post(f"/pay/{owed.code}/transfer/withdraw/").status_code == 302

    transfer.refresh_from_db()
    assert transfer.state == "withdrawn"


def _moved_on(*args: Any, **kwargs: Any) -> None:
    raise refuse("PAY-1", "moved on", "look")


def test_a_gateway_that_is_down_is_said_and_nothing_is_lost(
    stripe_server: FakeStripe, owed: Obligation, bob: User, enter: Enter
) -> None:
    stripe_server.lose = 5
    client = enter(bob)
    down = client.post(f"/pay/{owed.code}/online/", {"way": "stripe"})
    assert down.status_code == 503
    assert "Nothing was charged" in read(down)
    stripe_server.lose = 0
    assert client.post(f"/pay/{owed.code}/online/", {"way": "stripe"})["Location"].startswith(
        "https://checkout.stripe.com/"
    )
    stripe_server.lose = 5

    back = client.get(f"/pay/back/{Payment.objects.get().code}/")

    assert back.status_code == 200
    assert "does not answer" in read(back)


def test_a_button_that_does_not_exist_changes_nothing(owed: Obligation, bob: User, enter: Enter) -> None:
    attempts.start(owed, by=bob, way=Way.PRACTICE)
    checkout = PracticeCheckout.objects.get()

    assert enter(bob).post(f"/practice/checkout/{checkout.code}/", {"button": "steal"}).status_code == 422
    checkout.refresh_from_db()
    assert checkout.state == "open"


@pytest.mark.parametrize(
    ("button", "words"), [("decline", "Not paid"), ("abandon", "Not paid"), ("approve", "being looked at")]
)
def test_the_return_page_says_how_it_ended(owed: Obligation, bob: User, enter: Enter, button: str, words: str) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    Obligation.objects.filter(pk=owed.pk).update(state=ObligationState.WAIVED)
    practice.press(PracticeCheckout.objects.get(), button)
    worker.run_pending()

    page = read(enter(bob).get(f"/pay/back/{payment.code}/"))

    assert words in page
    assert primaries(page) == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [(ObligationState.WAIVED, "No longer owed"), (ObligationState.FUTURE, "Not due yet")],
)
def test_what_cannot_be_paid_shows_no_way_to_pay(
    owed: Obligation, bob: User, enter: Enter, state: ObligationState, words: str
) -> None:
    Obligation.objects.filter(pk=owed.pk).update(state=state, due_on=None)
    client = enter(bob)

    page = read(client.get(f"/pay/{owed.code}/"))

    assert words in page
    assert "By bank transfer" not in page
    assert "Do not pay with this slip" in read(client.get(f"/pay/{owed.code}/slip/"))


def test_a_missing_bank_account_is_said_and_dollars_have_no_capitals(
    owe: Callable[..., Obligation], university: Organization, bob: User, enter: Enter
) -> None:
    owed = owe(5_000, "USD")
    snapshot = owed.agreement.version.snapshot | {"licensor": {"name": university.name}}
    from listings.models import Listing
    from marketplace.licensing.models import OfferVersion

    listing = Listing.objects.get(pk=owed.agreement.listing_id)
    bare = OfferVersion.objects.create(listing=listing, sha256="b" * 64, snapshot=snapshot)
    Organization.objects.filter(pk=university.pk).update(bank_account="", bank_name="")
    from marketplace.payments import showing

    owed.agreement.version = bare
    owed.agreement.licensor.refresh_from_db()

    labels = [str(fact.label) for fact in showing.slip_facts(owed)]

    assert not showing.payee_of(owed).complete
    assert "Amount in capitals" not in labels
    assert "金额大写" not in labels


def test_moderators_read_and_do_not_act(owed: Obligation, bob: User, moderator: User, enter: Enter) -> None:
    transfer = bank_transfer.declare(owed, by=bob, payer="x", paid_on=today())
    client = enter(moderator)

    assert client.get(f"/pay/{owed.code}/").status_code == 200
    assert client.post(f"/pay/{owed.code}/transfer/withdraw/").status_code == 404
    assert client.post(f"/arrivals/{transfer.code}/", line("S")).status_code == 404
    transfer.refresh_from_db()
    assert transfer.state == "declared"


def test_the_desk_says_why_money_cannot_be_applied(
    owed: Obligation,
    university: Organization,
    alice: User,
    moderator: User,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bank_transfer.record(university, Arrival("A", today(), 800_000), by=alice, reference="?", payer="x")
    suspense = Suspense.objects.get()
    client.force_login(moderator)
    monkeypatch.setattr(suspending, "apply_to", _moved_on)

    told = {"how": "applied", "obligation": owed.pk, "reason": "x"}
    assert client.post(f"/admin/moderation/suspense/{suspense.pk}/", told).status_code == 422
    assert client.get("/admin/moderation/suspense/").status_code == 200

    done = client.post(f"/admin/moderation/suspense/{suspense.pk}/", {"how": "outside", "reason": "已退"})
    assert done.status_code == 302
    assert "已退" in client.get(f"/admin/moderation/suspense/{suspense.pk}/").content.decode()


def test_an_obligation_has_one_applied_payment(owed: Obligation, start: Callable[..., Payment]) -> None:
    """The database itself refuses a second applied payment of one obligation."""
    facts = {
        "state": PaymentState.SUCCEEDED,
        "received_minor": 800_000,
        "received_currency": "CNY",
        "received_at": timezone.now(),
        "booked_at": timezone.now(),
        "outcome": "applied",
    }
    start(owed, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        start(owed, **facts)

    assert Payment.objects.count() == 1
    Payment.objects.update(booked_at=None, outcome="", state="failed")


# commands and checks


def test_an_account_is_connected_by_the_operator(university: Organization, rival: Organization) -> None:
    Organization.objects.filter(pk=university.pk).update(credit_code="12410000MB0000001X")
    Organization.objects.filter(pk=rival.pk).update(credit_code="12410000MB0000002X")
    call_command("gateway_account", "12410000MB0000001X", "--account", "acct_1", stdout=io.StringIO())

    assert GatewayAccount.objects.get().organization == university
    assert Entry.objects.get(action="organization.change").facts["account"] == "acct_1"
    with pytest.raises(CommandError, match="another organization"):
        call_command("gateway_account", "12410000MB0000002X", "--account", "acct_1", stdout=io.StringIO())
    with pytest.raises(CommandError, match="no verified"):
        call_command("gateway_account", "nobody", stdout=io.StringIO())
    assert GatewayAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("names", "facts", "ids"),
    [
        (["practice", "bank_transfer"], {}, []),
        (["practice"], {"PRODUCTION": True}, ["payments.E001"]),
        (["practice"], {"PRACTICE_WEBHOOK_SECRET": ""}, ["payments.E002"]),
        (["stripe"], {"STRIPE_SECRET_KEY": "sk_test_1"}, ["payments.E002"]),
        (["stripe"], {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}, []),
        (
            ["stripe"],
            {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1", "STRIPE_LIVE": True},
            ["payments.E003"],
        ),
        (["stripe"], {"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}, ["payments.E003"]),
        (["paypal"], {}, ["payments.E004"]),
    ],
)
def test_a_site_that_would_take_money_wrongly_does_not_start(
    settings: Any, names: list[str], facts: dict[str, Any], ids: list[str]
) -> None:
    settings.GATEWAYS = names
    for name, value in facts.items():
        setattr(settings, name, value)

    assert [found.id for found in checks.gateways_are_safe()] == ids


def test_a_stranger_among_errors_does_not_stop_the_round(
    practice_world: PracticeWorld,
    owe: Callable[..., Obligation],
    start: Callable[..., Payment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from django.utils import timezone as clock
    from moneyed import Money

    from marketplace.payments import moving

    first, second = start(owe()), start(owe())
    for payment in (first, second):
        moving.receive(payment, Money(8000, "CNY"), at=clock.now())
    real = licensing_flow.settle

    def broken_for_the_first(obligation: Obligation, **facts: Any) -> Any:
        if obligation.pk == first.obligation_id:
            raise OSError("the disk is full")
        return real(obligation, **facts)

    with monkeypatch.context() as patch:
        patch.setattr(licensing_flow, "settle", broken_for_the_first)
        found = reconciling.reconcile()

    assert (len(found.done), len(found.open)) == (1, 1)
    reconciling.reconcile()
    assert Obligation.objects.filter(state=ObligationState.SETTLED).count() == 2


def test_yen_have_no_cents(university: Organization) -> None:
    from marketplace.payments.forms import ArrivalForm

    form = ArrivalForm(line("S", "100.5"), currency="JPY")

    assert not form.is_valid()
    assert list(form.errors) == ["amount"]


def test_the_ledger_is_written_in_a_transaction_only(owed: Obligation) -> None:
    from marketplace.payments.models import Account

    class Outside:
        in_atomic_block = False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transactions, "connection", Outside())
        with pytest.raises(NotInTransaction):
            ledger.post(
                Payment(pk=1),
                "arrive",
                {Account.ARRIVED: 1, Account.APPLIED: -1},
                currency="CNY",
                organization=owed.agreement.licensor,
            )
    assert not LedgerEntry.objects.exists()


def test_a_stuck_refund_frees_the_money_after_a_day(
    practice_world: PracticeWorld, owed: Obligation, start: Callable[..., Payment], moderator: User
) -> None:
    body = practice_world.body(start(owed), EventKind.SUCCEEDED, amount_minor=5)
    webhooks.receive("practice", body, practice_world.sign(body))
    Suspense.objects.update(returning_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(Refused):
        suspending.refunded_outside(Suspense.objects.get(), by=moderator, reason="x")

    Suspense.objects.update(returning_at=timezone.now() - timedelta(hours=25))
    suspending.refunded_outside(Suspense.objects.get(), by=moderator, reason="学校已退")

    assert Suspense.objects.get().resolution == "outside"
