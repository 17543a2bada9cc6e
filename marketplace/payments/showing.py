"""What the pages show: values made from rows, for templates to print."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from marketplace.lib.look import Fact, Step, money_text
from marketplace.lib.money import from_minor, in_chinese_words
from marketplace.lib.terms import day_of
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments.models import UNFINISHED, BankTransfer, Payment, TransferState, Way
from marketplace.payments.slips import reference_of


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a transfer goes, as the signed contract names it."""

    name: str
    account: str
    bank: str

    @property
    def complete(self) -> bool:
        """Whether a transfer can be made with it."""
        return bool(self.account and self.bank)


def payee_of(obligation: Obligation) -> Payee:
    """The account in the frozen offer that was signed; the organization's own page where the offer names none.

    A changed account on a page is how invoices are forged, so what was signed comes first.
    """
    agreement = obligation.agreement
    frozen = agreement.version.snapshot.get("licensor") or {}
    licensor = agreement.licensor
    if frozen.get("bank_account"):
        return Payee(
            frozen.get("bank_account_name") or frozen.get("name") or licensor.name,
            frozen["bank_account"],
            frozen.get("bank_name", ""),
        )
    return Payee(licensor.bank_account_name or licensor.name, licensor.bank_account, licensor.bank_name)


def slip_facts(obligation: Obligation) -> list[Fact]:
    """The lines of the payment slip, in the order of a bank's form."""
    payee = payee_of(obligation)
    amount = from_minor(obligation.amount_minor, obligation.currency)
    lines = [
        Fact(_("Payee"), payee.name),
        Fact(_("Account number"), payee.account or _("not given yet")),
        Fact(_("Bank"), payee.bank or _("not given yet")),
        Fact(_("Amount"), money_text(amount)),
    ]
    if obligation.currency == "CNY":
        lines.append(Fact(_("Amount in capitals"), in_chinese_words(obligation.amount_minor)))
    lines.append(Fact(_("Reference"), reference_of(obligation), _("write it into the purpose of the transfer")))
    return lines


def steps_of(
    obligation: Obligation, payment: Payment | None, transfer: BankTransfer | None, *, payer: bool
) -> list[Step]:
    """Where the money stands, as a process line: owed, paid, found by the licensor, settled; `payer` reads it."""
    settled = obligation.state == ObligationState.SETTLED
    paid_note = ""
    if transfer is not None and transfer.state in {TransferState.DECLARED, TransferState.SECOND}:
        paid_note = _("transfer declared")
    elif payment is not None and payment.gateway != Way.BANK_TRANSFER and payment.state in UNFINISHED:
        paid_note = _("online payment not finished")
    declared = settled or bool(transfer and paid_note)
    due = _("by %(day)s") % {"day": obligation.due_on.isoformat()} if obligation.due_on else ""
    looking = declared and not settled
    return [
        Step(_("Payment due"), due, "done"),
        Step(_("You pay") if payer else _("The licensee pays"), paid_note, "done" if declared else "now"),
        Step(
            _("Arrival confirmed"),
            _("the licensor looks at its account") if looking else "",
            "done" if settled else "now" if looking else "todo",
        ),
        Step(
            _("Settled"),
            day_of(obligation.settled_at).isoformat() if obligation.settled_at else "",
            "done" if settled else "todo",
        ),
    ]


def receipt_facts(obligation: Obligation) -> list[Fact]:
    """What was settled, by which money, as licensing keeps it."""
    agreement = obligation.agreement
    proof = obligation.proof
    kind = proof.get("kind", "")
    return [
        Fact(_("Received by"), agreement.licensor.name),
        Fact(_("Paid by"), agreement.licensee.name),
        Fact(_("What for"), f"{obligation.get_kind_display()} · {agreement.reference}"),
        Fact(_("Amount"), money_text(from_minor(obligation.amount_minor, obligation.currency))),
        Fact(_("Received on"), proof.get("received_on", "")),
        Fact(_("Way of payment"), Way(kind).label if kind in Way.values else kind),
        Fact(_("Bank or gateway reference"), proof.get("reference", "")),
        Fact(_("Reference"), reference_of(obligation)),
    ]


def transfer_facts(transfer: BankTransfer) -> list[Fact]:
    """What the payer said about a transfer."""
    facts = [
        Fact(_("Reference"), transfer.reference),
        Fact(_("Payer"), transfer.payer),
        Fact(_("Amount declared"), money_text(from_minor(transfer.amount_minor, transfer.currency))),
    ]
    if transfer.paid_on:
        facts.append(Fact(_("Day of the transfer"), transfer.paid_on.isoformat()))
    if transfer.payer_serial:
        facts.append(Fact(_("Payer's bank serial number"), transfer.payer_serial))
    if transfer.received_minor and transfer.received_on:
        facts += [
            Fact(_("Amount that arrived"), money_text(from_minor(transfer.received_minor, transfer.currency))),
            Fact(_("Day of arrival"), transfer.received_on.isoformat()),
            Fact(_("Serial number on your bank statement"), transfer.bank_reference),
        ]
    if transfer.confirmed_by:
        facts.append(Fact(_("Confirmed by"), transfer.confirmed_by.name))
    if transfer.approved_by:
        facts.append(Fact(_("Second person"), transfer.approved_by.name))
    return facts
