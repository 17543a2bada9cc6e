"""An owner's offers as one table: state, readers, requests, licenses, the fee that comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.health.fees import FeeYear, next_fee
from listings.models import PUBLIC, Listing, ListingState, ListingViews, Track
from listings.rules.contract import STATUS_DAYS, fresh_since
from marketplace.accounts.models import Organization
from marketplace.lib import sheets
from marketplace.lib.industries import INDUSTRIES
from marketplace.lib.look import Bar
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import day_of, today
from marketplace.licensing.models import Agreement, State

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.functional import _StrOrPromise as Words

VIEW_DAYS = 30
MOST_EXPORTED = 10_000
SORTS: dict[str, tuple[Words, tuple[str, ...]]] = {
    "changed": (gettext_lazy("changed last"), ("-changed_at", "-pk")),
    "views": (gettext_lazy("most read"), ("-views_30", "-changed_at", "-pk")),
    "requests": (gettext_lazy("most requests"), ("-requests", "-changed_at", "-pk")),
    "title": (gettext_lazy("title"), ("patent__title", "pk")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner wants to see; unknown values are left out."""

    q: str = ""
    state: str = ""
    track: str = ""
    industry: str = ""
    sort: str = "changed"

    @staticmethod
    def from_get(told: QueryDict) -> Asked:
        """The filters of an address."""

        def one(name: str, known: Iterable[str]) -> str:
            value = told.get(name, "")
            return value if value in set(known) else ""

        return Asked(
            q=told.get("q", "").strip()[:80],
            state=one("state", ListingState.values),
            track=one("track", Track.values),
            industry=one("industry", [key for key, _words in INDUSTRIES]),
            sort=one("sort", SORTS) or "changed",
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One offer with its numbers. `views` are readers of the last thirty days, `all_views` of all time."""

    listing: Listing
    views: int
    all_views: int
    requests: int
    deals: int
    fee: FeeYear | None
    fresh_until: date | None

    @property
    def number(self) -> str:
        """The patent number as people write it."""
        return patent_number(self.listing.patent.application_number)


def offers_of(organization: Organization, asked: Asked) -> QuerySet[Listing]:
    """The organization's listings with their numbers, filtered and sorted; one query for a page."""
    since = today() - timedelta(days=VIEW_DAYS - 1)
    views = ListingViews.objects.filter(listing=OuterRef("pk")).order_by().values("listing")
    seen = Agreement.objects.filter(listing=OuterRef("pk")).exclude(track=Track.OPEN, noticed_at__isnull=True)
    counted = seen.order_by().values("listing")
    rows = Listing.objects.filter(organization=organization).select_related("patent")
    rows = rows.annotate(
        views_30=Coalesce(Subquery(views.filter(day__gte=since).annotate(n=Sum("count")).values("n")), 0),
        views_all=Coalesce(Subquery(views.annotate(n=Sum("count")).values("n")), 0),
        requests=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0),
        deals=Coalesce(Subquery(counted.filter(effective_at__isnull=False).annotate(n=Count("pk")).values("n")), 0),
    )
    for name in ("state", "track", "industry"):
        if value := getattr(asked, name):
            rows = rows.filter(**{name: value})
    if asked.q:
        number = "".join(c for c in asked.q if c.isalnum()).upper().removeprefix("ZL")
        rows = rows.filter(
            Q(patent__title__icontains=asked.q)
            | Q(headline__icontains=asked.q)
            | Q(patent__application_number__startswith=number or "-")
        )
    return rows.order_by(*SORTS[asked.sort][1])


def lines(rows: Iterable[Listing]) -> list[Line]:
    """Rows of `offers_of` with what is computed for each."""
    return [_line(row) for row in rows]


def _line(row: Listing) -> Line:
    at = fresh_since(row) if row.state in PUBLIC else None
    return Line(
        listing=row,
        views=row.views_30,  # type: ignore[attr-defined]
        all_views=row.views_all,  # type: ignore[attr-defined]
        requests=row.requests,  # type: ignore[attr-defined]
        deals=row.deals,  # type: ignore[attr-defined]
        fee=next_fee(row.patent),
        fresh_until=day_of(at + timedelta(days=STATUS_DAYS)) if at else None,
    )


def bars(organization: Organization) -> list[Bar]:
    """How many listings stand in which state, in the order of their lives; empty states are left out."""
    rows = Listing.objects.filter(organization=organization).order_by().values_list("state").annotate(Count("pk"))
    counts = dict(rows)
    return [Bar(state.label, counts[state.value]) for state in ListingState if counts.get(state.value)]


def weeks(organization: Organization, on: date | None = None) -> list[Bar]:
    """Readers of all offers in each of the last eight weeks, Monday to Sunday, the present one last."""
    day = on or today()
    monday = day - timedelta(days=day.weekday())
    first = monday - timedelta(weeks=7)
    rows = ListingViews.objects.filter(listing__organization=organization, day__gte=first)
    sums: dict[date, int] = {first + timedelta(weeks=n): 0 for n in range(8)}
    for seen_on, count in rows.order_by().values_list("day").annotate(Sum("count")):
        sums[seen_on - timedelta(days=seen_on.weekday())] += count
    return [Bar(f"{start.month}/{start.day}", count) for start, count in sums.items()]


def totals(organization: Organization) -> dict[str, int]:
    """Readers of thirty days, requests and licenses of all time."""
    since = today() - timedelta(days=VIEW_DAYS - 1)
    views = ListingViews.objects.filter(listing__organization=organization, day__gte=since)
    deals = Agreement.objects.filter(licensor=organization).exclude(track=Track.OPEN, noticed_at__isnull=True)
    return {
        "views": views.aggregate(n=Sum("count"))["n"] or 0,
        "requests": deals.count(),
        "licenses": deals.filter(effective_at__isnull=False).count(),
        "in_force": deals.filter(state=State.ACTIVE).count(),
    }


def workbook(organization: Organization, asked: Asked) -> bytes:
    """The filtered table as xlsx; every cell is text, so that nothing in it is a formula (WEB-5)."""
    header = [
        _("Patent number"), _("Title"), _("Track"), _("State"), _("Readers, 30 days"), _("Readers, all"),
        _("Requests"), _("Licenses"), _("Next annual fee: patent year"), _("Due by"), _("Legal status"),
        _("Source of the status"), _("Status good until"), _("Last day"),
    ]  # fmt: skip
    rows = offers_of(organization, asked)[:MOST_EXPORTED]
    return sheets.write_xlsx(_("Offers"), header, (_cells(line) for line in lines(rows)))


def _cells(line: Line) -> Sequence[object]:
    listing, patent = line.listing, line.listing.patent
    return [
        line.number, patent.title, listing.get_track_display(), listing.get_state_display(), line.views,
        line.all_views, line.requests, line.deals, line.fee.year if line.fee else "",
        line.fee.due_on.isoformat() if line.fee else "", patent.get_status_display(), patent.status_source,
        line.fresh_until.isoformat() if line.fresh_until else "",
        patent.last_day.isoformat() if patent.last_day else "",
    ]  # fmt: skip
