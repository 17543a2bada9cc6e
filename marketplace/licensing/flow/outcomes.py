"""How a trial comes out; every trial ends in a recorded outcome, which the database demands (PRESET-2, F3)."""

from __future__ import annotations

from typing import Any

from marketplace.lib import terms
from marketplace.licensing.models import Agreement, ObligationState, Trial
from marketplace.licensing.states import Step


def at_start(agreement: Agreement) -> dict[str, Any]:
    """The columns of a license that takes effect: with a free period a trial runs."""
    free = (agreement.version.snapshot.get("terms") or {}).get("fee_mode") == "free_then_paid"
    return {"trial": Trial.RUNNING if free else Trial.NONE}


def at_end(agreement: Agreement, step: Step) -> dict[str, Any]:
    """The columns by which a license ends under `step`; nothing where no trial runs.

    What is overdue on that day makes it "ended unpaid", unless the licensee left within the free period.
    """
    if agreement.trial != Trial.RUNNING:
        return {}
    outcome = step.outcome or Trial.TERMINATED
    overdue = agreement.obligations.filter(state=ObligationState.DUE, due_on__lt=terms.today())
    if outcome in (Trial.TERM_ENDED, Trial.TERMINATED) and overdue.exists():
        outcome = Trial.UNPAID
    return {"trial": outcome, "trial_ended_on": terms.today()}
