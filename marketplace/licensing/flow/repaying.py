"""What a licensor owes back: written down when it arises, asked of a gateway, paid back once (PL 47, CC 865, 985).

Nothing that was paid for the time before the loss of a patent is given back, unless the licensor acted in bad faith or
keeping it would be manifestly unfair: that a court or both sides decide, no rule of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.lib import terms
from marketplace.licensing.contracts.days import REFUND_DAYS
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import moving
from marketplace.licensing.letters import repay_letters
from marketplace.licensing.models import (
    Agreement,
    Ground,
    Obligation,
    ObligationKind,
    ObligationState,
    Repayment,
    RepayState,
    ReportCorrection,
    Termination,
)
from marketplace.licensing.states import STEPS


@dataclass(frozen=True, slots=True)
class Unearned:
    """The part of one settled obligation that was paid for days after the loss: `days` of the `span` it covers."""

    obligation: Obligation
    amount_minor: int
    days: int
    span: int


def unearned(agreement: Agreement, ground: Ground | str, last_day: date) -> list[Unearned]:
    """What was prepaid for the time after the end of a lost patent, by days, each rounded down to the minor unit.

    A fee for a year is divided over that license year, a fee in all over the whole term; a royalty was earned by the
    sales it was paid for. Only where the patent has ended.
    """
    if ground != Ground.PATENT_ENDED or agreement.effective_at is None or agreement.ends_on is None:
        return []
    found, start = [], terms.day_of(agreement.effective_at)
    settled = agreement.obligations.filter(state=ObligationState.SETTLED).exclude(kind=ObligationKind.ROYALTY)
    for row in settled.order_by("pk"):
        first, last = start, agreement.ends_on
        if row.kind == ObligationKind.YEARLY_FEE:
            first = terms.add_months(start, 12 * (row.number - 1))
            last = min(last, terms.add_months(start, 12 * row.number) - timedelta(days=1))
        span, left = (last - first).days + 1, (last - max(last_day, first - timedelta(days=1))).days
        if left > 0 and (amount := row.amount_minor * left // span):
            found.append(Unearned(row, amount, left, span))
    return found


def owe_for_lost_patent(termination: Termination, parts: list[Unearned]) -> list[Repayment]:
    """Owe back what was unearned, each payment once, within the days of the contract. Needs a transaction."""
    made = []
    for part in parts:
        reckoned = {"days": part.days, "span": part.span, "of_minor": part.obligation.amount_minor}
        row = _owe(part.obligation, part.amount_minor, termination=termination, reckoned=reckoned)
        made.append(row)
    return made


def owe_for_correction(correction: ReportCorrection, paid: Obligation, amount_minor: int) -> Repayment:
    """Owe back what a corrected report no longer makes owed and was paid (CC 985). Needs a transaction."""
    reckoned = {"before_minor": correction.before_minor, "royalty_minor": correction.royalty_minor}
    return _owe(paid, amount_minor, correction=correction, reckoned=reckoned)


def _owe(obligation: Obligation, amount_minor: int, **why: Any) -> Repayment:
    agreement = obligation.agreement
    made = Repayment.objects.create(
        agreement=agreement,
        obligation=obligation,
        amount_minor=amount_minor,
        currency=obligation.currency,
        due_on=terms.today() + timedelta(days=REFUND_DAYS),
        **why,
    )
    facts = {"repayment": str(made.code), "obligation": str(obligation.code), "amount_minor": amount_minor}
    moving.record(agreement, STEPS["owe_back"], by=None, was=agreement.state, **facts)
    repay_letters.owed(made)
    return made


def left_of(obligation: Obligation) -> int:
    """What of a settled obligation is neither paid back nor owed back, in minor units."""
    back = sum(obligation.repayments.values_list("amount_minor", flat=True))
    return obligation.amount_minor - back if obligation.state == ObligationState.SETTLED else 0


def set_out(repayment: Repayment, *, by: User) -> None:
    """The licensor sends it back by the way it came; nothing else can pay it meanwhile. Needs a transaction.

    Raises NotYours, NotNow.
    """
    moving.require_side(by, repayment.agreement, STEPS["pay_back"])
    _move(repayment, (RepayState.OWED,), RepayState.ASKED, recorded_by=by)
    _record(repayment, by=by, sent=True)


def came_back(repayment: Repayment, *, proof: dict[str, Any], by: User | None) -> None:
    """It was paid back, exactly once, with its proof. `by` None: the gateway says so. Needs a transaction.

    Raises NotYours, NotNow where it was paid back, or is on its way and somebody says that a bank paid it.
    """
    source = (RepayState.ASKED,)
    if by is not None:
        moving.require_side(by, repayment.agreement, STEPS["pay_back"])
        source = (RepayState.OWED,)
    who = {"recorded_by": by} if by is not None else {}
    _move(repayment, source, RepayState.PAID, paid_at=timezone.now(), proof=proof, **who)
    _record(repayment, by=by, paid=True)
    repay_letters.paid(repayment)


def did_not_go(repayment: Repayment, *, undone: bool = False) -> None:
    """The gateway refused, or what it had sent came to nothing (`undone`): it is owed again. Needs a transaction."""
    source = (RepayState.ASKED, RepayState.PAID) if undone else (RepayState.ASKED,)
    _move(repayment, source, RepayState.OWED, paid_at=None, proof={})
    _record(repayment, by=None, failed=True)
    repay_letters.failed(repayment)


def _move(repayment: Repayment, source: tuple[RepayState, ...], to: RepayState, **fields: Any) -> None:
    with transaction.atomic():
        agreement = moving.lock(repayment.agreement)
        moving.require_state(agreement, STEPS["pay_back"])
        moved = Repayment.objects.filter(pk=repayment.pk, state__in=source).update(state=to, **fields)
        if not moved:
            raise NotNow(f"{repayment} is {repayment.state}")
        repayment.refresh_from_db()
        repayment.agreement = agreement


def _record(repayment: Repayment, *, by: User | None, **facts: Any) -> None:
    told = {"repayment": str(repayment.code), "amount_minor": repayment.amount_minor, **facts}
    agreement = repayment.agreement
    moving.record(agreement, STEPS["pay_back"], by=by, was=agreement.state, **told)
