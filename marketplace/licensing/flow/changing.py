"""Other terms for a license in force, or for the time after it; the preset track only (LIC-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow.moving import lock as lock_offer
from listings.models import Track
from listings.standing import standing
from marketplace.accounts.models import User
from marketplace.licensing.errors import NotYours
from marketplace.licensing.flow import amending, moving, negotiating, talks, versions
from marketplace.licensing.letters import change_letters
from marketplace.licensing.models import Agreement, Negotiation, NegotiationKind, NegotiationState, Party
from marketplace.licensing.states import TALKS

S = NegotiationState
Terms = Mapping[str, Any]


def change(
    agreement: Agreement, *, by: User, terms: Terms, reason: str, kind: NegotiationKind = NegotiationKind.AMENDMENT
) -> Negotiation:
    """Either side wants other terms for a license in force, or for the time after it: version 1 goes to the other side.

    Raises NotYours, NotNow, Refused, AlreadyTalking.
    """
    side = _party(by, agreement)
    if agreement.track != Track.PRESET:
        raise amending.not_on_the_open_track()
    with transaction.atomic():
        listing = lock_offer(agreement.listing)
        agreement = moving.lock(agreement)
        amending.require_changeable(agreement, kind)
        base = amending.base_of(agreement, listing, kind)
        first = amending.starting(agreement, base, kind)
        amending.require_same_kind(first, terms, kind)
        told = versions.checked(listing, terms, before=first, reason=reason)
        negotiation = versions.begin(
            kind=kind,
            state=S.OPEN,
            listing=listing,
            licensor=agreement.licensor,
            licensee=agreement.licensee,
            agreement=agreement,
            base=base,
            intended_use=agreement.intended_use,
            opened_by=by,
            passed_at=timezone.now(),
            turn=talks.other(side),
        )
        versions.put(negotiation, told, party=side, by=by, reason=reason)
        talks.record(negotiation, TALKS["ask"], by=by, was="", kind=negotiation.kind, side=str(side))
        change_letters.your_turn(negotiation)
    return negotiation


def renew(agreement: Agreement, *, by: User) -> Negotiation:
    """The licensee asks for another term on today's terms of the offer, with one click.

    Where a term sheet stands behind them, the licensor has agreed to them beforehand (LIC-K): the paper is made at
    once. Raises NotYours, NotNow, Refused, AlreadyTalking.
    """
    kind = NegotiationKind.RENEWAL
    if not moving.holds(by, agreement.licensee, TALKS["ask"].roles):
        raise NotYours([talks.not_yours(TALKS["ask"])])
    if agreement.track != Track.PRESET:
        raise amending.not_on_the_open_track()
    with transaction.atomic():
        listing = lock_offer(agreement.listing)
        agreement = moving.lock(agreement)
        terms = amending.starting(agreement, amending.base_of(agreement, listing, kind), kind)
        negotiation = change(agreement, by=by, terms=terms, reason=_("Renewal on today's terms"), kind=kind)
        sheet = listing.term_sheet
        if sheet is not None and sheet.signed_by is not None and standing(sheet) is None:
            negotiation = talks.lock(negotiation)
            proposal = versions.require_live(negotiation, 1)
            negotiating.yes(negotiation, proposal, side=Party.LICENSOR, listing=listing, by=sheet.signed_by)
    return negotiation


def _party(by: User, agreement: Agreement) -> Party:
    for party in Party:
        organization = agreement.licensee if party == Party.LICENSEE else agreement.licensor
        if moving.holds(by, organization, TALKS["ask"].roles):
            return party
    raise NotYours([talks.not_yours(TALKS["ask"])])
