"""A deal as one row of a list."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from marketplace.licensing.models import OPEN_STATES, Agreement, Party, State
from marketplace.licensing.states import Who, turn_of


class Row(NamedTuple):
    """One deal in a list."""

    url: str
    title: str
    reference: str
    other: str
    asked_at: datetime
    track: str
    state: str
    tone: str
    mine: bool


_TONES = {State.ACTIVE: "good", State.DECLINED: "stop", State.LAPSED: "plain", State.CANCELLED: "plain"}


def row(agreement: Agreement, ours: set[int]) -> Row:
    """A deal as its row tells it; needs signatures prefetched and the parties joined: it asks nothing itself."""
    we_take = agreement.licensee_id in ours
    party = Who.LICENSEE if we_take else Who.LICENSOR if agreement.licensor_id in ours else Who.MODERATOR
    signed = {signature.party for signature in agreement.signatures.all() if signature.paper_id is None}
    missing = frozenset(Who(one.value) for one in Party if one.value not in signed)
    return Row(
        url=agreement.get_absolute_url(),
        title=agreement.listing.patent.title,
        reference=agreement.reference,
        other=agreement.licensor.name if we_take else agreement.licensee.name,
        asked_at=agreement.requested_at,
        track=agreement.track,
        state=agreement.get_state_display(),
        tone=_TONES.get(State(agreement.state), "warn" if agreement.state in OPEN_STATES else "plain"),
        mine=turn_of(agreement.track, agreement.state, missing) is party,
    )
