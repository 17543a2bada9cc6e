"""How any step moves a negotiation: who is asked, what is locked, one conditional UPDATE, what is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.lib.findings import Finding, Severity
from marketplace.licensing.errors import NotNow, NotYours
from marketplace.licensing.flow import moving
from marketplace.licensing.models import Negotiation, NegotiationState, Party, Proposal
from marketplace.licensing.states import Talk, Who
from marketplace.outbox import outbox

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.audit.models import Entry

TOPIC = "negotiation.moved"


def organization_of(negotiation: Negotiation, party: str) -> Organization:
    """The organization on a side."""
    return negotiation.licensee if party == Party.LICENSEE else negotiation.licensor


def other(party: str) -> Party:
    """The other side."""
    return Party.LICENSOR if party == Party.LICENSEE else Party.LICENSEE


def side_of(user: User, negotiation: Negotiation, talk: Talk) -> Who | None:
    """The side on which `user` may take this step; None when on neither. A licensor hears of it only once passed on."""
    if Who.LICENSEE in talk.who and moving.holds(user, negotiation.licensee, talk.roles):
        return Who.LICENSEE
    heard = negotiation.passed_at is not None
    if heard and Who.LICENSOR in talk.who and moving.holds(user, negotiation.licensor, talk.roles):
        return Who.LICENSOR
    if Who.MODERATOR in talk.who and user.is_staff and user.is_active:
        return Who.MODERATOR
    return None


def require_side(user: User, negotiation: Negotiation, talk: Talk) -> Who:
    """The side on which `user` takes this step. Raises NotYours with the roles that could."""
    side = side_of(user, negotiation, talk)
    if side is None:
        raise NotYours([not_yours(talk)])
    return side


def not_yours(talk: Talk) -> Finding:
    """Why a person may not take a step, and whom to ask."""
    roles = str(_(", ")).join(sorted(str(role.word) for role in talk.roles))
    return Finding(
        talk.rule,
        Severity.BLOCK,
        _("You may not do this here: %(step)s.") % {"step": talk.label},
        _("Ask a member with one of these roles: %(roles)s.") % {"roles": roles}
        if roles
        else _("Only the platform's moderators can."),
    )


def lock(negotiation: Negotiation) -> Negotiation:
    """The negotiation as it is now, locked until the transaction ends; after offer and agreement (OUT-9)."""
    return (
        Negotiation.objects.select_for_update(of=("self",))
        .select_related("listing", "base", "licensor", "licensee", "agreement__version")
        .get(pk=negotiation.pk)
    )


def require_state(negotiation: Negotiation, talk: Talk) -> None:
    """Refuse a step that does not start here, or whose time has run out. Raises NotNow."""
    if negotiation.state not in talk.source:
        raise NotNow(f"cannot {talk.name} a negotiation that is {negotiation.state}")
    if negotiation.due_at is not None and negotiation.due_at <= timezone.now() and Who.SYSTEM not in talk.who:
        raise NotNow(f"the time of negotiation {negotiation.pk} ran out at {negotiation.due_at.isoformat()}")


def move(negotiation: Negotiation, talk: Talk, to: NegotiationState, **fields: Any) -> str:
    """Move by one conditional UPDATE and return the state before. Raises NotNow when something moved first."""
    was = negotiation.state
    if to not in talk.targets:
        raise NotNow(f"{talk.name} does not lead to {to}")
    if not Negotiation.objects.filter(pk=negotiation.pk, state__in=talk.source).update(state=to, **fields):
        raise NotNow(f"cannot {talk.name} a negotiation that is {was}")
    negotiation.refresh_from_db()
    return was


def record(negotiation: Negotiation, talk: Talk, *, by: User | None, was: str, **facts: Any) -> Entry:
    """Write the trail of a step and tell other rooms, in the transaction of the step."""
    entry = trail.record(talk.action, negotiation, by=by, step=talk.name, was=was, now=negotiation.state, **facts)
    outbox.add(
        TOPIC, key=f"talk:{negotiation.pk}:{talk.name}:{entry.number}", negotiation=negotiation.pk, step=talk.name
    )
    return entry


def until(talk: Talk) -> datetime:
    """By when the next one acts: midnight in Shanghai after the days of the table."""
    return moving.end_of_day_after(talk.days or 0)


def live(negotiation: Negotiation) -> Proposal | None:
    """The version that stands; None once the negotiation is over without one."""
    return negotiation.proposals.filter(live=True).first()
