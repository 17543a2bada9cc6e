"""What of running deals waits for one side: filings, demands, proposals to end, scans to look at, amendments to sign.

The desk and the calendar read the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.lib import todo
from marketplace.lib.terms import day_of
from marketplace.lib.todo import Desk, Todo
from marketplace.licensing.models import (
    Agreement,
    Amendment,
    AmendmentState,
    BreachDemand,
    CopyState,
    Filing,
    FilingState,
    Negotiation,
    NegotiationState,
    Party,
    StampedCopy,
    State,
    Termination,
    TerminationState,
)
from marketplace.notices import calendar
from marketplace.notices.calendar import Due

if TYPE_CHECKING:
    from marketplace.accounts.models import User

MOST = 50  # of one kind


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something of a deal that waits for one side."""

    key: str
    what: str
    label: str
    title: str
    path: str
    on: date | None
    reference: str


def register() -> None:
    """Tell desk and calendar; called from LicensingConfig.ready()."""
    todo.source("licensing.waiting", _on_desk, order=30)
    calendar.source(_in_calendar)


def _on_desk(desk: Desk) -> Iterator[Todo]:
    for one in waiting({desk.organization.pk}):
        yield Todo(f"{one.what}: {one.title}", one.reference, one.path, one.label, one.on, _("Your turn"), "now")


def _in_calendar(user: User) -> Iterator[Due]:
    own = set(user.memberships.live().values_list("organization", flat=True))
    for one in [*waiting(own), *_talks(own)]:
        if one.on is not None:
            yield Due(one.key, one.on, f"{one.what}: {one.title}", one.reference, one.path)


def waiting(own: set[int]) -> Iterator[Waiting]:
    """What waits for these organizations, kind by kind: one question to the database for each kind."""
    yield from _filings(own)
    yield from _amendments(own)
    yield from _ends(own)
    yield from _demands(own)
    yield from _scans(own)


def _side(own: set[int], party: str, deal: str = "agreement") -> Q:
    """Rows whose `party` column names a side that is one of ours."""
    return Q(**{party: Party.LICENSEE, f"{deal}__licensee__in": own}) | Q(
        **{party: Party.LICENSOR, f"{deal}__licensor__in": own}
    )


def _other(own: set[int], party: str, deal: str = "agreement") -> Q:
    """Rows whose `party` column names the other side of one of ours."""
    return Q(**{party: Party.LICENSOR, f"{deal}__licensee__in": own}) | Q(
        **{party: Party.LICENSEE, f"{deal}__licensor__in": own}
    )


def _until(instant: datetime | None) -> date | None:
    """The last whole day before an instant."""
    return day_of(instant - timedelta(microseconds=1)) if instant else None


def _of(key: str, deal: Agreement, what: str, label: str, path: str, on: date | None) -> Waiting:
    return Waiting(key, what, label, deal.listing.patent.title, path, on, deal.reference)


def _filings(own: set[int]) -> Iterator[Waiting]:
    states = [FilingState.TO_PREPARE, FilingState.CORRECTION]
    rows = Filing.objects.filter(_side(own, "duty"), state__in=states, agreement__state=State.ACTIVE)
    for row in rows.select_related("agreement__listing__patent").order_by("due_on", "pk")[:MOST]:
        correct = row.state == FilingState.CORRECTION
        on = row.answer_by if correct else row.due_on
        if on is None and not correct:
            continue  # a registration is voluntary: nobody is pressed
        what = _("Correct what the authority asked for") if correct else str(row.get_kind_display())
        path = reverse("licensing:filing", args=[row.agreement.code, row.kind])
        yield _of(f"filing-{row.pk}-{row.state}", row.agreement, what, _("Open the file set"), path, on)


def _amendments(own: set[int]) -> Iterator[Waiting]:
    ours = Q(agreement__licensee__in=own) | Q(agreement__licensor__in=own)
    rows = Amendment.objects.filter(ours, state=AmendmentState.SIGNING).select_related("agreement__listing__patent")
    for row in rows.order_by("acts_until", "pk")[:MOST]:
        deal = row.agreement
        label = _("Read and sign")
        yield _of(
            f"amendment-{row.code}",
            deal,
            _("Amendment to sign"),
            label,
            deal.get_absolute_url(),
            _until(row.acts_until),
        )


def _ends(own: set[int]) -> Iterator[Waiting]:
    rows = Termination.objects.filter(_other(own, "party"), state=TerminationState.PROPOSED)
    for row in rows.select_related("agreement__listing__patent").order_by("acts_until", "pk")[:MOST]:
        path = reverse("licensing:ending", args=[row.agreement.code])
        what = _("The other side proposes to end the license")
        yield _of(f"end-{row.code}", row.agreement, what, _("Answer"), path, _until(row.acts_until))


def _demands(own: set[int]) -> Iterator[Waiting]:
    rows = BreachDemand.objects.filter(_other(own, "party"), mended_at__isnull=True, agreement__state=State.ACTIVE)
    for row in rows.select_related("agreement__listing__patent").order_by("mend_by", "pk")[:MOST]:
        path = reverse("licensing:ending", args=[row.agreement.code])
        yield _of(f"breach-{row.code}", row.agreement, _("A demand was served on you"), _("Read it"), path, row.mend_by)


def _scans(own: set[int]) -> Iterator[Waiting]:
    rows = StampedCopy.objects.filter(_other(own, "party", "paper__agreement"), state=CopyState.WAITING)
    for row in rows.select_related("paper__agreement__listing__patent").order_by("answer_until", "pk")[:MOST]:
        deal = row.paper.agreement
        path = reverse("licensing:stamped_copy", args=[deal.code, row.code])
        yield _of(f"scan-{row.code}", deal, _("Look at the stamped scan"), _("Look"), path, _until(row.answer_until))


def _talks(own: set[int]) -> Iterator[Waiting]:
    """Versions that wait for an answer; the desk shows them by itself."""
    mine = Q(turn=Party.LICENSEE, licensee__in=own) | Q(turn=Party.LICENSOR, licensor__in=own)
    rows = Negotiation.objects.filter(mine, state=NegotiationState.OPEN).select_related("listing__patent")
    for row in rows.order_by("due_at", "pk")[:MOST]:
        title, what = row.listing.patent.title, _("Answer the other side's version")
        yield Waiting(f"talk-{row.code}", what, "", title, row.get_absolute_url(), _until(row.due_at), "")
