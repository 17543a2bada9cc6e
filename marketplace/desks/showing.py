"""Values of the desks, made from rows without asking more than once for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count
from django.utils.translation import gettext as _

from listings.health.fees import FeeState, next_fee
from listings.models import LegalStatus, Listing, ListingState, Patent, Track
from listings.models.patent import ALIVE
from marketplace.accounts.models import Organization
from marketplace.lib.look import Step, when
from marketplace.lib.navigation import url_or_empty
from marketplace.lib.terms import day_of, recordal_due
from marketplace.licensing.models import OPEN_STATES, Agreement, State
from marketplace.licensing.pages import turns

FEES_SHOWN = 5
DEALS_SHOWN = 5
LINES_SHOWN = 3
CLOSED = (ListingState.WITHDRAWN, ListingState.EXPIRED, ListingState.REFUSED)


class Pile(NamedTuple):
    """Listings in one state."""

    label: str
    number: int
    url: str


class FeeDue(NamedTuple):
    """The next annual fee of a patent."""

    title: str
    year: int
    due_on: date
    url: str


@dataclass(frozen=True, slots=True)
class Underway:
    """A deal on its way, with its process line."""

    row: turns.Row
    steps: list[Step]


class ToRecord(NamedTuple):
    """A license that still can be recorded in time."""

    row: turns.Row
    due_on: date


def piles(organization: Organization) -> list[Pile]:
    """How many listings stand in which state; states without any are left out. One query."""
    rows = Listing.objects.filter(organization=organization).order_by().values("state").annotate(number=Count("pk"))
    counts = {row["state"]: row["number"] for row in rows}
    mine = url_or_empty("listings:mine")
    return [
        Pile(str(state.label), counts[state.value], f"{mine}?state={state.value}" if mine else "")
        for state in ListingState
        if counts.get(state.value)
    ]


def fees_due(organization: Organization, day: date) -> list[FeeDue]:
    """The annual fees that come next, nearest first; patents whose paid years nobody told are left out. One query."""
    patents = Patent.objects.filter(
        organization=organization,
        status__in=(*ALIVE, LegalStatus.LATE_PERIOD),
        filed_on__isnull=False,
        fees_paid_through__isnull=False,
    ).only("code", "title", "kind", "status", "filed_on", "fees_paid_through", "last_day")
    found = []
    for patent in patents:
        fee = next_fee(patent, day)
        if fee is not None:
            due_on = fee.late_until if fee.state is FeeState.LATE else fee.due_on
            found.append(FeeDue(patent.title, fee.year, due_on, url_or_empty("listings:patent", patent.code)))
    return sorted(found, key=lambda fee: fee.due_on)[:FEES_SHOWN]


def rows(deals: Iterable[Agreement], organization: Organization) -> list[turns.Row]:
    """The newest deals as lines."""
    return [turns.row(agreement, {organization.pk}) for agreement in deals][:DEALS_SHOWN]


def underway(deals: Iterable[Agreement], organization: Organization) -> list[Underway]:
    """The newest deals that are not settled yet, each with its process line."""
    open_ones = [agreement for agreement in deals if agreement.state in OPEN_STATES][:LINES_SHOWN]
    return [Underway(turns.row(agreement, {organization.pk}), line(agreement)) for agreement in open_ones]


def line(agreement: Agreement) -> list[Step]:
    """A short process line, read from the agreement alone."""
    if agreement.track == Track.OPEN:
        stations: list[tuple[str, datetime | None]] = [
            (_("Notice prepared"), agreement.requested_at),
            (_("Notice served"), agreement.noticed_at),
            (_("Paid and in force"), agreement.effective_at),
        ]
    else:
        stations = [
            (_("Requested"), agreement.requested_at),
            (_("Signed by both"), agreement.signed_at),
            (_("In effect"), agreement.effective_at),
        ]
    found: list[Step] = []
    for label, at in stations:
        ahead = not at and all(step.state == "done" for step in found)
        found.append(Step(label, when(at) if at else "", "done" if at else "now" if ahead else "todo"))
    return found


def to_record(deals: Iterable[Agreement], organization: Organization, day: date) -> list[ToRecord]:
    """Licenses in force whose recordal is not overdue, the nearest day first (REC-1)."""
    found = []
    for agreement in deals:
        if agreement.state != State.ACTIVE or agreement.effective_at is None:
            continue
        due_on = recordal_due(day_of(agreement.effective_at))
        if due_on >= day:
            found.append(ToRecord(turns.row(agreement, {organization.pk}), due_on))
    return sorted(found, key=lambda one: one.due_on)
