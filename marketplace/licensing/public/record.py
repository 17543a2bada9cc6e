"""The public record of licenses granted: what it shows of each, and honest totals.

Shown are patent, track, term, a band of the amount, month and state. Parties are named only where each said so; exact
amounts, days, references and codes are never shown.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from listings.models import Track
from marketplace.accounts.models import Organization, OrganizationKind
from marketplace.lib import divisions
from marketplace.lib.industries import Industry, label
from marketplace.lib.numbers import patent_number
from marketplace.lib.sizes import FirmSize
from marketplace.lib.terms import day_of, start_of
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.models import Agreement, Naming, Party, State

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import _StrOrPromise as Words

FEW = 5  # a city with fewer registered firms than this might name the firm: its province is shown instead
SALT = b"kaixu:record:"
# Upper ends in fen, and how the band is called.
BANDS: tuple[tuple[int | None, Words], ...] = (
    (0, gettext_lazy("No fixed amount (free, or a share of sales)")),
    (1_000_000, gettext_lazy("Up to ¥10,000")),
    (5_000_000, gettext_lazy("¥10,000 to ¥50,000")),
    (20_000_000, gettext_lazy("¥50,000 to ¥200,000")),
    (100_000_000, gettext_lazy("¥200,000 to ¥1,000,000")),
    (None, gettext_lazy("Over ¥1,000,000")),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader chose; empty is everything."""

    year: int | None = None
    track: str = ""
    field: str = ""

    @classmethod
    def of(cls, get: dict[str, str]) -> Filters:
        """From an address; what does not fit is left out."""
        year = get.get("year", "")
        track, field = get.get("track", ""), get.get("field", "")
        return cls(
            int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
            track if track in Track.values else "",
            field if field in Industry.values else "",
        )


@dataclass(frozen=True, slots=True)
class Granted:
    """One license as the public reads it."""

    key: str  # an opaque mark for feeds, no reference
    title: str
    number: str
    track: str
    track_words: str
    field: str
    months: str
    since: str
    band: str
    licensor: str
    licensee: str
    state: str
    standing: bool
    changed: date

    def cells(self) -> list[str]:
        """As a row of a sheet."""
        return [
            self.title, self.number, self.track_words, str(_("Ordinary license")), self.field, self.since, self.months,
            self.band, self.licensor, self.licensee, self.state,
        ]  # fmt: skip


def header() -> list[str]:
    """The columns of the sheet."""
    return [
        _("Patent"), _("Patent number"), _("Track"), _("Kind of license"), pgettext("technology", "Field"),
        _("In force since"), pgettext("license", "Term"), _("Amount"), _("Licensor"), _("Licensee"), _("State"),
    ]  # fmt: skip


def granted(filters: Filters | None = None) -> QuerySet[Agreement]:
    """Every license that ever took effect, the newest first."""
    chosen = filters or Filters()
    rows = Agreement.objects.filter(effective_at__isnull=False, state__in=[State.ACTIVE, State.ENDED])
    if chosen.year:
        begins, ends = date(chosen.year, 1, 1), date(chosen.year + 1, 1, 1)
        rows = rows.filter(effective_at__gte=start_of(begins), effective_at__lt=start_of(ends))
    if chosen.track:
        rows = rows.filter(track=chosen.track)
    if chosen.field:
        rows = rows.filter(listing__industry=chosen.field)
    return rows.order_by("-effective_at", "-pk")


def shown(rows: Iterable[Agreement] | QuerySet[Agreement]) -> list[Granted]:
    """Rows as the public reads them; three questions to the database however many there are."""
    if hasattr(rows, "select_related"):
        rows = rows.select_related("listing", "version", "licensor", "licensee")
    found = list(rows)
    named = {
        (pk, party)
        for pk, party in Naming.objects.filter(agreement__in=found, named=True).values_list("agreement_id", "party")
    }
    crowded = _crowded({row.licensee.division[:4] for row in found})
    return [_granted(row, named, crowded) for row in found]


def _crowded(cities: set[str]) -> set[str]:
    """Cities with enough registered firms that one of them is nobody in particular."""
    rows = Organization.objects.exclude(kind__in=[OrganizationKind.UNIVERSITY, OrganizationKind.INSTITUTE])
    counts: Counter[str] = Counter()
    wanted = Q()
    for city in filter(None, cities):
        wanted |= Q(division__startswith=city)
    if not wanted:
        return set()
    for row in rows.filter(wanted).values("division").annotate(number=Count("pk")).order_by():
        counts[row["division"][:4]] += row["number"]
    return {city for city, number in counts.items() if number >= FEW}


def _granted(row: Agreement, named: set[tuple[int, str]], crowded: set[str]) -> Granted:
    offer = read(row.version.snapshot)
    patent = offer.patents[0]
    assert row.effective_at is not None  # noqa: S101  the query asked for it
    since, standing = day_of(row.effective_at), row.state == State.ACTIVE
    closed = day_of(row.closed_at) if row.closed_at else since
    return Granted(
        key=hmac.new(settings.SECRET_KEY.encode(), SALT + str(row.pk).encode(), sha256).hexdigest()[:20],
        title=patent.title,
        number=patent_number(patent.number) if patent.number else "",
        track=row.track,
        track_words=str(row.get_track_display()),
        field=label(row.listing.industry) if row.listing.industry else "",
        months=_months(since, row.ends_on),
        since=f"{since:%Y-%m}",
        band=band(row.fee_minor),
        licensor=row.licensor.name if (row.pk, Party.LICENSOR) in named else _somebody(row.licensor, crowded),
        licensee=row.licensee.name if (row.pk, Party.LICENSEE) in named else _somebody(row.licensee, crowded),
        state=_("In force") if standing else _("Ended in %(month)s") % {"month": f"{closed:%Y-%m}"},
        standing=standing,
        changed=since if standing else closed,
    )


def band(fee_minor: int) -> str:
    """The band of a fixed amount in fen."""
    return str(next(words for top, words in BANDS if top is None or fee_minor <= top))


def _months(since: date, ends: date | None) -> str:
    """The term in whole years or months: days would tell one license from another."""
    if ends is None:
        return "—"
    months = max(1, round((ends - since).days / 30.44))
    if months >= 12:
        years = round(months / 12)
        return _("about %(years)d years") % {"years": years} if years > 1 else _("about a year")
    return _("about %(months)d months") % {"months": months} if months > 1 else _("about a month")


def _somebody(organization: Organization, crowded: set[str]) -> str:
    """Who it is without saying who: kind, size and place."""
    place = _place(organization, crowded)
    match organization.kind:
        case OrganizationKind.UNIVERSITY:
            who = _("a university")
        case OrganizationKind.INSTITUTE:
            who = _("a research institute")
        case OrganizationKind.INDIVIDUAL:
            who = _("an individual")
        case OrganizationKind.SOLE_TRADER:
            who = _("a sole trader")
        case _:
            who = str(_SIZES.get(organization.size, gettext_lazy("a firm")))
    return _("%(who)s in %(place)s") % {"who": who, "place": place} if place else str(who)


_SIZES: dict[str, Words] = {
    FirmSize.MICRO: gettext_lazy("a micro firm"),
    FirmSize.SMALL: gettext_lazy("a small firm"),
    FirmSize.MEDIUM: gettext_lazy("a medium firm"),
    FirmSize.LARGE: gettext_lazy("a large firm"),
}


def _place(organization: Organization, crowded: set[str]) -> str:
    code = organization.division
    if not code:
        return ""
    exact = organization.kind not in (OrganizationKind.INDIVIDUAL, OrganizationKind.UNIVERSITY)
    exact = exact and organization.kind != OrganizationKind.INSTITUTE
    known = dict(divisions.choices())
    city = f"{code[:4]}00"
    if exact and code[:4] in crowded and city in known and not city.endswith("0000"):
        return divisions.name_of(city)
    return divisions.name_of(code[:2])


@dataclass(frozen=True, slots=True)
class Total:
    """A figure with the sentence that says what it counts."""

    label: str
    number: int
    counts: str


def totals() -> list[Total]:
    """Whole figures of the record, whatever is filtered; one question to the database."""
    told = granted().aggregate(
        every=Count("pk"),
        standing=Count("pk", filter=Q(state=State.ACTIVE)),
        ended=Count("pk", filter=Q(state=State.ENDED)),
        open=Count("pk", filter=Q(track=Track.OPEN)),
        preset=Count("pk", filter=Q(track=Track.PRESET)),
        firms=Count("licensee", distinct=True),
        patents=Count("listing__patent", distinct=True),
    )
    return [
        Total(
            pgettext("total", "Licenses granted"),
            told["every"],
            _("every license that took effect here, also those that ended"),
        ),
        Total(_("In force"), told["standing"], _("those whose term runs today")),
        Total(_("Ended"), told["ended"], _("run out, terminated, or left within the free period")),
        Total(_("Open licenses"), told["open"], _("taken by written notice on a public declaration")),
        Total(_("Preset licenses"), told["preset"], _("taken on terms fixed beforehand, or negotiated from them")),
        Total(_("Licensees"), told["firms"], _("firms and persons with at least one license, each counted once")),
        Total(_("Patents licensed"), told["patents"], _("patents with at least one license, each counted once")),
    ]


def years() -> Sequence[int]:
    """The years in which licenses took effect, the newest first."""
    return [day.year for day in granted().datetimes("effective_at", "year", order="DESC")]
