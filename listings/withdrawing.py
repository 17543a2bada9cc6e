"""What a requester must know about a withdrawal that is on its way (DECL-7, LIC-4)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from listings.models import Declaration, Listing, ListingState, Track
from listings.rules import RULES
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.terms import start_of


def declaration_of(listing: Listing) -> Declaration | None:
    """The listing's declaration; None where there is none."""
    return getattr(listing, "declaration", None) if listing.track == Track.OPEN else None


def warning(listing: Listing) -> Finding | None:
    """The warning from the first step on: until when a license can still be had; None where nobody withdraws."""
    declaration = declaration_of(listing)
    if declaration is None or not declaration.withdrawal_requested_at or listing.state == ListingState.WITHDRAWN:
        return None
    if declaration.withdrawn_on is None:
        message = _(
            "The owner has asked to withdraw this open license. It can be taken until 00:00 Beijing time of the day on"
            " which the patent office announces the withdrawal; that day is not known yet."
        )
    else:
        message = _(
            "The patent office announces the withdrawal of this open license on %(day)s. It can be taken until 00:00"
            " Beijing time of that day."
        ) % {"day": declaration.withdrawn_on.isoformat()}
    rule = RULES["DECL-7"]
    remedy = _("Notice and payment must both be complete before that instant. Licenses given before it stay in force.")
    return Finding(rule.id, Severity.WARN, message, remedy, rule.citation)


def consents_needed(listing: Listing) -> list[str]:
    """The owners, other than the licensor, whose consent to the withdrawal has to be on file."""
    patent = listing.patent
    own = {listing.organization.name}
    names = [name for name in patent.patentees if name not in own]
    return names + [row.name for row in patent.co_owners.all() if row.name not in names and row.name not in own]


def licenses_since(listing: Listing) -> int:
    """How many licenses on record began at or after the instant at which the withdrawal took effect."""
    declaration = declaration_of(listing)
    if declaration is None or declaration.withdrawn_on is None:
        return 0
    return listing.patent.encumbrances.filter(kind="open", starts_at__gte=start_of(declaration.withdrawn_on)).count()
