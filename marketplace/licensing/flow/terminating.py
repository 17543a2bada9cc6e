"""A license ends before its term: demand, proposal or notice on a lawful ground, the day of effect, what stays owed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.flow.moving import lock as lock_offer
from marketplace.accounts import authority
from marketplace.accounts.models import User
from marketplace.lib import terms
from marketplace.lib.findings import Refused, refuse
from marketplace.licensing import contracts, papers
from marketplace.licensing.contracts.facts import PaymentFacts
from marketplace.licensing.contracts.further import Ground as OnPaper
from marketplace.licensing.contracts.further import TerminationFacts
from marketplace.licensing.errors import NotNow, NotYours
from marketplace.licensing.flow import ending, moving
from marketplace.licensing.letters import change_letters
from marketplace.licensing.models import (
    Agreement,
    BreachDemand,
    Ground,
    ObligationState,
    Paper,
    PaperKind,
    Party,
    PayDemandState,
    State,
    Termination,
    TerminationState,
)
from marketplace.licensing.states import STEPS, Who
from marketplace.licensing.terms import effective
from marketplace.licensing.terms.grounds import GROUNDS, Row, demanded_at

SELL_MONTHS = 6  # products made before may be sold so long, as the contract has it
T = TerminationState


def demand(agreement: Agreement, *, by: User, text: str) -> BreachDemand:
    """Demand in writing that a breach is mended within thirty days; it arrives in the other side's inbox now (CC 563).

    Money and reports have demands of their own. Raises NotYours, NotNow, Refused.
    """
    step = STEPS["demand_performance"]
    party = _party(by, agreement, "demand_performance")
    if not text.strip():
        remedy = _("Say what was not done and what is to be done.")
        raise refuse("CC-563", _("Nothing is written."), remedy, field="text")
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        made = BreachDemand.objects.create(
            agreement=agreement,
            party=party,
            by=by,
            text=text.strip()[:2000],
            served_at=timezone.now(),
            mend_by=terms.today() + timedelta(days=step.days or 0),
        )
        moving.record(agreement, step, by=by, was=agreement.state, side=str(party), demand=made.pk)
        change_letters.demanded(agreement, party=party, day=made.mend_by, key=str(made.pk), path=_path(agreement))
    return made


def mended(made: BreachDemand, *, by: User) -> None:
    """Whoever demanded says that it is mended: the demand is no ground any more. Raises NotYours, NotNow."""
    step = STEPS["demand_performance"]
    if _party(by, made.agreement, "demand_performance") != made.party:
        raise NotYours([moving.not_yours(step)])
    with transaction.atomic():
        agreement = moving.lock(made.agreement)
        if not BreachDemand.objects.filter(pk=made.pk, mended_at__isnull=True).update(mended_at=timezone.now()):
            raise NotNow(f"{made} was mended before")
        moving.record(agreement, step, by=by, was=agreement.state, side=made.party, demand=made.pk, mended=True)


def propose(agreement: Agreement, *, by: User, last_day: date, reason: str = "") -> Termination:
    """Propose to end the license together after `last_day`: both sign, or it goes on (CC 562).

    Raises NotYours, NotNow, Refused.
    """
    step = STEPS["propose_end"]
    party = _party(by, agreement, "propose_end")
    with transaction.atomic():
        agreement = _locked(agreement)
        moving.require_state(agreement, step)
        _require_day(agreement, last_day)
        made = _open(
            agreement,
            GROUNDS[Ground.MUTUAL],
            party=party,
            by=by,
            reason=reason,
            state=T.PROPOSED,
            effective_on=last_day,
            acts_until=moving.end_of_day_after(step.days or 0),
        )
        moving.record(agreement, step, by=by, was=agreement.state, side=str(party), last_day=last_day)
        change_letters.ending(made, "end_proposed", path=_path(agreement))
    return made


def drop(termination: Termination, *, by: User | None) -> None:
    """Take a proposal back, turn it down, or let it lapse (`by` None). Raises NotYours, NotNow."""
    step = STEPS["drop_end"]
    if by is not None:
        _party(by, termination.agreement, "drop_end")
    with transaction.atomic():
        agreement = _locked(termination.agreement)
        if by is not None:  # the clock also drops what is left of a license that has ended
            moving.require_state(agreement, step)
        if termination.paper_id and Paper.objects.filter(pk=termination.paper_id, completed_at__isnull=False).exists():
            raise NotNow(f"{termination} is signed by both")
        moved = Termination.objects.filter(pk=termination.pk, state=T.PROPOSED).update(
            state=T.DROPPED, closed_at=timezone.now(), acts_until=None
        )
        if not moved:
            raise NotNow(f"{termination} is {termination.state}")
        moving.record(agreement, step, by=by, was=agreement.state)


def give_notice(agreement: Agreement, *, ground: Ground, by: User, reason: str = "") -> Termination:
    """One side ends the license on a ground that is open to it; the notice is a paper that arrives now (CC 565).

    It ends at once, or after the days of the ground. Raises NotYours, NotNow, Refused.
    """
    step, row = STEPS["give_notice"], GROUNDS[ground]
    party = _party(by, agreement, "give_notice")
    if row.signed_by_both:
        raise ValueError("what both sign is proposed, not noticed")
    with transaction.atomic():
        agreement = _locked(agreement)
        moving.require_state(agreement, step)
        refusal = row.refusal(agreement, party)
        if refusal is not None:
            raise Refused([refusal])
        organization = agreement.licensee if party == Party.LICENSEE else agreement.licensor
        authority.require(by, organization, scope="contracts", amount_minor=0, currency=agreement.currency)
        _make_room(agreement)
        last_day = terms.today() + timedelta(days=row.days(agreement))
        if agreement.ends_on is not None and last_day > agreement.ends_on:
            raise refuse(
                row.rule,
                _("The license ends by itself on %(day)s, before the notice could take effect.")
                % {"day": agreement.ends_on.isoformat()},
                _("You need do nothing."),
            )
        made = _open(agreement, row, party=party, by=by, reason=reason, state=T.NOTICED, effective_on=last_day)
        moving.record(
            agreement, step, by=by, was=agreement.state, side=str(party), ground=str(ground), last_day=last_day
        )
        if last_day <= terms.today():
            ending.end_early(made)
        else:
            change_letters.ending(made, "end_noticed", path=_path(agreement))
    return made


def gate(paper: Paper, party: Party) -> int:
    """Asked in the transaction of each signature under an agreement to end. It binds to nothing new. Raises NotNow."""
    termination = Termination.objects.get(paper=paper)
    if termination.state != T.PROPOSED:
        raise NotNow(f"{termination} is {termination.state}")
    if termination.acts_until is not None and termination.acts_until <= timezone.now():
        raise NotNow(f"{termination} lapsed at {termination.acts_until.isoformat()}")
    moving.require_state(paper.agreement, STEPS["propose_end"])
    return 0


def on_completed(key: str, payload: dict[str, Any]) -> None:
    """Handler of `paper.completed`: both have signed that it ends; idempotent."""
    termination = Termination.objects.filter(paper=payload["paper"], state=T.PROPOSED).select_related("agreement")
    found = termination.first()
    if found is None:
        return
    with transaction.atomic():
        _locked(found.agreement)
        if not Termination.objects.filter(pk=found.pk, state=T.PROPOSED).update(state=T.NOTICED, acts_until=None):
            return
        found.refresh_from_db()
        if found.effective_on < terms.today():  # both names came later than the day they agreed on
            Termination.objects.filter(pk=found.pk).update(effective_on=terms.today())
            found.refresh_from_db()
        if found.effective_on <= terms.today():
            ending.end_early(found)


def ends_due() -> int:
    """Proposals lapse, noticed licenses end after their last day; returns how many. Called every hour."""
    count = 0
    for lapsed in Termination.objects.filter(state=T.PROPOSED, acts_until__lte=timezone.now()).order_by("pk"):
        count += _try(drop, lapsed, by=None)
    for over in Termination.objects.filter(state=T.NOTICED, effective_on__lt=terms.today()).order_by("pk"):
        count += _try(_end, over)
    return count


def _end(termination: Termination) -> None:
    with transaction.atomic():
        agreement = _locked(termination.agreement)
        if agreement.state == State.ACTIVE:
            ending.end_early(termination)
            return
        moved = Termination.objects.filter(pk=termination.pk, state=T.NOTICED).update(
            state=T.DROPPED, closed_at=timezone.now()
        )
        if moved:  # the license ended otherwise before the day came
            moving.record(agreement, STEPS["drop_end"], by=None, was=agreement.state)


def _try(act: Any, termination: Termination, **options: Any) -> bool:
    try:
        act(termination, **options)
    except NotNow:
        return False
    return True


# pieces


def _locked(agreement: Agreement) -> Agreement:
    lock_offer(agreement.listing)
    return moving.lock(agreement)


def _party(by: User, agreement: Agreement, name: str) -> Party:
    who = moving.require_side(by, agreement, STEPS[name])
    return Party.LICENSEE if who is Who.LICENSEE else Party.LICENSOR


def _path(agreement: Agreement) -> str:
    return reverse("licensing:ending", args=[agreement.code])


def _require_day(agreement: Agreement, last_day: date) -> None:
    if terms.today() <= last_day <= (agreement.ends_on or last_day):
        return
    raise refuse(
        "CC-562",
        _("The last day lies between today and the end of the term."),
        _("Choose another day."),
        field="last_day",
    )


def _make_room(agreement: Agreement) -> None:
    """A notice needs no consent: a proposal that waits is dropped by it. Raises NotNow after an earlier notice."""
    standing = agreement.terminations.filter(state__in=[T.PROPOSED, T.NOTICED]).first()
    if standing is None:
        return
    if standing.state == T.NOTICED:
        raise NotNow(f"{agreement.reference}: notice was given before")
    drop(standing, by=None)


def _open(agreement: Agreement, row: Row, *, party: Party, by: User, **fields: Any) -> Termination:
    """The row and its paper. Raises NotNow where one is open."""
    fields["reason"] = str(fields.get("reason", "")).strip()[:1000]
    number = papers.next_number(agreement, PaperKind.TERMINATION)
    demanded = demanded_at(agreement, party) if row.ground == Ground.BREACH else None
    try:
        with transaction.atomic():
            made = Termination.objects.create(
                agreement=agreement,
                number=number,
                ground=row.ground,
                party=party,
                by=by,
                demanded_at=demanded,
                noticed_at=timezone.now(),
                **fields,
            )
    except IntegrityError as error:
        raise NotNow(f"{agreement.reference}: an end is proposed or noticed already") from error
    paper = papers.make_further(agreement, PaperKind.TERMINATION, facts_of(made, row), by=by)
    if not row.signed_by_both:  # one side's notice is whole as it is; the platform seals it
        agreement.papers.filter(kind=PaperKind.TERMINATION, number=number).update(completed_at=timezone.now())
        papers.leave_for_sealing(agreement)
    Termination.objects.filter(pk=made.pk).update(paper=paper)
    made.paper = paper
    return made


def facts_of(termination: Termination, row: Row) -> TerminationFacts:
    """What the paper says, from the rows as they stand."""
    agreement, last_day = termination.agreement, termination.effective_on
    sell = row.ground != Ground.BREACH
    return TerminationFacts(
        snapshot=effective.snapshot_of(agreement),
        deal=contracts.facts_of(agreement),
        ground=_on_paper(termination, row),
        ends_on=last_day,
        by="" if row.signed_by_both else termination.party,
        number=termination.number,
        detail=termination.reason,
        told_on=terms.day_of(termination.noticed_at),
        demanded_on=terms.day_of(termination.demanded_at) if termination.demanded_at else None,
        owed=tuple(_payment(one) for one in ending.stays_owed(agreement, row.ground, last_day)),
        refund_minor=ending.refund(agreement, row.ground, last_day),
        sell_until=terms.add_months(last_day, SELL_MONTHS) if sell else None,
        made_on=terms.today(),
    )


def _on_paper(termination: Termination, row: Row) -> OnPaper:
    """A breach for which a payment was demanded is named as what it is."""
    for_money = termination.agreement.payment_demands.filter(state=PayDemandState.RUN_OUT, obligation__isnull=False)
    if row.ground == Ground.BREACH and termination.party == Party.LICENSOR and for_money.exists():
        return OnPaper.NONPAYMENT
    return row.paper


def _payment(row: Any) -> PaymentFacts:
    return PaymentFacts(
        kind=row.kind,
        number=row.number,
        amount_minor=row.amount_minor,
        currency=row.currency,
        state=ObligationState.DUE,
        due_on=row.due_on,
    )
