"""One person looking at one deal: on which side, what may be done now, and the buttons for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import Role, User
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.lib.navigation import url_or_empty
from marketplace.licensing.flow.closing import may_decline, may_leave
from marketplace.licensing.flow.moving import holds
from marketplace.licensing.models import Agreement, Obligation, ObligationState, State
from marketplace.licensing.states import PAYS, STEPS, Who
from marketplace.licensing.terms import clauses

CLOSED = (State.DECLINED, State.CANCELLED, State.LAPSED, State.ENDED)


@dataclass(frozen=True, slots=True)
class Deed:
    """A button: its words, its address, and what stands under it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, said in a heading and a sentence; the main thing this person can do, and what else."""

    title: str
    text: str
    main: Deed | None = None
    others: tuple[Deed, ...] = ()
    mine: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One person looking at one deal, with everything that the answers below need, asked of the database once."""

    agreement: Agreement
    user: User
    sides: frozenset[Who]
    signed: frozenset[str]
    unconfirmed: int
    due: tuple[Obligation, ...]

    def can(self, name: str) -> bool:
        """Whether the table lets this person take the step now."""
        step, agreement = STEPS[name], self.agreement
        return any(
            step.allows(side, agreement.track, agreement.state) and self._holds(side, step.roles) for side in self.sides
        )

    def _holds(self, side: Who, roles: frozenset[Role]) -> bool:
        if side is Who.MODERATOR:
            return True
        organization = self.agreement.licensee if side is Who.LICENSEE else self.agreement.licensor
        return holds(self.user, organization, roles)


def look(agreement: Agreement, user: User) -> View:
    """Gather what is needed to say whose turn it is."""
    side = agreement.party_of(user)
    sides = {Who(side.value)} if side else set()
    if user.is_staff:
        sides.add(Who.MODERATOR)
    offered = agreement.state == State.OFFERED
    return View(
        agreement=agreement,
        user=user,
        sides=frozenset(sides),
        signed=frozenset(agreement.own_signatures.values_list("party", flat=True)),
        unconfirmed=len(clauses.open_ones(agreement)) if offered else 0,
        due=tuple(agreement.obligations.filter(state=ObligationState.DUE).order_by("due_on", "pk")),
    )


def url(view: View, name: str) -> str:
    """The address of a page of this deal."""
    return reverse(f"licensing:{name}", args=[view.agreement.code])


def deed(view: View, name: str, label: str = "") -> Deed:
    """The button of a step, with its own words or other ones."""
    return Deed(label or str(STEPS[name].label), url(view, name))


def ways_out(view: View) -> tuple[Deed, ...]:
    """The quiet buttons: cancel, decline, leave, where the table and the facts allow them."""
    found = []
    if view.can("cancel"):
        found.append(deed(view, "cancel"))
    if view.can("decline") and any(may_decline(view.agreement, side) for side in view.sides):
        found.append(deed(view, "decline"))
    if view.can("leave") and may_leave(view.agreement):
        found.append(deed(view, "leave"))
    return tuple(found)


def pay(view: View) -> Deed | None:
    """The button that pays what is due first; None for who may not pay. Something must be due."""
    if not holds(view.user, view.agreement.licensee, PAYS):
        return None
    first = view.due[0]
    amount = money_text(from_minor(first.amount_minor, first.currency))
    url = url_or_empty("payments:pay", first.code)
    return Deed(_("Pay %(amount)s") % {"amount": amount}, url) if url else None
