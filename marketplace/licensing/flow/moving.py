"""How any step moves an agreement: who is asked, what is locked, one conditional UPDATE, what is left behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import current
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit import trail
from marketplace.lib import terms
from marketplace.lib.findings import Finding, Severity
from marketplace.licensing.errors import NotNow, NotYours
from marketplace.licensing.flow import outcomes
from marketplace.licensing.models import Agreement, State
from marketplace.licensing.states import Step, Who
from marketplace.outbox import outbox

if TYPE_CHECKING:
    from marketplace.audit.models import Entry

TOPIC = "agreement.moved"


def holds(user: User, organization: Organization, roles: frozenset[Role]) -> bool:
    """Whether the person holds one of the roles there now; an owner may do everything except sign (IDN-3)."""
    return bool(current.roles(user, organization) & {str(role) for role in roles})


def sides_of(user: User, agreement: Agreement, step: Step) -> Who | None:
    """The side on which `user` may take this step; None when on neither."""
    if Who.LICENSEE in step.who and holds(user, agreement.licensee, step.roles):
        return Who.LICENSEE
    if Who.LICENSOR in step.who and holds(user, agreement.licensor, step.roles):
        return Who.LICENSOR
    if Who.MODERATOR in step.who and user.is_staff and user.is_active:
        return Who.MODERATOR
    return None


def require_side(user: User, agreement: Agreement, step: Step) -> Who:
    """The side on which `user` takes this step. Raises NotYours with the roles that could."""
    side = sides_of(user, agreement, step)
    if side is None:
        raise NotYours([not_yours(step)])
    return side


def require_member(user: User, organization: Organization, step: Step) -> None:
    """Whether the person may take the step in this organization's name. Raises NotYours."""
    if not holds(user, organization, step.roles):
        raise NotYours([not_yours(step)])


def not_yours(step: Step) -> Finding:
    """Why a person may not take a step, and whom to ask."""
    roles = str(_(", ")).join(role.word for role in Role if role in step.roles)
    return Finding(
        step.rule,
        Severity.BLOCK,
        _("You may not do this here: %(step)s.") % {"step": step.label},
        _("Ask a member with one of these roles: %(roles)s.") % {"roles": roles}
        if roles
        else _("Only the platform's moderators can."),
    )


def lock(agreement: Agreement) -> Agreement:
    """The agreement as it is now, locked until the transaction ends."""
    return (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("listing", "version", "licensor", "licensee", "term_sheet")
        .get(pk=agreement.pk)
    )


def require_state(agreement: Agreement, step: Step) -> None:
    """Refuse a step that does not start here. Raises NotNow."""
    if agreement.track not in step.tracks or agreement.state not in step.source:
        raise NotNow(f"cannot {step.name} an agreement that is {agreement.state}")


def move(agreement: Agreement, step: Step, to: State, **fields: Any) -> str:
    """Move by one conditional UPDATE and return the state before. Raises NotNow when something moved first."""
    was = agreement.state
    if to not in step.targets:
        raise NotNow(f"{step.name} does not lead to {to}")
    if to == State.ENDED:
        fields = {**outcomes.at_end(agreement, step), **fields}
    moved = Agreement.objects.filter(pk=agreement.pk, state__in=step.source, track__in=step.tracks).update(
        state=to, **fields
    )
    if not moved:
        raise NotNow(f"cannot {step.name} an agreement that is {was}")
    agreement.refresh_from_db()
    return was


def record(agreement: Agreement, step: Step, *, by: User | None, was: str, **facts: Any) -> Entry:
    """Write the trail of a step and tell other rooms, in the transaction of the step."""
    entry = trail.record(step.action, agreement, by=by, step=step.name, was=was, now=agreement.state, **facts)
    outbox.add(TOPIC, key=f"{agreement.pk}:{step.name}:{entry.number}", agreement=agreement.pk, step=step.name)
    return entry


def end_of_day_after(days: int, *, since: datetime | None = None) -> datetime:
    """The instant at which a period of days is over: midnight in Shanghai; the first day is not counted (IR 5)."""
    first = terms.day_of(since) if since else terms.today()
    return terms.start_of(first + timedelta(days=days + 1))


def require_time(agreement: Agreement) -> None:
    """Refuse a step whose time has run out, even before the periodic job has seen it. Raises NotNow."""
    if agreement.acts_until is not None and agreement.acts_until <= timezone.now():
        raise NotNow(f"{agreement.reference} lapsed at {agreement.acts_until.isoformat()}")
