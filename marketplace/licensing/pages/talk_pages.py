"""What a negotiation looks like to one person: what differs, whose turn it is, what this person can do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from listings import negotiated, offers
from marketplace.accounts.models import User
from marketplace.lib.terms import day_of
from marketplace.licensing.flow import talks
from marketplace.licensing.models import (
    TALKING,
    Agreement,
    Amendment,
    Negotiation,
    NegotiationKind,
    NegotiationState,
    Party,
    Proposal,
)
from marketplace.licensing.public import publishing
from marketplace.licensing.states import TALKS
from marketplace.licensing.terms import redlines

S = NegotiationState
TONES = {S.ASKED: "warn", S.OPEN: "warn", S.AGREED: "good", S.DONE: "good", S.WITHDRAWN: "plain", S.LAPSED: "plain"}


@dataclass(frozen=True, slots=True)
class Look:
    """One person looking at one negotiation."""

    negotiation: Negotiation
    user: User

    def can(self, name: str) -> bool:
        """Whether the table lets this person take the step now; only the side whose turn it is accepts."""
        talk, negotiation = TALKS[name], self.negotiation
        if negotiation.state not in talk.source or talks.side_of(self.user, negotiation, talk) is None:
            return False
        if name == "take":
            return negotiation.coordinator_id != self.user.pk
        if name == "accept":
            return self.my_turn
        return True

    @property
    def my_turn(self) -> bool:
        """Whether this person's side has to answer the live version."""
        turn = self.negotiation.turn
        if not turn or self.negotiation.state != S.OPEN:
            return False
        return bool(
            talks.side_of(self.user, self.negotiation, TALKS["accept"])
            and Party(turn) in _parties(self.user, self.negotiation)
        )


def _parties(user: User, negotiation: Negotiation) -> list[Party]:
    own = set(user.memberships.live().values_list("organization", flat=True))
    sides = {Party.LICENSEE: negotiation.licensee_id, Party.LICENSOR: negotiation.licensor_id}
    return [party for party, organization in sides.items() if organization in own]


def look(negotiation: Negotiation, user: User) -> Look:
    """Gather what is needed to say what this person can do."""
    return Look(negotiation, user)


@dataclass(frozen=True, slots=True)
class Version:
    """One version for the page: who, when, why, and what it changed against the one before."""

    proposal: Proposal
    who: str
    changes: list[redlines.Line]


def context(negotiation: Negotiation, user: User) -> dict[str, Any]:
    """Everything the negotiation's page shows."""
    proposals = list(negotiation.proposals.select_related("by").order_by("number"))
    last = proposals[-1]
    base = base_terms(negotiation)
    before = proposals[-2].terms if len(proposals) > 1 else base
    view = look(negotiation, user)
    return {
        "negotiation": negotiation,
        "version": last,
        "proposer": _name(negotiation, last.party),
        "against_offer": redlines.table(base, last.terms),
        "against_last": redlines.lines(before, last.terms),
        "is_first": len(proposals) == 1,
        "versions": _history(negotiation, proposals, base),
        "notes": list(negotiation.notes.select_related("by").order_by("at")),
        "heading": heading(view),
        "price": offers.price_for(last.terms),
        "base_price": offers.price_for(base),
        "can": {name: view.can(name) for name in ("take", "accept", "propose", "withdraw", "note")},
        "my_turn": view.my_turn,
        "act_by": act_by(negotiation),
        "follows": _follows(last),
        "publicity_needed": last.live and publishing.needs_publicity(last),
        "publicity": publishing.publicity_of(last),
        "is_licensor": Party.LICENSOR in _parties(user, negotiation),
        "tone": TONES[NegotiationState(negotiation.state)],
        "is_coordinator": user.is_staff,
    }


def base_terms(negotiation: Negotiation) -> dict[str, Any]:
    """The terms the negotiation departed from, for this licensee."""
    snapshot = negotiation.base.snapshot
    deal = negotiation.agreement
    changes = deal is not None and negotiation.kind == NegotiationKind.AMENDMENT
    klass = deal.licensee_class if deal is not None and changes else offers.class_of(negotiation.licensee, snapshot)
    return negotiated.starting(snapshot, klass)


def _history(negotiation: Negotiation, proposals: list[Proposal], base: dict[str, Any]) -> list[Version]:
    found, before = [], base
    for proposal in proposals:
        found.append(Version(proposal, _name(negotiation, proposal.party), redlines.lines(before, proposal.terms)))
        before = proposal.terms
    return found[::-1]


def _name(negotiation: Negotiation, party: str) -> str:
    return str(talks.organization_of(negotiation, party).name)


def _follows(proposal: Proposal) -> dict[str, Any]:
    """What was made of the version: the contract, or the amendment and its paper."""
    deal: Agreement | None = proposal.agreement
    amendment = Amendment.objects.filter(proposal=proposal).select_related("agreement", "paper").first()
    return {"deal": deal, "amendment": amendment}


def heading(view: Look) -> str:
    """Whose turn it is, in the words of the person who looks."""
    negotiation = view.negotiation
    match NegotiationState(negotiation.state):
        case S.ASKED:
            return (
                _("Your turn: take it and pass it on") if view.user.is_staff else _("A coordinator looks at it first")
            )
        case S.OPEN if view.my_turn:
            return _("Your turn: accept this version or answer with another")
        case S.OPEN:
            return _("Waiting for %(name)s to answer") % {"name": _name(negotiation, negotiation.turn)}
        case S.AGREED:
            return _("Both sides agree; the paper waits for signatures")
        case S.DONE:
            return _("Signed by both sides")
        case S.WITHDRAWN:
            return _("This negotiation was broken off")
        case _:
            return _("This negotiation has lapsed")


def act_by(negotiation: Negotiation) -> date | None:
    """The last whole day (Asia/Shanghai) on which somebody can act; None where nothing waits."""
    return day_of(negotiation.due_at - timedelta(microseconds=1)) if negotiation.due_at else None


# the list


class Row(NamedTuple):
    """One negotiation in a list."""

    url: str
    title: str
    kind: str
    other: str
    state: str
    tone: str
    act_by: date | None
    owner: str
    mine: bool


def of_group(rows: QuerySet[Negotiation], group: str) -> QuerySet[Negotiation]:
    """Those that are open, or those that are over."""
    return rows.exclude(state__in=TALKING) if group == "closed" else rows.filter(state__in=TALKING)


def row(negotiation: Negotiation, ours: set[int], user: User) -> Row:
    """A negotiation as its row tells it; needs both sides joined: it asks nothing itself."""
    sides = {Party.LICENSEE: negotiation.licensee_id, Party.LICENSOR: negotiation.licensor_id}
    mine = bool(negotiation.turn) and sides[Party(negotiation.turn)] in ours and negotiation.state == S.OPEN
    desk = user.is_staff and negotiation.state == S.ASKED
    we_take = negotiation.licensee_id in ours
    other = negotiation.licensor.name if we_take else negotiation.licensee.name
    owner = negotiation.coordinator.name if negotiation.coordinator else ""
    return Row(
        url=negotiation.get_absolute_url(),
        title=negotiation.listing.patent.title,
        kind=negotiation.get_kind_display(),
        other=other,
        state=negotiation.get_state_display(),
        tone=TONES[NegotiationState(negotiation.state)],
        act_by=act_by(negotiation),
        owner=owner,
        mine=mine or desk,
    )


__all__ = ["Look", "Row", "Version", "act_by", "base_terms", "context", "heading", "look", "of_group", "row"]
