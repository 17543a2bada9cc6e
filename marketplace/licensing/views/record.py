"""The public record of licenses granted: page, sheets and feed; and what a party wants shown of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from listings.models import Track
from listings.publicity.feeds import Feed
from listings.views.reader import limited
from marketplace.accounts.access import login_required
from marketplace.accounts.models import ContactConsent
from marketplace.accounts.privacy import contacts
from marketplace.accounts.privacy.contacts import Whose
from marketplace.accounts.requests import PersonRequest
from marketplace.lib import sheets
from marketplace.lib.findings import Refused
from marketplace.lib.industries import Industry
from marketplace.lib.saying import aloud
from marketplace.lib.terms import start_of
from marketplace.licensing.flow import naming
from marketplace.licensing.models import Agreement, Naming, Party
from marketplace.licensing.public import record
from marketplace.licensing.views.common import find

A_PAGE = 20
MOST_IN_SHEET = 5_000
IN_FEED = 50
SHEETS: dict[str, tuple[str, Callable[[list[list[str]]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", lambda rows: sheets.write_csv(record.header(), rows)),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda rows: sheets.write_xlsx(_("Licenses granted"), record.header(), rows),
    ),
}


@require_safe
def licenses(request: HttpRequest) -> HttpResponse:
    """Licenses granted through the site, filtered by year, track and field."""
    chosen = record.Filters.of(request.GET.dict())
    page = Paginator(record.granted(chosen), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": record.shown(page.object_list),
        "chosen": chosen,
        "totals": record.totals(),
        "years": record.years(),
        "tracks": Track.choices,
        "fields": Industry.choices,
        "asked": _asked(chosen),
    }
    return render(request, "licensing/record/licenses.html", context)


def _asked(chosen: record.Filters) -> str:
    told = {"year": chosen.year, "track": chosen.track, "field": chosen.field}
    return urlencode({name: value for name, value in told.items() if value})


@require_safe
@limited("export")
def sheet(request: HttpRequest, form: str) -> HttpResponse:
    """The same rows as a sheet; every cell is text."""
    if form not in SHEETS:
        raise Http404
    content_type, write = SHEETS[form]
    rows = record.shown(record.granted(record.Filters.of(request.GET.dict()))[:MOST_IN_SHEET])
    answer = HttpResponse(write([row.cells() for row in rows]), content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="licenses.{form}"'
    return answer


@require_safe
@limited("feed")
def feed(_request: HttpRequest) -> HttpResponse:
    """The newest licenses as an Atom feed (RFC 4287), dated by month: the day is nobody's business."""
    site = settings.SITE_URL.rstrip("/")
    page, itself = f"{site}{reverse('licensing:licenses')}", f"{site}{reverse('licensing:licenses_feed')}"
    title = _("Licenses granted")
    atom = Feed(
        title=_("Kaixu: %(title)s") % {"title": title},
        link=page,
        description=title,
        language=get_language() or settings.LANGUAGE_CODE,
        author_name=_("Kaixu"),
        feed_url=itself,
        feed_guid=itself,
    )
    for row in record.shown(record.granted()[:IN_FEED]):
        at = start_of(row.changed.replace(day=1))
        atom.add_item(
            title=row.title,
            link=page,
            unique_id=f"{page}#{row.key}",
            description=" · ".join(filter(None, row.cells()[1:])),
            author_name=row.licensor,
            pubdate=at,
            updateddate=at,
            categories=[row.track_words],
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: PersonRequest, code: UUID) -> HttpResponse:
    """Who reads the licensee's contact, and whether the public record names this side."""
    deal = find(request, code)
    party = deal.party_of(request.user)
    if request.method == "POST":
        if party is None:
            raise Http404
        try:
            _decide(request, deal, party)
        except Refused as refused:
            aloud(request, refused.findings)
        return redirect("licensing:shown", deal.code)
    return render(request, "licensing/record/shown.html", _context(request, deal, party))


def _decide(request: PersonRequest, deal: Agreement, party: Party) -> None:
    whose = Whose(deal.licensee)
    match request.POST.get("decision", ""):
        case "name" | "unname" as word:
            naming.set_named(deal, party, named=word == "name", by=request.user)
            messages.success(request, _("Saved."))
        case "give" if party == Party.LICENSEE:
            contacts.give(whose, deal.licensor, by=request.user, about=deal.reference, path=_path(deal))
            messages.success(request, _("%(university)s may read your contact now.") % {"university": deal.licensor})
        case "end" if party == Party.LICENSEE:
            row = contacts.live(whose, deal.licensor)
            if row is not None:
                contacts.end(row, by=request.user)
            messages.success(request, _("%(university)s cannot read your contact.") % {"university": deal.licensor})
        case "ask" if party == Party.LICENSOR:
            contacts.ask(deal.licensor, whose, by=request.user, about=deal.reference, path=_path(deal))
            messages.success(request, _("The firm is asked. You get a message when it says yes."))


def _path(deal: Agreement) -> str:
    return reverse("licensing:shown", args=[deal.code])


def _context(request: PersonRequest, deal: Agreement, party: Party | None) -> dict[str, Any]:
    whose = Whose(deal.licensee)
    row: ContactConsent | None = contacts.live(whose, deal.licensor)
    given = row is not None and row.given_at is not None
    named = set(Naming.objects.filter(agreement=deal, named=True).values_list("party", flat=True))
    reads = given and party == Party.LICENSOR
    return {
        "agreement": deal,
        "is_licensee": party == Party.LICENSEE,
        "is_licensor": party == Party.LICENSOR,
        "consent": row,
        "given": given,
        "words": contacts.words(whose, deal.licensor),
        "contact": deal.licensee if reads or party == Party.LICENSEE else None,
        "in_papers": deal.track == Track.OPEN or deal.statements.get("contact") is True,
        "named": party in named,
        "may_name": party is not None and naming.may_name(deal, party, request.user),
        "decides": whose.decides(request.user),
    }
