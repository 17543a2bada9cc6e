"""Settling what is owed: once, only where it can be taken, and with the proof kept (LIC-A, PAY-8)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from listings import rules
from listings.flow.moving import lock as lock_offer
from listings.models import Declaration
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.lib import terms
from marketplace.lib.findings import Refused, blocking
from marketplace.licensing.contracts.reading import Offer, read
from marketplace.licensing.errors import AlreadySettled, NotPayable
from marketplace.licensing.flow import activation, demanding, holding, moving
from marketplace.licensing.letters import step_letters, trial_letters
from marketplace.licensing.models import Agreement, Obligation, ObligationState, State, Trial
from marketplace.licensing.states import STEPS
from marketplace.licensing.terms import effective

LONGEST_NOTICE = timedelta(days=181)  # no terms give more days to pay
WAITING = (State.SIGNED, State.NOTICED)  # the payment is what they wait for


def payable(obligation: Obligation) -> bool:
    """Whether money for it can be taken at this moment."""
    try:
        _require_payable(obligation, obligation.agreement)
    except NotPayable:
        return False
    return True


def settle(obligation: Obligation, *, proof: dict[str, Any], by: User | None = None) -> Agreement:
    """Book that an obligation was paid, exactly once; brings a waiting license into force.

    `proof` says how: {"kind", "reference", "received_on": ISO date or "received_at": ISO instant, "amount_minor"?,
    "currency"?}. Raises AlreadySettled, or NotPayable (the agreement is closed, the patent is dead, the time ran out
    before the money came, the amount is another): the money then belongs into suspense.
    """
    with transaction.atomic():
        lock_offer(obligation.agreement.listing)
        agreement = moving.lock(obligation.agreement)
        obligation = Obligation.objects.select_for_update(of=("self",)).get(pk=obligation.pk)
        obligation.agreement = agreement
        _require_payable(obligation, agreement, paid_at=paid_at(proof))
        _require_amount(obligation, proof)
        moved = Obligation.objects.filter(pk=obligation.pk, state=ObligationState.DUE).update(
            state=ObligationState.SETTLED, settled_at=timezone.now(), proof=proof
        )
        if not moved:
            raise AlreadySettled(str(obligation.code))
        _book(agreement, obligation, proof, by=by)
    return agreement


def _book(agreement: Agreement, obligation: Obligation, proof: dict[str, Any], *, by: User | None) -> None:
    step = STEPS["settle_ended" if agreement.state == State.ENDED else "settle"]
    facts = {
        "obligation": str(obligation.code),
        "amount_minor": obligation.amount_minor,
        "proof": proof.get("kind", ""),
    }
    if agreement.state not in WAITING:
        moving.record(agreement, step, by=by, was=agreement.state, **facts)
        step_letters.paid(obligation)
        demanding.met(agreement, obligation=obligation)
        _convert(agreement, by=by)
        return
    effective_at = max(paid_at(proof), agreement.noticed_at or agreement.signed_at or paid_at(proof))
    was = moving.move(agreement, step, State.ACTIVE, **activation.dates(agreement, effective_at))
    moving.record(agreement, step, by=by, was=was, **facts)
    step_letters.paid(obligation)
    try:
        activation.follow(agreement, by=by)
    except Refused as refusal:  # an exclusive license came between: the money is not ours to apply
        raise NotPayable(str(refusal)) from refusal


def paid_at(proof: dict[str, Any]) -> datetime:
    """When the money was received: the instant, or the start of the day where only that is known; never the future."""
    now = timezone.now()
    if text := proof.get("received_at"):
        return min(datetime.fromisoformat(str(text)), now)
    if text := proof.get("received_on"):
        return min(terms.start_of(date.fromisoformat(str(text))), now)
    return now


def _convert(agreement: Agreement, *, by: User | None) -> None:
    """The first payment after the free period makes the trial a paid license, in the transaction of the payment."""
    moved = Agreement.objects.filter(pk=agreement.pk, state=State.ACTIVE, trial=Trial.RUNNING).update(
        trial=Trial.CONVERTED, trial_ended_on=terms.today()
    )
    if moved:
        agreement.refresh_from_db()
        moving.record(agreement, STEPS["convert"], by=by, was=agreement.state)
        trial_letters.converted(agreement)


def _require_payable(obligation: Obligation, agreement: Agreement, *, paid_at: datetime | None = None) -> None:
    """Whether the agreement can take the money (PAY-8, LIC-9). Raises AlreadySettled or NotPayable."""
    if obligation.state == ObligationState.SETTLED:
        raise AlreadySettled(str(obligation.code))
    if obligation.state != ObligationState.DUE:
        raise NotPayable(f"{agreement.reference}: the obligation is {obligation.state}")
    if agreement.state not in STEPS["settle"].source | STEPS["settle_ended"].source:
        raise NotPayable(f"{agreement.reference} is {agreement.state}")
    if agreement.state not in WAITING:
        return
    when = paid_at or timezone.now()
    if agreement.acts_until is not None and when >= agreement.acts_until:
        raise NotPayable(f"{agreement.reference} lapsed at {agreement.acts_until.isoformat()}")
    _require_standing_declaration(agreement, when)
    found = blocking(rules.check_patent(agreement.listing.patent, agreement.track))
    if found:
        raise NotPayable("; ".join(str(finding) for finding in found))


def _require_standing_declaration(agreement: Agreement, when: datetime) -> None:
    """A withdrawal ends the chance to complete a license from 00:00 in Shanghai of its day on (DECL-7, LIC-3)."""
    declaration = Declaration.objects.filter(listing=agreement.listing).first() if agreement.track == "open" else None
    if declaration is None or declaration.withdrawn_on is None:
        return
    if when >= terms.start_of(declaration.withdrawn_on):
        raise NotPayable(f"{agreement.reference}: the declaration was withdrawn on {declaration.withdrawn_on}")


def _require_amount(obligation: Obligation, proof: dict[str, Any]) -> None:
    """Paid is the amount owed, to the minor unit, where the proof names one (PAY-11). Raises NotPayable."""
    amount = proof.get("amount_minor", obligation.amount_minor)
    currency = proof.get("currency", obligation.currency)
    if (amount, currency) != (obligation.amount_minor, obligation.currency):
        raise NotPayable(f"{amount} {currency} is not {obligation.amount_minor} {obligation.currency}")


def fall_due() -> int:
    """Turn future obligations whose payment period has begun into due ones; returns how many. Called every hour."""
    count = 0
    waiting = Obligation.objects.filter(
        state=ObligationState.FUTURE, due_on__lte=terms.today() + LONGEST_NOTICE, agreement__state=State.ACTIVE
    ).select_related("agreement__version")
    for obligation in waiting.order_by("pk").iterator():
        with transaction.atomic():
            offer = read(effective.snapshot_of(obligation.agreement))
            count += fall_due_now(obligation, offer, begins_by=terms.today())
    return count


def fall_due_now(obligation: Obligation, offer: Offer, *, begins_by: date) -> int:
    """Make one future obligation due, where its days to pay have begun by that day; 1 where it was done.

    Needs the surrounding transaction of the step that asks.
    """
    if obligation.due_on is None or obligation.due_on - timedelta(days=offer.number("pay_within_days")) > begins_by:
        return 0
    moved = Obligation.objects.filter(pk=obligation.pk, state=ObligationState.FUTURE).update(state=ObligationState.DUE)
    if moved:
        obligation.refresh_from_db()
        facts = {"obligation": str(obligation.code), "due_on": obligation.due_on}
        trail.record(trail.Action.OBLIGATION_DUE, obligation.agreement, by=None, **facts)
        if not holding.hold_new(obligation):  # nothing is asked for while payments are held (F9)
            step_letters.to_pay(obligation)
    return moved
