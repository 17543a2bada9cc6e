"""The commands and checks of payments."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib import transactions
from marketplace.lib.findings import Refused
from marketplace.lib.transactions import NotInTransaction
from marketplace.licensing import flow as licensing_flow
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments import (
    checks,
    ledger,
    reconciling,
    suspending,
    webhooks,
)
from marketplace.payments.gateway import EventKind
from marketplace.payments.models import (
    GatewayAccount,
    LedgerEntry,
    Payment,
    Suspense,
)
from tests.payments.test_corners import line
from tests.payments.worlds import PracticeWorld

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
