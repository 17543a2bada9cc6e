"""Other terms than those on offer: asked for, proposed in versions by either side, accepted or broken off (LIC-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings import negotiated, offers
from listings.flow.moving import lock as lock_offer
from listings.models import Listing, Track
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import refuse
from marketplace.licensing import gates
from marketplace.licensing.errors import NotNow, NotYours
from marketplace.licensing.flow import amending, moving, requesting, talks, versions
from marketplace.licensing.letters import change_letters
from marketplace.licensing.models import (
    Agreement,
    Negotiation,
    NegotiationKind,
    NegotiationNote,
    NegotiationState,
    Party,
    Proposal,
    State,
)
from marketplace.licensing.public import publishing
from marketplace.licensing.states import TALKS, Who
from marketplace.licensing.terms import freezing

S = NegotiationState
Terms = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTerms:
    """What a firm wants otherwise and why, for what use, of which variant; whoever is related says how (LIC-J)."""

    terms: Terms
    reason: str
    variant: str = ""
    intended_use: str = ""
    related_party: bool = False
    related_detail: str = ""


def ask(listing: Listing, wish: OtherTerms, *, licensee: Organization, by: User) -> Negotiation:
    """A firm says what it wants otherwise: version 1, with a coordinator's turn and a day (TRACK-3).

    Raises NotYours, Refused (the open track, the rules, nothing said), AlreadyTalking.
    """
    if not moving.holds(by, licensee, TALKS["ask"].roles):
        raise NotYours([talks.not_yours(TALKS["ask"])])
    _require_preset(listing)
    with transaction.atomic():
        listing = freezing.under(lock_offer(listing), wish.variant)
        gates.require_open(listing)
        gates.require_eligible_to_talk(listing, licensee)
        asked_from = _own_deal(listing, licensee)
        base = freezing.freeze(listing)
        first = negotiated.starting(base.snapshot, offers.class_of(licensee, base.snapshot))
        told = versions.checked(listing, wish.terms, before=first, reason=wish.reason)
        negotiation = versions.begin(
            kind=NegotiationKind.LICENSE,
            state=S.ASKED,
            listing=listing,
            variant=wish.variant,
            licensor=listing.organization,
            licensee=licensee,
            agreement=asked_from,
            base=base,
            intended_use=wish.intended_use,
            related_party=wish.related_party,
            related_detail=wish.related_detail,
            opened_by=by,
            turn=Party.LICENSOR,
        )
        versions.put(negotiation, told, party=Party.LICENSEE, by=by, reason=wish.reason)
        talks.record(negotiation, TALKS["ask"], by=by, was="", kind=negotiation.kind)
        change_letters.asked(negotiation)
    return negotiation


def take(negotiation: Negotiation, *, by: User) -> Negotiation:
    """A coordinator makes it his and passes it on to the licensor. Raises NotYours, NotNow."""
    talk = TALKS["take"]
    talks.require_side(by, negotiation, talk)
    with transaction.atomic():
        negotiation = talks.lock(negotiation)
        talks.require_state(negotiation, talk)
        first = negotiation.passed_at is None
        fresh = {"passed_at": timezone.now(), "due_at": talks.until(talk), "reminded_at": None} if first else {}
        was = talks.move(negotiation, talk, S.OPEN, coordinator=by, **fresh)
        talks.record(negotiation, talk, by=by, was=was)
        if first:
            change_letters.your_turn(negotiation)
    return negotiation


def propose(negotiation: Negotiation, *, by: User, terms: Terms, reason: str, seen: int) -> Proposal:
    """Put another version in the place of the live one; `seen` is the number of the version that was answered.

    Where both had accepted, the contract or amendment made of it is void from this instant: it can be neither signed
    nor paid (LIC-10). Raises NotYours, NotNow, Refused.
    """
    talk = TALKS["propose"]
    side = _side(by, negotiation, "propose")
    with transaction.atomic():
        listing, negotiation = _locked(negotiation)
        talks.require_state(negotiation, talk)
        now_live = versions.require_live(negotiation, seen)
        before = (
            {} if negotiation.state == S.AGREED else now_live.terms
        )  # agreed terms may be agreed anew, on new facts
        told = versions.checked(listing, terms, before=before, reason=reason, again=True)
        if negotiation.state == S.AGREED:
            _supersede(negotiation, now_live, by=by)
        versions.retire(now_live)
        made = versions.put(negotiation, told, party=side, by=by, reason=reason)
        to = S.ASKED if negotiation.state == S.ASKED else S.OPEN
        due = {} if to == S.ASKED else {"due_at": talks.until(talk)}
        was = talks.move(negotiation, talk, to, turn=talks.other(side), reminded_at=None, **due)
        talks.record(negotiation, talk, by=by, was=was, side=str(side), number=made.number, sha256=made.sha256)
        if to == S.OPEN:
            change_letters.your_turn(negotiation)
    return made


def accept(negotiation: Negotiation, *, by: User, number: int, sha256: str) -> Negotiation:
    """Say yes to the very version that was read; with both yeses the contract or the amendment is made of it.

    Raises NotYours, NotNow (another version is live), Refused, TermsChanged; then nothing was changed.
    """
    talk = TALKS["accept"]
    side = _side(by, negotiation, "accept")
    with transaction.atomic():
        listing, negotiation = _locked(negotiation)
        talks.require_state(negotiation, talk)
        proposal = versions.require_live(negotiation, number)
        if proposal.sha256 != sha256:
            raise NotNow(f"another version of negotiation {negotiation.pk} was read")
        yes(negotiation, proposal, side=side, listing=listing, by=by)
    return negotiation


def yes(negotiation: Negotiation, proposal: Proposal, *, side: Party, listing: Listing, by: User) -> None:
    """The second yes to a version, and what is made of it. Requires the locks; raises NotNow, Refused, AlreadyAsked."""
    talk = TALKS["accept"]
    versions.say_yes(proposal, party=side, by=by)
    _require_other_terms(negotiation, proposal)
    until = moving.end_of_day_after(publishing.days_to_sign(proposal))
    was = talks.move(negotiation, talk, S.AGREED, turn="", due_at=until, reminded_at=None)
    talks.record(negotiation, talk, by=by, was=was, side=str(side), number=proposal.number, sha256=proposal.sha256)
    if negotiation.kind == NegotiationKind.LICENSE:
        agreement = requesting.make_negotiated(negotiation, proposal, listing=listing, by=by)
        Proposal.objects.filter(pk=proposal.pk).update(agreement=agreement)
    else:
        amending.make(negotiation, proposal, listing=listing, by=by)
    change_letters.agreed(negotiation)


def withdraw(negotiation: Negotiation, *, by: User, reason: str = "") -> Negotiation:
    """Break it off; what was agreed and not signed by both is void. A mediator says why. Raises NotYours, NotNow."""
    talk = TALKS["withdraw"]
    side = talks.require_side(by, negotiation, talk)
    if side is Who.MODERATOR and not reason.strip():
        raise refuse("LIC-G", _("Say why."), _("One sentence is enough; both sides read it."), field="reason")
    with transaction.atomic():
        _listing, negotiation = _locked(negotiation)
        talks.require_state(negotiation, talk)
        close(negotiation, "withdraw", S.WITHDRAWN, by=by, reason=reason, side=str(side))
        change_letters.over(negotiation, by=side)
    return negotiation


def close(
    negotiation: Negotiation, name: str, to: NegotiationState, *, by: User | None, reason: str = "", **facts: str
) -> None:
    """End a negotiation without signature: no version lives, what was made of the last one is void. Needs the locks."""
    talk = TALKS[name]
    last = talks.live(negotiation)
    if negotiation.state == S.AGREED and last is not None:
        _supersede(negotiation, last, by=by)
    if last is not None:
        versions.retire(last)
    was = talks.move(
        negotiation, talk, to, turn="", due_at=None, closed_at=timezone.now(), close_reason=reason.strip()[:500]
    )
    talks.record(negotiation, talk, by=by, was=was, **facts)


def note(negotiation: Negotiation, *, by: User, text: str) -> NegotiationNote:
    """Say something beside the versions; it binds nobody. Raises NotYours, NotNow, Refused."""
    talk = TALKS["note"]
    side = talks.require_side(by, negotiation, talk)
    if not text.strip():
        raise refuse("LIC-G", _("Nothing is written."), _("Write what both sides should read."), field="text")
    with transaction.atomic():
        negotiation = talks.lock(negotiation)
        talks.require_state(negotiation, talk)
        made = NegotiationNote.objects.create(negotiation=negotiation, by=by, side=str(side), text=text.strip()[:2000])
        talks.record(negotiation, talk, by=by, was=negotiation.state, side=str(side), note=made.pk)
        change_letters.noted(made)
    return made


# pieces


def _require_preset(listing: Listing) -> None:
    if listing.track == Track.PRESET:
        return
    raise refuse(
        "TRACK-3",
        _("This is an open license: the announced terms are the same for everybody and are not negotiated."),
        _("Take it as announced, or ask the owner for an ordinary license beside it: that is another contract."),
        citation="《专利法》第51条",
    )


def _own_deal(listing: Listing, licensee: Organization) -> Agreement | None:
    """The request in whose place other terms are wanted. Raises Refused where a license binds already."""
    deal = Agreement.objects.filter(listing=listing, licensee=licensee, state__in=[State.SIGNED, State.ACTIVE]).first()
    if deal is not None:
        raise refuse(
            "LIC-2",
            _("You have this license already (%(reference)s).") % {"reference": deal.reference},
            _("Ask for a change of that license on its page."),
        )
    waiting = [State.REQUESTED, State.OFFERED]
    return Agreement.objects.filter(listing=listing, licensee=licensee, state__in=waiting).first()


def _locked(negotiation: Negotiation) -> tuple[Listing, Negotiation]:
    """Offer, the agreements that may be touched, then the negotiation: always in this order (OUT-9)."""
    listing = lock_offer(negotiation.listing)
    touched = Agreement.objects.select_for_update(of=("self",)).filter(
        listing=listing, licensee=negotiation.licensee_id
    )
    list(touched.order_by("pk").values_list("pk"))
    return listing, talks.lock(negotiation)


def _side(by: User, negotiation: Negotiation, name: str) -> Party:
    """The party for which a member acts. Where a person stands on both sides, the one whose turn it is."""
    talk = TALKS[name]
    who = talks.require_side(by, negotiation, talk)
    sides = [party for party in Party if moving.holds(by, talks.organization_of(negotiation, party), talk.roles)]
    if name == "accept":
        if negotiation.turn and Party(negotiation.turn) in sides:
            return Party(negotiation.turn)
        raise NotNow(f"negotiation {negotiation.pk} waits for the other side")
    return Party(who.value)


def _require_other_terms(negotiation: Negotiation, proposal: Proposal) -> None:
    """A version that only asks in words what to change cannot be accepted as it stands. Raises Refused."""
    if negotiation.kind == NegotiationKind.RENEWAL:
        return
    base = negotiation.base.snapshot
    klass = negotiation.agreement.licensee_class if negotiation.agreement else ""
    first = negotiated.starting(base, klass or offers.class_of(negotiation.licensee, base))
    if proposal.terms == first:
        raise refuse(
            "LIC-10",
            _("This version leaves every term as it is; it only says in words what is wanted."),
            _("Answer it with a version that says it in the terms."),
        )


def _supersede(negotiation: Negotiation, proposal: Proposal, *, by: User | None) -> None:
    """Void what was made of a version that both had accepted. Raises NotNow where both have signed by now."""
    if negotiation.kind == NegotiationKind.LICENSE:
        if proposal.agreement is not None:
            requesting.supersede(proposal.agreement, by=by)
    else:
        amending.void(proposal, by=by)


__all__ = ["OtherTerms", "accept", "ask", "close", "note", "propose", "take", "withdraw", "yes"]
