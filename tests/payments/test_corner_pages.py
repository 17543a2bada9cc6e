"""Pages of payments in the corners of their states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import refuse
from marketplace.lib.terms import today
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.outbox import worker
from marketplace.payments import (
    attempts,
    bank_transfer,
    practice,
    suspending,
)
from marketplace.payments.bank_transfer import Arrival
from marketplace.payments.models import (
    BankTransfer,
    LedgerEntry,
    Payment,
    PaymentState,
    PracticeCheckout,
    Suspense,
    Way,
)
from tests.payments.test_corners import Enter, line
from tests.payments.test_pages import primaries, read
from tests.payments.worlds import FakeStripe

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
