"""What must be true of the books, one function a claim; each yields the rows that break it (PAY-14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import Count, F, Q, Sum

from marketplace.licensing.models import Obligation, ObligationState, Repayment, RepayState
from marketplace.payments.ledger import MODELS
from marketplace.payments.models import (
    Account,
    BankTransfer,
    EventOutcome,
    LedgerEntry,
    Outcome,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    Resolution,
    Suspense,
    TransferState,
    WebhookEvent,
)

Check = Callable[[], Iterator[str]]


def postings_sum_to_zero() -> Iterator[str]:
    """Every group of postings sums to zero, in one currency."""
    groups = (
        LedgerEntry.objects.values("source_type", "source_id", "kind")
        .annotate(total=Sum("amount_minor"), currencies=Count("currency", distinct=True), rows=Count("pk"))
        .filter(~Q(total=0) | ~Q(currencies=1) | ~Q(rows=2))
    )
    for group in groups.order_by("source_type", "source_id"):
        yield f"postings of {group['source_type']} {group['source_id']} ({group['kind']}) do not balance"


def postings_have_a_source() -> Iterator[str]:
    """Every posting names a row that exists."""
    for name, model in MODELS.items():
        rows = LedgerEntry.objects.filter(source_type=name).exclude(
            source_id__in=list(model._default_manager.values_list("pk", flat=True))
        )
        for source in rows.values_list("source_id", flat=True).distinct():
            yield f"postings of {name} {source}, which does not exist"
    for kind in LedgerEntry.objects.exclude(source_type__in=MODELS).values_list("source_type", flat=True).distinct():
        yield f"postings of an unknown kind of source: {kind}"


def _sums(source_type: str, kind: str, account: Account) -> dict[int, tuple[int, str, int | None]]:
    rows = LedgerEntry.objects.filter(source_type=source_type, kind=kind, account=account)
    return {row.source_id: (row.amount_minor, row.currency, row.obligation_id) for row in rows}


def payments_are_booked_as_they_arrived() -> Iterator[str]:
    """A received payment is booked, by what arrived; nothing else is."""
    arrived = _sums("payment", "arrive", Account.ARRIVED)
    applied = _sums("payment", "arrive", Account.APPLIED)
    for payment in Payment.objects.filter(state=PaymentState.SUCCEEDED).order_by("pk"):
        booked = arrived.pop(payment.pk, None)
        if payment.booked_at is None:
            yield f"payment {payment.pk} was received and is not booked"
        elif booked is None:
            yield f"payment {payment.pk} has no posting"
        elif booked[:2] != (payment.received_minor, payment.received_currency):
            yield f"payment {payment.pk} is booked with another amount than arrived"
        if (payment.outcome == Outcome.APPLIED) != (payment.pk in applied):
            yield f"payment {payment.pk} and the ledger disagree on what became of it"
        elif payment.pk in applied and applied[payment.pk][2] != payment.obligation_id:
            yield f"payment {payment.pk} is applied to another obligation than its own"
    for source in arrived:
        yield f"payment {source} is booked and was not received"


def settled_is_paid() -> Iterator[str]:
    """What is settled was paid to the minor unit, once; what was paid is settled."""
    rows = LedgerEntry.objects.filter(account=Account.APPLIED, obligation__isnull=False, kind__in=["arrive", "resolve"])
    paid: dict[int, list[tuple[int, str]]] = {}
    for obligation, amount, currency in rows.values_list("obligation", "amount_minor", "currency"):
        paid.setdefault(obligation or 0, []).append((-amount, currency))
    for owed in Obligation.objects.filter(Q(state=ObligationState.SETTLED, amount_minor__gt=0) | Q(pk__in=paid)):
        amounts = paid.get(owed.pk, [])
        if owed.state != ObligationState.SETTLED:
            yield f"obligation {owed.pk} was paid and is not settled"
        elif not amounts:
            yield f"obligation {owed.pk} is settled and nothing was applied to it"
        elif len(amounts) > 1:
            yield f"obligation {owed.pk} was paid {len(amounts)} times"
        elif amounts[0] != (owed.amount_minor, owed.currency):
            yield f"obligation {owed.pk} was paid with {amounts[0][0]} {amounts[0][1]} instead of what was owed"


def settled_names_its_payment() -> Iterator[str]:
    """The proof that licensing keeps names the payment that the ledger applied."""
    for payment in Payment.objects.filter(outcome=Outcome.APPLIED).select_related("obligation"):
        if payment.obligation.proof.get("payment") != str(payment.code):
            yield f"obligation {payment.obligation_id} does not name payment {payment.pk} as its proof"


def suspense_is_in_the_ledger() -> Iterator[str]:
    """Open suspense lies in its account with its amount, resolved suspense has left it."""
    into = _sums("payment", "arrive", Account.SUSPENSE)
    by_transfer = _sums("transfer", "arrive", Account.SUSPENSE)
    out = _sums("suspense", "resolve", Account.SUSPENSE)
    returned = _returned_from_suspense()
    for row in Suspense.objects.order_by("pk"):
        booked = into.pop(row.payment_id, None) if row.payment_id else by_transfer.pop(row.transfer_id or 0, None)
        if booked is None or (-booked[0], booked[1]) != (row.amount_minor, row.currency):
            yield f"suspense {row.pk} is not in the ledger with its amount"
        left = out.get(row.pk, (0, "", None))[0] + returned.get(row.payment_id or 0, 0)
        if (left != row.amount_minor) if row.resolution else (left >= row.amount_minor):
            yield f"suspense {row.pk} and the ledger disagree on whether it is resolved"
    for source in (*into, *by_transfer):
        yield f"money of source {source} lies in suspense without a row that says why"


def _returned_from_suspense() -> dict[int, int]:
    rows = LedgerEntry.objects.filter(source_type="refund", account=Account.SUSPENSE)
    owners = dict(Refund.objects.values_list("pk", "payment_id"))
    sums: dict[int, int] = {}
    for source, amount in rows.values_list("source_id", "amount_minor"):
        payment = owners.get(source, 0)
        sums[payment] = sums.get(payment, 0) + amount
    return sums


def refunds_are_booked() -> Iterator[str]:
    """A refund that reached the payer is booked once, one that failed is not, and no more goes back than came."""
    net: dict[int, int] = {}
    rows = LedgerEntry.objects.filter(source_type="refund", account=Account.RETURNED)
    for source, amount in rows.values_list("source_id", "amount_minor"):
        net[source] = net.get(source, 0) - amount
    for refund in Refund.objects.filter(payment__booked_at__isnull=False).order_by("pk"):
        wanted = refund.amount_minor if refund.state == RefundState.SUCCEEDED else 0
        if net.get(refund.pk, 0) != wanted:
            yield f"refund {refund.pk} is {refund.state} and booked with {net.get(refund.pk, 0)}"
    too_much = (
        Payment.objects.filter(refunds__state=RefundState.SUCCEEDED)
        .annotate(back=Sum("refunds__amount_minor", filter=Q(refunds__state=RefundState.SUCCEEDED)))
        .filter(back__gt=F("received_minor"))
    )
    for payment in too_much:
        yield f"more went back from payment {payment.pk} than came"


def repayments_are_booked() -> Iterator[str]:
    """What a bank paid back is booked once with its amount, nothing else is; no more goes back than was paid."""
    booked = _sums("repayment", "return", Account.APPLIED)
    for row in Repayment.objects.order_by("pk"):
        by_bank = row.state == RepayState.PAID and "refund" not in row.proof
        found = booked.pop(row.pk, None)
        if (found is not None) != by_bank:
            yield f"repayment {row.pk} is {row.state} and the ledger says something else"
        elif found is not None and found != (row.amount_minor, row.currency, row.obligation_id):
            yield f"repayment {row.pk} is booked with another amount, or of another obligation"
    back = Obligation.objects.annotate(back=Sum("repayments__amount_minor")).filter(back__gt=F("amount_minor"))
    for owed in back:
        yield f"more is to go back of obligation {owed.pk} than was paid"


def transfers_led_somewhere() -> Iterator[str]:
    """A transfer that was received is a received payment, or lies in suspense."""
    received = BankTransfer.objects.filter(state=TransferState.RECEIVED).select_related("payment")
    booked = set(Suspense.objects.filter(transfer__isnull=False).values_list("transfer_id", flat=True))
    for transfer in received:
        payment = transfer.payment
        if payment is None and transfer.pk not in booked:
            yield f"transfer {transfer.pk} was received and led nowhere"
        elif payment is not None and payment.state != PaymentState.SUCCEEDED:
            yield f"transfer {transfer.pk} was received and its payment is {payment.state}"
        elif payment is not None and payment.received_minor != transfer.received_minor:
            yield f"transfer {transfer.pk} and its payment disagree on the amount"
    early = Payment.objects.filter(transfer__isnull=False, state=PaymentState.SUCCEEDED).exclude(
        transfer__state=TransferState.RECEIVED
    )
    for payment in early:
        yield f"payment {payment.pk} succeeded and its transfer was not confirmed"


def told_is_done() -> Iterator[str]:
    """A success that was told and acted on is a received payment."""
    told = WebhookEvent.objects.filter(kind="succeeded", outcome=EventOutcome.ACTED).select_related("payment")
    for event in told:
        if event.payment is None or event.payment.state != PaymentState.SUCCEEDED:
            yield f"event {event.event_id} told of money and no payment was received"
    for event in WebhookEvent.objects.filter(handled_at__isnull=False, outcome=EventOutcome.NONE):
        yield f"event {event.event_id} is marked as handled and nothing was done"


def suspense_has_an_end() -> Iterator[str]:
    """Suspense applied to something owed names an obligation that is settled by it."""
    for row in Suspense.objects.filter(resolution=Resolution.APPLIED).select_related("applied_to"):
        if row.applied_to is None or row.applied_to.proof.get("suspense") != str(row.code):
            yield f"suspense {row.pk} is applied and the obligation does not say so"


CHECKS: tuple[Check, ...] = (
    postings_sum_to_zero,
    postings_have_a_source,
    payments_are_booked_as_they_arrived,
    settled_is_paid,
    settled_names_its_payment,
    suspense_is_in_the_ledger,
    refunds_are_booked,
    repayments_are_booked,
    transfers_led_somewhere,
    told_is_done,
    suspense_has_an_end,
)


def self_check() -> list[str]:
    """Everything about the books that is not as it must be, in words; empty when all is well (PAY-14)."""
    return [fault for check in CHECKS for fault in check()]
