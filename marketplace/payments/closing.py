"""What an agreement's end does to payments under way."""

from __future__ import annotations

from typing import Any

from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments import attempts
from marketplace.payments.models import UNFINISHED


def agreement_moved(key: str, payload: dict[str, Any]) -> None:
    """Close the online pages of what is no longer due, so that nobody pays for a closed deal (LIC-10).

    A declared bank transfer stays: its money is on the way and must be looked for. Handler of `agreement.moved`.
    """
    closed = Obligation.objects.filter(agreement=payload["agreement"], payments__state__in=UNFINISHED).exclude(
        state=ObligationState.DUE
    )
    for obligation in closed.distinct():
        attempts.abandon_online(obligation)
