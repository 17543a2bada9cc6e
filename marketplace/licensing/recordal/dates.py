"""Until when a license is to be recorded, and what recording it brings (IR 15, 87; Guidelines V.11.8; REC-1, REC-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from marketplace.lib.look import Fact
from marketplace.lib.terms import day_of, fee_due_on, patent_year, recordal_due, today
from marketplace.licensing.contracts.reading import PatentFacts, read
from marketplace.licensing.models import Agreement, FilingKind, FilingState


@dataclass(frozen=True, slots=True)
class Recordal:
    """The dates of one license's recordal. `reduces_from` is the first annual fee that the open license can lower.

    `recorded_on` and `number` are the office's, once it has accepted; `handed_in_on` when it was last handed in.
    """

    effective_on: date
    due_on: date
    days_left: int
    reduces_from: date | None
    handed_in_on: date | None = None
    recorded_on: date | None = None
    number: str = ""

    @property
    def waits(self) -> bool:
        """Whether it has still to be handed in."""
        return self.handed_in_on is None and self.recorded_on is None

    def facts(self) -> list[Fact]:
        """The same for the page "what happens now"."""
        rows = [Fact(_("In force since"), self.effective_on.isoformat())]
        if self.recorded_on:
            rows.append(Fact(_("Recorded"), self.recorded_on.isoformat(), self.number))
        else:
            note = _("three months, moved on when it falls on a holiday")
            rows.append(Fact(_("Record until"), self.due_on.isoformat(), note))
        if self.reduces_from:
            note = _("only if recorded before, only fees not yet due, and never on top of another reduction")
            rows.append(Fact(_("Annual fee 15 percent lower from"), self.reduces_from.isoformat(), note))
        return rows


def recordal_of(agreement: Agreement, on: date | None = None) -> Recordal | None:
    """The recordal of a license that has taken effect; None before. `on` is today in Shanghai unless given."""
    if agreement.effective_at is None:
        return None
    day = on or today()
    effective_on = day_of(agreement.effective_at)
    due_on = recordal_due(effective_on)
    offer = read(agreement.version.snapshot)
    filing = next((one for one in agreement.filings.all() if one.kind == FilingKind.RECORDAL), None)  # often prefetched
    accepted = filing is not None and filing.state == FilingState.ACCEPTED
    recorded_on = filing.decided_on if filing is not None and accepted else None
    reduces = _next_fee(offer.patents[0], recorded_on or day) if offer.track == "open" else None
    return Recordal(
        effective_on,
        due_on,
        (due_on - day).days,
        reduces,
        handed_in_on=filing.handed_in_on if filing is not None else None,
        recorded_on=recorded_on,
        number=filing.number if filing is not None and accepted else "",
    )


def _next_fee(patent: PatentFacts, on: date) -> date | None:
    """The due date of the next annual fee; None when the patent ends before or its filing date is not known."""
    if patent.filed_on is None or on < patent.filed_on:
        return None
    due = fee_due_on(patent.filed_on, patent_year(patent.filed_on, on) + 1)
    return due if patent.last_day is None or due <= patent.last_day else None
