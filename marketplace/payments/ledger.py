"""The double-entry ledger: what arrived at the universities, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Sum

from marketplace.accounts.models import Organization
from marketplace.lib.transactions import require_transaction
from marketplace.licensing.models import Obligation, Repayment
from marketplace.payments.models import Account, BankTransfer, LedgerEntry, Payment, Refund, Suspense

Source = Payment | BankTransfer | Suspense | Refund | Repayment
SOURCES: dict[type, str] = {
    Payment: "payment",
    BankTransfer: "transfer",
    Suspense: "suspense",
    Refund: "refund",
    Repayment: "repayment",
}
MODELS: dict[str, type[Source]] = {name: model for model, name in SOURCES.items()}


class Unbalanced(ValueError):
    """Postings that do not sum to zero, or a posting of nothing."""


def post(
    source: Source,
    kind: str,
    postings: Mapping[Account, int],
    *,
    currency: str,
    organization: Organization,
    obligation: Obligation | None = None,
) -> list[LedgerEntry]:
    """Book one fact: minor units per account, which must sum to zero, in the surrounding transaction.

    A second posting of the same source and kind is refused by the database (IntegrityError). Raises Unbalanced and
    NotInTransaction, before anything is written.
    """
    require_transaction(f"{source} {kind}")
    if sum(postings.values()) != 0 or not all(postings.values()) or len(postings) < 2:
        raise Unbalanced(f"{source} {kind}: {dict(postings)}")
    return LedgerEntry.objects.bulk_create(
        LedgerEntry(
            source_type=SOURCES[type(source)],
            source_id=source.pk,
            kind=kind,
            account=account,
            amount_minor=amount,
            currency=currency,
            organization=organization,
            obligation=obligation,
        )
        for account, amount in postings.items()
    )


def post_applied(source: Payment, obligation: Obligation) -> None:
    """The money of a payment settled what was owed."""
    amount = source.received_minor or 0
    post(
        source,
        "arrive",
        {Account.ARRIVED: amount, Account.APPLIED: -amount},
        currency=source.received_currency,
        organization=obligation.agreement.licensor,
        obligation=obligation,
    )


def post_suspense(suspense: Suspense) -> None:
    """Money arrived that fits nothing."""
    post(
        suspense.payment or suspense.transfer or suspense,  # suspense_has_source: never the last
        "arrive",
        {Account.ARRIVED: suspense.amount_minor, Account.SUSPENSE: -suspense.amount_minor},
        currency=suspense.currency,
        organization=suspense.organization,
    )


def post_resolved(suspense: Suspense, obligation: Obligation | None, amount: int) -> None:
    """Suspense ends: the `amount` (minor units) that is left was applied to an obligation, or paid back outside."""
    target = Account.RETURNED if obligation is None else Account.APPLIED
    post(
        suspense,
        "resolve",
        {Account.SUSPENSE: amount, target: -amount},
        currency=suspense.currency,
        organization=suspense.organization,
        obligation=obligation,
    )


def post_returned(refund: Refund, from_account: Account, organization: Organization) -> None:
    """A refund reached the payer, or a dispute was lost."""
    post(
        refund,
        "return",
        {from_account: refund.amount_minor, Account.RETURNED: -refund.amount_minor},
        currency=refund.currency,
        organization=organization,
        obligation=refund.payment.obligation if from_account is Account.APPLIED else None,
    )


def post_repaid(repayment: Repayment) -> None:
    """The licensor's bank paid back a part of what had settled something owed."""
    post(
        repayment,
        "return",
        {Account.APPLIED: repayment.amount_minor, Account.RETURNED: -repayment.amount_minor},
        currency=repayment.currency,
        organization=repayment.agreement.licensor,
        obligation=repayment.obligation,
    )


def undo_returned(refund: Refund) -> None:
    """A refund that had been booked failed after all: the same postings, turned round."""
    booked = LedgerEntry.objects.filter(source_type="refund", source_id=refund.pk, kind="return")
    first = booked.select_related("organization", "obligation").exclude(account=Account.RETURNED).get()
    post(
        refund,
        "undo",
        {Account(first.account): -refund.amount_minor, Account.RETURNED: refund.amount_minor},
        currency=refund.currency,
        organization=first.organization,
        obligation=first.obligation,
    )


def balances(organization: Organization | None = None) -> dict[tuple[str, str], int]:
    """Minor units by (account, currency), of one organization or of all. Arrivals are positive, their uses negative."""
    rows = LedgerEntry.objects.all() if organization is None else LedgerEntry.objects.filter(organization=organization)
    sums = rows.values_list("account", "currency").annotate(total=Sum("amount_minor")).order_by("account", "currency")
    return {(account, currency): total for account, currency, total in sums}
