"""What the world holds of negotiations, amendments and ends: one of each that waits for somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from listings.models import Listing
from marketplace.demo import deals
from marketplace.lib.terms import today
from marketplace.licensing.flow import changing, negotiating, terminating
from marketplace.licensing.models import Amendment, Hold, Repayment
from marketplace.licensing.terms import clauses, renewing

if TYPE_CHECKING:
    from tests.access.world import World

THINGS = {
    "licensing:negotiation": "talk",
    "licensing:counter": "talk",
    "licensing:negotiation_accept": "talk",
    "licensing:negotiation_take": "talk",
    "licensing:negotiation_break_off": "talk",
    "licensing:negotiation_note": "talk",
    "licensing:publicity_of_terms": "talk",
}
DEALS = {
    "licensing:amend": "trial",
    "licensing:renew": "trial",
    "licensing:ending": "settled",
    "licensing:propose_end": "active",
    "licensing:drop_end": "settled",
    "licensing:demand_performance": "active",
    "licensing:hold_release": "settled",
    "licensing:hold_waive": "settled",
}
PLACES: dict[str, Any] = {
    "licensing:other_terms": lambda world: (world.listings["aerogel-board"].code,),
    **{name: (lambda world, key=key: (world.things[key].code,)) for name, key in THINGS.items()},
    **{name: (lambda world, key=key: (world.deals[key].code,)) for name, key in DEALS.items()},
    "licensing:notice_to_end": lambda world: (world.deals["trial"].code, "early"),
    "licensing:mended": lambda world: (world.deals["settled"].code, world.things["demand"].code),
    "licensing:confirm_paper": lambda world: (world.deals["settled"].code, world.things["change"].paper_id),
    "licensing:approval_again": lambda world: (world.things.get("inside", world.deals["offered"]).code,),
}


def put(world: World) -> None:
    """A talk about a license in force, a proposal to end one, a demand, a hold."""
    by, active, settled = world.users["firm owner"], world.deals["active"], world.deals["settled"]
    wanted = renewing.present_terms(active) | {"months": 36}
    world.things["talk"] = changing.change(active, by=by, terms=wanted, reason="暗中缩短")
    world.things["change"] = _change_to_sign(world)
    world.things["demand"] = terminating.demand(settled, by=by, text="暗催告")
    ending = terminating.propose(settled, by=by, last_day=today() + timedelta(days=40), reason="暗停产")
    paid = settled.obligations.filter(state="settled").earliest("pk")
    world.things["repayment"] = Repayment.objects.create(
        agreement=settled,
        obligation=paid,
        termination=ending,
        amount_minor=100,
        reckoned={"days": 1, "span": 365, "of_minor": paid.amount_minor},
        due_on=today() + timedelta(days=30),
    )
    Hold.objects.create(agreement=settled, mark="event:0", what="dispute")


def _change_to_sign(world: World) -> Amendment:
    """A lower fee for another license, accepted by both: it waits for the confirmations and both signatures."""
    settled = world.deals["settled"]
    wanted = renewing.present_terms(settled)
    wanted |= {"fee_minor": wanted["fee_minor"] - 10_000}
    talk = changing.change(settled, by=world.users["firm owner"], terms=wanted, reason="暗中减价")
    live = talk.proposals.get(live=True)
    negotiating.accept(talk, by=world.users["owner"], number=live.number, sha256=live.sha256)
    return Amendment.objects.get(proposal=live)


def confirmation(world: World) -> dict[str, Any]:
    """The first clause that it touches, as its page would send it."""
    clause = clauses.open_ones(world.things["change"])[0]
    return {"clause": clause.key, "text_sha256": clause.sha256}


def standing(world: World) -> dict[str, Any]:
    """The version of the talk that stands, as its page would send it."""
    live = world.things["talk"].proposals.get(live=True)
    return {"number": live.number, "sha256": live.sha256}


def asked_inside(world: World) -> None:
    """A contract without term sheet waits for a step of the institution."""
    step, row = world.things["approval step"], world.listings["aerogel-board"]
    type(step).objects.filter(pk=step.pk).update(above_minor=0)
    Listing.objects.filter(pk=row.pk).update(term_sheet=None)
    world.things["inside"] = deals.ask(Listing.objects.get(pk=row.pk), world.organizations["firm"], "暗中用途癸")
