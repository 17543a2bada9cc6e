"""Putting the question to a licensor's own approvers once more (INST-4)."""

from __future__ import annotations

from django.db import transaction

from listings.flow.moving import lock as lock_offer
from marketplace.accounts.models import User
from marketplace.licensing import approvals
from marketplace.licensing.errors import NotNow, NotYours
from marketplace.licensing.flow import moving
from marketplace.licensing.models import Agreement, State
from marketplace.licensing.states import ASKS, STEPS


def ask_again(agreement: Agreement, *, by: User) -> None:
    """The licensor asks its open step anew, also after a no; the older link is void.

    Raises NotYours, NotNow, Refused.
    """
    if not moving.holds(by, agreement.licensor, ASKS):
        raise NotYours([moving.not_yours(STEPS["decline"])])
    with transaction.atomic():
        lock_offer(agreement.listing)
        agreement = moving.lock(agreement)
        if agreement.state != State.OFFERED:
            raise NotNow(f"{agreement.reference} is {agreement.state}")
        moving.require_time(agreement)
        approvals.ask_again(agreement, by=by)
