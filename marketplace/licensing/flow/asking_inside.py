"""Putting the question to a licensor's own approvers once more (INST-4)."""

from __future__ import annotations

from django.db import transaction

from listings.flow.moving import lock as lock_offer
from marketplace.accounts.models import User
from marketplace.licensing import approvals
from marketplace.licensing.flow import amending, moving
from marketplace.licensing.models import Agreement, State
from marketplace.licensing.states import STEPS


def ask_again(agreement: Agreement, *, by: User) -> None:
    """The licensor asks its open step anew, of the contract or the amendment that waits; also after a no.

    The older link is void.

    Raises NotYours, NotNow, Refused.
    """
    step = STEPS["ask_inside"]
    moving.require_side(by, agreement, step)
    with transaction.atomic():
        lock_offer(agreement.listing)
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        if agreement.state == State.OFFERED:
            moving.require_time(agreement)
            approvals.ask_again(agreement, by=by)
        else:
            approvals.ask_again(amending.standing_of(agreement), by=by)
