"""Up to four offers side by side, and the tray they are put into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from listings import comparing, variants
from listings.models import Listing, Track
from listings.models.listing import PUBLIC
from listings.offers import acts_words, classes_of, guidance_words, term_words, territory_words
from listings.prices import terms_dict
from listings.search.documents import readable
from listings.views.reader import limited, reader
from listings.views.showing import Told, class_title, lowest_price
from marketplace.accounts.models import Organization
from marketplace.lib import divisions, industries, look
from marketplace.lib.terms import today


class Column(NamedTuple):
    """One offer: the row of the database, the reader's price, and the address of the comparison without it."""

    listing: Listing
    price: Told
    without: str


class Line(NamedTuple):
    """One fact of all offers; `same` where they do not differ."""

    label: str
    cells: Sequence[str]
    same: bool


@require_safe
@limited("search")
def compare(request: HttpRequest) -> HttpResponse:
    """The offers that the address names; without any, those put aside. What is not on offer is left out."""
    codes = comparing.codes_in(request.GET.getlist("l"))
    if not codes and "l" not in request.GET and (tray := comparing.tray_of(request.session)).listings:
        return redirect(f"{reverse('listings:compare')}?{tray.query}")
    found = {row.code: row for row in readable(Listing.objects.filter(code__in=codes, state__in=PUBLIC))}
    listings = [found[code] for code in codes if code in found]
    organization = reader(request)
    lines = _lines([face(row, organization) for row in listings])
    only = request.GET.get("only") == "different"
    return render(
        request,
        "listings/compare.html",
        {
            "columns": [Column(row, lowest_price(row, organization), _without(listings, row)) for row in listings],
            "lines": [line for line in lines if not (only and line.same)],
            "same": sum(line.same for line in lines),
            "only": only,
            "address": _address(listings),
            "gone": len(codes) - len(listings),
            "most": comparing.MOST,
        },
    )


def face(listing: Listing, organization: Organization | None) -> Listing:
    """The listing under the terms whose price is shown."""
    mine = classes_of(organization) if organization and listing.track == Track.PRESET else ()
    return variants.cheapest_face(listing, mine)


def _address(listings: Sequence[Listing]) -> str:
    return f"?{comparing.Tray(tuple(listings)).query}"


def _without(listings: Sequence[Listing], one: Listing) -> str:
    return _address([row for row in listings if row is not one]) if len(listings) > 1 else "?l="


# What is told of each offer, in order: label, and the words.
_TOLD: tuple[tuple[Callable[[], str], Callable[[Listing], str]], ...] = (
    (lambda: _("License"), lambda row: str(Track(row.track).label)),
    (lambda: _("License term"), lambda row: term_words(terms_dict(row.terms), _last(row))),
    (lambda: _("Where"), lambda row: str(territory_words(row.terms.territory))),
    (lambda: _("Permitted"), lambda row: str(acts_words(row.terms.acts))),
    (lambda: _("Field of use"), lambda row: row.terms.field_of_use or _("any")),
    (lambda: _("Guidance"), lambda row: str(guidance_words(terms_dict(row.terms)))),
    (lambda: _("The trouble it takes away"), lambda row: row.problem),
    (lambda: _("Better than today, by how much"), lambda row: _gains(row)),
    (lambda: _("Products"), lambda row: row.products),
    (lambda: _("Cost and time to adopt"), lambda row: row.adoption),
    (lambda: _("What else is needed"), lambda row: row.also_needed),
    (lambda: _("Maturity (1–9)"), lambda row: str(row.maturity or "")),
    (lambda: _("Kind of patent"), lambda row: str(row.patent.get_kind_display())),
    (lambda: _("Years left"), lambda row: _left(row)),
    (lambda: _("Legal status"), lambda row: _status(row)),
    (lambda: _("Field of technology"), lambda row: class_title(row.patent.ipc_main)),
    (lambda: _("Industry"), lambda row: industries.label(row.industry) if row.industry else ""),
    (lambda: _("University"), lambda row: row.organization.name),
    (lambda: _("Region"), lambda row: divisions.name_of(row.organization.division)),
)


def told_of(listing: Listing) -> dict[str, str]:
    """Every fact by its label."""
    return {label(): told(listing).strip() for label, told in _TOLD}


def labels() -> list[str]:
    """The labels of these facts, in order."""
    return [label() for label, _told in _TOLD]


def _lines(listings: Sequence[Listing]) -> list[Line]:
    lines = []
    columns = [told_of(row) for row in listings]
    for label in labels():
        cells = [column[label] for column in columns]
        if any(cells):
            same = len(listings) > 1 and len(set(cells)) == 1
            lines.append(Line(label, [cell or "—" for cell in cells], same))
    return lines


def _last(listing: Listing) -> str | None:
    return listing.patent.last_day.isoformat() if listing.patent.last_day else None


def _left(listing: Listing) -> str:
    patent = listing.patent
    return look.life(patent.filed_on, patent.last_day, today()).words if patent.filed_on and patent.last_day else ""


def _status(listing: Listing) -> str:
    patent = listing.patent
    if patent.status_checked_at is None:
        return str(patent.get_status_display())
    day = patent.status_checked_at.astimezone().date().isoformat()
    return _("%(status)s, checked on %(day)s") % {"status": patent.get_status_display(), "day": day}


def _gains(listing: Listing) -> str:
    """The first three, a line each: what, today → with this patent."""
    rows = [[str(cell) for cell in row] for row in listing.gains[:3] if isinstance(row, list) and len(row) == 3]
    return "\n".join(f"{what}: {now} → {then}" if now else f"{what}: {then}" for what, now, then in rows)


@require_POST
@limited("search")
def aside(request: HttpRequest) -> HttpResponse:
    """Put an offer aside or take it away again, and go back; to htmx, the tray and the buttons as they are now."""
    before = comparing.tray_of(request.session).listings
    full, named = False, None
    if "clear" in request.POST:
        comparing.clear(request.session)
    elif code := _code(request.POST):
        named = Listing.objects.filter(code=code, state__in=PUBLIC).select_related("patent").first()
        full = _toggled_too_many(request, code, on_offer=named is not None)
    if request.htmx:  # type: ignore[attr-defined]
        changed = {row.code: row for row in (*before, *([named] if named else []))}.values()
        context = {"tray": comparing.tray_of(request.session), "changed": changed, "full": full}
        return render(request, "listings/compare_part.html", context)
    if full:
        messages.info(request, _("At most four offers can be compared. Take one away first."))
    return redirect(_back(request))


def _toggled_too_many(request: HttpRequest, code: UUID, *, on_offer: bool) -> bool:
    """Toggle one; whether there was no room for it. What is not on offer can only be taken away."""
    if not on_offer and code not in comparing.put_aside(request.session):
        return False
    try:
        comparing.toggle(request.session, code)
    except comparing.Full:
        return True
    return False


def _code(sent: QueryDict) -> UUID | None:
    codes = comparing.codes_in([str(sent.get("listing", ""))])
    return codes[0] if codes else None


def _back(request: HttpRequest) -> str:
    """The page the visitor came from, if it is one of ours (WEB-8)."""
    to = str(request.POST.get("next", ""))
    if to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        return to
    return reverse("listings:find")
