"""Taking the results of a search along: as a spreadsheet, on paper, as a feed."""

from __future__ import annotations

import re
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings.models import Listing
from listings.search import Query
from listings.search.whole import everything, fitting
from listings.views import showing
from listings.views.comparing import face, labels, told_of
from listings.views.reader import classes, limited, reader
from marketplace.accounts.models import Organization
from marketplace.lib import sheets
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import today

ON_PAPER = 60  # offers: four to six printed pages
IN_A_FEED = 30
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


@require_safe
@limited("export")
def sheet(request: HttpRequest) -> HttpResponse:
    """The offers of a search as xlsx, in the reader's own prices; without anybody's contact data."""
    query = Query.from_get(request.GET)
    found = everything(query, classes=classes(request))
    organization = reader(request)
    header = [
        _("Title"), _("In one sentence"), _("Price"), _("Terms"), _("Patent number"), *labels(), _("Address"),
    ]  # fmt: skip
    rows = (_cells(row, told, organization) for row, told in showing.compact(found.listings, organization))
    title = _("Offers %(day)s") % {"day": today().isoformat()}
    response = HttpResponse(sheets.write_xlsx(title, header, rows), content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="kaixu-{today().isoformat()}.xlsx"'
    return response


def _cells(row: Listing, told: showing.Told, organization: Organization | None) -> list[str]:
    return [
        row.patent.title, row.headline, told.amount, told.note.replace("\N{NO-BREAK SPACE}", " "),
        patent_number(row.patent.application_number), *told_of(face(row, organization)).values(),
        _absolute(row.get_absolute_url()),
    ]  # fmt: skip


@require_safe
@limited("export")
def paper(request: HttpRequest) -> HttpResponse:
    """The first offers of a search as a plain table for the printer."""
    query = replace(Query.from_get(request.GET), page=1)
    found = everything(query, classes=classes(request), most=ON_PAPER)
    context = {
        "query": query,
        "words": showing.search_words(query),
        "rows": showing.compact(found.listings, reader(request)),
        "total": found.total,
        "notes": found.notes,
        "now": timezone.now(),
        "address": _absolute(f"{reverse('listings:find')}{query.to_url()}"),
    }
    return render(request, "listings/find_print.html", context)


@require_safe
@limited("feed")
def feed(request: HttpRequest) -> HttpResponse:
    """The newest offers that fit a search, as Atom. The same for every reader: it holds the prices for everybody."""
    query = replace(Query.from_get(request.GET), page=1)
    found = fitting(query, most=IN_A_FEED)
    address = query.to_url()
    atom = Atom1Feed(
        title=_("Kaixu: %(search)s") % {"search": showing.search_words(query) or _("new offers")},
        link=_absolute(f"{reverse('listings:find')}{address}"),
        feed_url=_absolute(f"{reverse('listings:find_feed')}{address}"),
        description=_("University patents on offer, the newest first"),
        language="en" if get_language() == "en" else "zh-Hans",
    )
    for row, told in showing.compact(found.listings, None):
        atom.add_item(
            title=_plain(row.patent.title),
            link=_absolute(row.get_absolute_url()),
            unique_id=f"urn:uuid:{row.code}",
            description=_plain(f"{row.headline}。{told.amount} ({told.note})"),
            author_name=_plain(row.organization.name),
            pubdate=row.published_at,
            updateddate=row.changed_at,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    atom.write(response, "utf-8")
    return response


def _plain(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("", text)
