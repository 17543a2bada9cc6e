"""A state-established institution makes a negotiated price public before it binds, as the offer's (INST-1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from listings import negotiated, offers
from listings.models import Publicity
from listings.rules import RULES
from listings.rules.institution import PUBLICITY_DAYS
from marketplace.lib.findings import refuse
from marketplace.lib.terms import today
from marketplace.licensing.models import Agreement, NegotiationKind, Party, Proposal
from marketplace.licensing.steps.negotiating import SIGN_DAYS

# What publicity has to name: the mode and the price (HN 20); term, place and guidance can be narrowed without it.
OF_PRICE = ("fee_mode", "fee_minor", "fee_per_year", "royalty_bp", "royalty_base", "free_months", "later_mode")
LONGER = 30  # further days to sign, in which fifteen days of publicity find their place


def needs_publicity(proposal: Proposal) -> bool:
    """Whether the licensor has to publish this version: a public institution, and another price than it published."""
    negotiation = proposal.negotiation
    if not negotiation.licensor.state_established:
        return False
    before = _published(proposal)
    return any(before[name] != proposal.terms[name] for name in OF_PRICE)


def _published(proposal: Proposal) -> dict[str, Any]:
    """The terms that were public: the offer's for this licensee, or those of the license that is changed."""
    negotiation = proposal.negotiation
    snapshot, deal = negotiation.base.snapshot, negotiation.agreement
    kept = deal is not None and negotiation.kind == NegotiationKind.AMENDMENT
    klass = deal.licensee_class if kept and deal is not None else offers.class_of(negotiation.licensee, snapshot)
    return negotiated.starting(snapshot, klass)


def publicity_of(proposal: Proposal) -> Publicity | None:
    """The publicity of this very version; None where none is recorded."""
    rows = Publicity.objects.filter(listing=proposal.negotiation.listing_id, terms_sha256=proposal.sha256)
    return rows.order_by("-ends_on", "-pk").first()


def require_published(proposal: Proposal) -> None:
    """Refuse the licensor's signature before fifteen days of publicity are over. Raises Refused (INST-1)."""
    if not needs_publicity(proposal):
        return
    publicity = publicity_of(proposal)
    long_enough = publicity is not None and publicity.ends_on >= publicity.starts_on + timedelta(days=PUBLICITY_DAYS)
    if publicity is None or not long_enough or publicity.ends_on >= today():
        raise refuse(
            "INST-1",
            _("The negotiated price has not been made public by the institution for fifteen days."),
            _("Publish it, and record place, days and proof on the negotiation's page; then sign."),
            citation=RULES["INST-1"].citation,
        )


def require_public(agreement: Agreement, party: Party) -> None:
    """The same for a contract made of a negotiated version; only the licensor is held up. Raises Refused."""
    if party != Party.LICENSOR:
        return
    proposal = Proposal.objects.select_related("negotiation__licensor", "negotiation__base").filter(agreement=agreement)
    for one in proposal:
        require_published(one)


def days_to_sign(proposal: Proposal) -> int:
    """How long both have to sign what they agreed: longer where a publicity has to come between."""
    return SIGN_DAYS + (LONGER if needs_publicity(proposal) else 0)
