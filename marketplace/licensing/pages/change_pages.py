"""What the deal's page and the page of its end show of changes: talks, amendments, approvals, holds, ways to end it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from listings import negotiated
from listings.models import HealthKind, LegalStatus, Track
from marketplace.accounts.models import User
from marketplace.lib.terms import day_of, today
from marketplace.licensing import approvals
from marketplace.licensing.flow import ending, moving
from marketplace.licensing.flow.terminating import SELL_MONTHS
from marketplace.licensing.models import (
    TALKING,
    Agreement,
    Amendment,
    AmendmentState,
    BreachDemand,
    Hold,
    Negotiation,
    Party,
    State,
    TerminationState,
)
from marketplace.licensing.states import ASKS, SIGNS
from marketplace.licensing.terms import redlines
from marketplace.licensing.terms.grounds import GROUNDS, Row

RENEW_DAYS = 180  # from so many days before the end the page offers to renew
OPEN_ENDS = (TerminationState.PROPOSED, TerminationState.NOTICED)


@dataclass(frozen=True, slots=True)
class Way:
    """One ground as a person reads it: whether it is open to this side, and if not, why."""

    row: Row
    label: str
    days: int
    refusal: str
    remedy: str

    @property
    def open(self) -> bool:
        """Whether it can be used now."""
        return not self.refusal


def panel(deal: Agreement, user: User) -> dict[str, Any]:
    """What the deal's page says of changes, for this person."""
    party = deal.party_of(user)
    asks = party is not None and moving.holds(user, _organization(deal, party), ASKS)
    active = deal.state == State.ACTIVE
    preset = deal.track == Track.PRESET
    waits = deal.state in (State.REQUESTED, State.OFFERED)
    proposal = getattr(deal, "proposal", None)
    waiting = _to_sign(deal)
    return {
        "stages": _stages(waiting),
        "may_ask_inside": party == Party.LICENSOR and asks and waiting is not None,
        "change_waits": isinstance(waiting, Amendment),
        "talk": Negotiation.objects.visible_to(user).filter(agreement=deal, state__in=TALKING).first(),
        "negotiation": proposal.negotiation if proposal is not None else None,
        "amendments": _amendments(deal),
        "hold": hold_of(deal),
        "ending": deal.terminations.filter(state__in=[*OPEN_ENDS, TerminationState.ENDED]).order_by("-pk").first(),
        "may_other_terms": waits and preset and party == Party.LICENSEE and asks,
        "may_amend": active and preset and asks,
        "may_renew": active and preset and party == Party.LICENSEE and asks and _ends_soon(deal),
        "may_end": active and (asks or user.is_staff),
        "is_open": not preset,
        "active": active,
    }


def _organization(deal: Agreement, party: str) -> Any:
    return deal.licensee if party == Party.LICENSEE else deal.licensor


def _ends_soon(deal: Agreement) -> bool:
    return deal.ends_on is not None and deal.ends_on - today() <= timedelta(days=RENEW_DAYS)


def _to_sign(deal: Agreement) -> Agreement | Amendment | None:
    """What waits for signatures and may need an approval inside: the contract, or an amendment of the license."""
    if deal.state == State.OFFERED:
        return deal
    rows = deal.amendments.filter(state=AmendmentState.SIGNING).select_related(
        "version", "before", "agreement__licensor"
    )
    return rows.first() if deal.state == State.ACTIVE else None


def _stages(waiting: Agreement | Amendment | None) -> list[tuple[str, Any, str]]:
    if waiting is None:
        return []
    tones = {"agreed": "good", "refused": "stop", "expired": "warn", "waiting": "now", "": "plain"}
    return [(one.capacity, approvals.STATE_WORDS[one.state], tones[one.state]) for one in approvals.stages(waiting)]


def _amendments(deal: Agreement) -> list[tuple[Any, list[redlines.Line]]]:
    rows = deal.amendments.exclude(state=AmendmentState.VOID).select_related("before", "version", "paper__file")
    return [(one, redlines.lines(_terms(one.before, deal), one.version.snapshot["terms"])) for one in rows]


def _terms(version: Any, deal: Agreement) -> dict[str, Any]:
    return negotiated.starting(version.snapshot, deal.licensee_class)


def hold_of(deal: Agreement) -> dict[str, Any] | None:
    """The hold that stands, with what happened in words."""
    hold = Hold.objects.filter(agreement=deal, ended_at__isnull=True).first()
    return None if hold is None else {"row": hold, "what": what_happened(hold)}


def what_happened(hold: Hold) -> str:
    """The event or status behind a hold, in words."""
    if hold.what in HealthKind.values:
        return str(HealthKind(hold.what).label)
    return str(LegalStatus(hold.what).label) if hold.what in LegalStatus.values else hold.what


def ending_context(deal: Agreement, user: User) -> dict[str, Any]:
    """The page of a license's end: what is under way, each ground with whether it is open, the demands, the hold."""
    party = deal.party_of(user)
    may_ask = party is not None and moving.holds(user, _organization(deal, party), ASKS)
    may_sign = party is not None and moving.holds(user, _organization(deal, party), SIGNS)
    standing = deal.terminations.filter(state__in=OPEN_ENDS).select_related("paper").first()
    ended = deal.terminations.filter(state=TerminationState.ENDED).first()
    return {
        "agreement": deal,
        "ways": ways(deal, party) if deal.state == State.ACTIVE and party is not None else [],
        "standing": standing,
        "ended": ended,
        "other_name": _organization(deal, _other(party)).name if party else "",
        "noticed": standing is not None and standing.state == TerminationState.NOTICED,
        "act_by": day_of(standing.acts_until - timedelta(seconds=1)) if standing and standing.acts_until else None,
        "mine": standing is not None and standing.party == party,
        "may_ask": may_ask and deal.state == State.ACTIVE,
        "may_sign": may_sign,
        "demands": list(BreachDemand.objects.filter(agreement=deal).order_by("-served_at")),
        "party": str(party or ""),
        "hold": hold_of(deal),
        "may_waive": party == Party.LICENSOR and may_sign and deal.state == State.ACTIVE,
        "may_release": user.is_staff and deal.state == State.ACTIVE,
        "stays": list(ending.stays_owed(deal, standing.ground, standing.effective_on)) if standing else [],
        "sell_months": SELL_MONTHS,
        "active": deal.state == State.ACTIVE,
        "is_open": deal.track == Track.OPEN,
    }


def _other(party: str) -> Party:
    return Party.LICENSOR if party == Party.LICENSEE else Party.LICENSEE


def ways(deal: Agreement, party: Party) -> list[Way]:
    """Every ground of the table with whether this side can use it now."""
    found = []
    for row in GROUNDS.values():
        refusal = row.refusal(deal, party)
        days = row.days(deal) if deal.track in row.tracks else 0
        label = str(row.ground.label)
        message, remedy = (str(refusal.message), str(refusal.remedy)) if refusal else ("", "")
        found.append(Way(row, label, days, message, remedy))
    return found


__all__ = ["Way", "ending_context", "hold_of", "panel", "ways", "what_happened"]
