"""Where an approved listing belongs by the rules."""

from __future__ import annotations

from listings.models import Listing, ListingState, Track
from listings.rules import Stage, check
from marketplace.lib.findings import Refused, blocking

S = ListingState
WAITS = {"INST-1": S.PUBLICITY, "INST-2": S.PUBLICITY, "TRACK-1": S.AWAITING_ANNOUNCEMENT}


def where_it_belongs(listing: Listing) -> ListingState:
    """Where an approved listing stands by the rules: in publicity, waiting for the announcement, or on offer.

    Raises Refused with the findings that forbid all three.
    """
    settled = blocking(check(listing, Stage.SUBMIT))
    if settled:
        raise Refused(settled)
    waiting = {WAITS[finding.rule] for finding in blocking(check(listing, Stage.PUBLISH)) if finding.rule in WAITS}
    if S.PUBLICITY in waiting:
        return S.PUBLICITY
    if S.AWAITING_ANNOUNCEMENT in waiting:
        return S.AWAITING_ANNOUNCEMENT
    declaration = getattr(listing, "declaration", None)
    if declaration is not None and declaration.withdrawal_requested_at and listing.track == Track.OPEN:
        return S.WITHDRAWAL_REQUESTED
    return S.PUBLISHED
