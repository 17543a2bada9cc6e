"""What comes with a license the moment it takes effect, whichever step brought it about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from listings import flow as listings_flow
from listings import offers
from listings.models import EncumbranceKind, FeeMode, Track
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.lib import terms
from marketplace.licensing import papers
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.flow import outcomes
from marketplace.licensing.letters import step_letters
from marketplace.licensing.models import Agreement, Obligation, ObligationState, PaperKind
from marketplace.licensing.recordal import filing
from marketplace.licensing.terms import obligations
from marketplace.licensing.terms.obligations import Owed

KINDS = {Track.OPEN: EncumbranceKind.OPEN, Track.PRESET: EncumbranceKind.ORDINARY}
LAST_PAPER = {Track.OPEN: PaperKind.CERTIFICATE, Track.PRESET: PaperKind.SIGNATURES}
GRACE_DAYS = 7  # a transfer made on the last day still has to be seen and confirmed


def dates(agreement: Agreement, effective_at: datetime) -> dict[str, Any]:
    """The columns of a license in force: from when, through which day (DECL-5), nothing waiting any more."""
    last_day = offers.license_last_day(agreement.version.snapshot, terms.day_of(effective_at))
    known = agreement.listing.patent.last_day  # may have been corrected since the offer was frozen
    last_day = min(last_day, known) if known else last_day
    started = {"effective_at": effective_at, "ends_on": last_day, "acts_until": None}
    return {**started, **outcomes.at_start(agreement)}


def owe_first(agreement: Agreement, since: datetime) -> Obligation | None:
    """Write what has to be paid before the license can begin; None when nothing has."""
    price = offers.price_for(agreement.version.snapshot, agreement.licensee_class)
    first = obligations.founding(read(agreement.version.snapshot), price, terms.day_of(since))
    return _write(agreement, first) if first else None


def payment_until(obligation: Obligation) -> datetime:
    """When an unpaid agreement lapses: the last day to pay and some days to see the money arrive."""
    last = obligation.due_on or terms.today()
    return terms.start_of(last + timedelta(days=GRACE_DAYS + 1))


def _write(agreement: Agreement, owed: Owed) -> Obligation:
    made, _new = Obligation.objects.get_or_create(
        agreement=agreement,
        kind=owed.kind,
        number=owed.number,
        defaults={
            "amount_minor": owed.amount_minor,
            "currency": agreement.currency,
            "state": owed.state,
            "due_on": owed.due_on,
            "trigger": owed.cause,
        },
    )
    return made


def follow(agreement: Agreement, *, by: User | None) -> None:
    """What follows effect, in the transaction of the step that brought it: debts, encumbrance, papers, letters."""
    if agreement.effective_at is None or agreement.ends_on is None:
        raise ValueError("only a license in force has consequences")
    snapshot = agreement.version.snapshot
    price = offers.price_for(snapshot, agreement.licensee_class)
    for one in obligations.owed(read(snapshot), price, terms.day_of(agreement.effective_at), agreement.ends_on):
        _write(agreement, one)
    listings_flow.encumber(
        agreement.listing.patent,
        kind=KINDS[Track(agreement.track)],
        starts_at=agreement.effective_at,
        ends_at=terms.start_of(agreement.ends_on + timedelta(days=1)),
        holder=agreement.licensee.name,
        reference=agreement.reference,
        by=by,
    )
    trail.record(
        trail.Action.AGREEMENT_ACTIVATE,
        agreement,
        by=by,
        effective_at=agreement.effective_at,
        ends_on=agreement.ends_on,
    )
    papers.make(agreement, LAST_PAPER[Track(agreement.track)], by=by)
    if price.mode == FeeMode.FREE_THEN_PAID and agreement.track == Track.PRESET:
        papers.make(agreement, PaperKind.TRIAL, by=by)  # with the dates that are known now (PRESET-2)
    filing.open_filings(agreement)
    papers.leave_for_sealing(agreement)
    step_letters.in_force(agreement)
    for obligation in agreement.obligations.filter(state=ObligationState.DUE):
        step_letters.to_pay(obligation)
