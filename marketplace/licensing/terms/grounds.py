"""The lawful grounds on which a license ends before its term, as one table that flow, pages, docs and tests read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.models import FeeMode, Track
from listings.rules.gates import ENDED
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.terms import today
from marketplace.licensing.contracts.further import Ground as OnPaper
from marketplace.licensing.models import Agreement, BreachDemand, Ground, Party, PayDemandState
from marketplace.licensing.terms import effective

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.functional import _StrOrPromise as Words

BOTH_TRACKS = frozenset({Track.OPEN, Track.PRESET})
PRESET = frozenset({Track.PRESET})
EITHER = frozenset(Party)
LICENSEE = frozenset({Party.LICENSEE})
FREE_NOTICE, NOTICE = 30, 60  # days, as the clause library has them
RIGHT_LASTS = timedelta(days=365)  # within which the right to end the contract is used (CC 564)


@dataclass(frozen=True, slots=True)
class Row:
    """One ground: on which tracks, who may use it, where it is written, what must be so before, notice, what is owed.

    `signed_by_both`: an agreement that both sign; otherwise one side's notice, which ends the license `days` after it
    has arrived (CC 565). `missing` says why it cannot be used now, None where it can.
    """

    ground: Ground
    tracks: frozenset[Track]
    who: frozenset[Party]
    law: str
    needs: Words
    owed: Words
    paper: OnPaper
    days: Callable[[Agreement], int]
    missing: Callable[[Agreement, Party], Finding | None]
    signed_by_both: bool = False
    rule: str = "CC-563"

    def refusal(self, agreement: Agreement, party: Party) -> Finding | None:
        """Why this side cannot use the ground now; None where it can."""
        if agreement.track not in self.tracks:
            return self._finding(
                _("This ground does not exist for an open license."),
                _("Its announced terms do not know it; both sides can still agree to end it."),
            )
        if party not in self.who:
            return self._finding(_("Only the licensee can use this ground."), _("Agree with the licensee to end it."))
        return self.missing(agreement, party)

    def _finding(self, message: Words, remedy: Words) -> Finding:
        return Finding(self.rule, Severity.BLOCK, message, remedy, self.law)


def _at_once(agreement: Agreement) -> int:
    return 0


def _exit_days(agreement: Agreement) -> int:
    """Thirty days where the license is free, otherwise sixty: the contract's clause on early exit."""
    free = effective.snapshot_of(agreement)["terms"]["fee_mode"] == FeeMode.FREE
    return FREE_NOTICE if free else NOTICE


def _nothing(agreement: Agreement, party: Party) -> Finding | None:
    return None


def demanded_at(agreement: Agreement, party: Party) -> datetime | None:
    """When the demand arrived whose period has run out without what was demanded; None where there is none (CC 563)."""
    ripe = agreement.payment_demands.filter(state=PayDemandState.RUN_OUT).order_by("made_at", "pk").first()
    if party == Party.LICENSOR and ripe is not None:
        return ripe.made_at
    rows = BreachDemand.objects.filter(agreement=agreement, party=party, mended_at__isnull=True, mend_by__lt=today())
    rows = rows.filter(mend_by__gte=today() - RIGHT_LASTS)
    demand = rows.order_by("served_at", "pk").first()
    return demand.served_at if demand else None


def _not_demanded(agreement: Agreement, party: Party) -> Finding | None:
    if demanded_at(agreement, party) is not None:
        return None
    return Finding(
        "CC-563",
        Severity.BLOCK,
        _("No written demand has run out: the other side must first have a reasonable time to mend the breach."),
        _("Send a demand; after thirty days without performance this ground is open."),
        "《民法典》第563条第1款第3项",
    )


def _lives(agreement: Agreement, party: Party) -> Finding | None:
    if agreement.listing.patent.status in ENDED:
        return None
    return Finding(
        "PL-47",
        Severity.BLOCK,
        _("As far as is recorded here the patent is alive."),
        _("If you know otherwise, tell the moderators with the evidence; they record the new status."),
        "《民法典》第865条",
    )


def _unchanged(agreement: Agreement, party: Party) -> Finding | None:
    open_event = agreement.listing.patent.health_events.filter(settled_at__isnull=True).exists()
    if open_event or agreement.holds.filter(ended_at__isnull=True).exists():
        return None
    return Finding(
        "DECL-8",
        Severity.BLOCK,
        _("Nothing is recorded that would have happened to the patent."),
        _("If you know otherwise, tell the moderators with the evidence."),
        "《民法典》第563条",
    )


GROUNDS: dict[Ground, Row] = {
    row.ground: row
    for row in (
        Row(
            Ground.MUTUAL,
            BOTH_TRACKS,
            EITHER,
            "《民法典》第562条第1款",
            _("Both sides sign that it ends, and on which day."),
            _("What fell due by that day stays owed; what would fall due later is dropped."),
            OnPaper.MUTUAL,
            _at_once,
            _nothing,
            signed_by_both=True,
            rule="CC-562",
        ),
        Row(
            Ground.EARLY,
            PRESET,
            LICENSEE,
            "《民法典》第562条第2款",
            _("The contract's clause on early exit: sixty days' written notice, thirty where the license is free."),
            _("What falls due before the last day stays owed; fixed fees already paid are not paid back."),
            OnPaper.EARLY,
            _exit_days,
            _nothing,
            rule="CC-562",
        ),
        Row(
            Ground.BREACH,
            BOTH_TRACKS,
            EITHER,
            "《民法典》第563条第1款第3项、第565条",
            _("A main duty was not performed within thirty days of a written demand."),
            _("What fell due stays owed with damages under the contract; what would fall due later is dropped."),
            OnPaper.BREACH,
            _at_once,
            _not_demanded,
        ),
        Row(
            Ground.PATENT_ENDED,
            BOTH_TRACKS,
            LICENSEE,
            "《专利法》第47条；《民法典》第865条",
            _("The patent has lapsed, was waived or was wholly invalidated, and that is recorded here."),
            _("What was not yet due is dropped. What was paid and performed stays, unless that is manifestly unfair."),
            OnPaper.PATENT_ENDED,
            _at_once,
            _lives,
            rule="PL-47",
        ),
        Row(
            Ground.PATENT_CHANGED,
            PRESET,
            LICENSEE,
            "《民法典》第563条、第870条",
            _("An event about the patent is recorded and not settled: assigned, in dispute, under attack, …"),
            _("What fell due before the event stays owed; what is held and what would fall due later is dropped."),
            OnPaper.PATENT_CHANGED,
            _at_once,
            _unchanged,
            rule="DECL-8",
        ),
    )
}
