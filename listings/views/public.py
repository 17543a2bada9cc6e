"""What everybody may read: the results of a search, and a listing."""

from __future__ import annotations

from dataclasses import replace
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings import variants
from listings.models import Listing
from listings.offers import classes_of
from listings.search import Query, search
from listings.search.query import LONGEST, PER_PAGE, SORTS
from listings.views import listing_page, showing
from marketplace.accounts.models import Organization, User
from marketplace.accounts.requests import address_of
from marketplace.lib import limits


def _reader(request: HttpRequest) -> Organization | None:
    """The organization the reader acts for; None for strangers and people without one."""
    organization = getattr(request, "organization", None)
    return organization if request.user.is_authenticated and organization else None


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Listings found by somebody's own words and filters. Answers every query; 429 when asked too often."""
    if not limits.allow("search", address_of(request)):
        return render(request, "listings/find_busy.html", status=429)
    query = Query.from_get(request.GET)
    organization = _reader(request)
    results = search(query, classes=classes_of(organization) if organization else ())
    names = showing.university_names(results)
    paginator = Paginator(range(results.reachable), PER_PAGE)
    notes = list(results.notes)
    if query.cut:
        notes.append(_("We read the first %(count)d characters of your question.") % {"count": LONGEST})
    return render(
        request,
        "listings/find.html",
        {
            "query": query,
            "results": results,
            "rows": showing.rows(results, organization),
            "chips": showing.chips(query, names),
            "groups": showing.groups(results, names),
            "notes": notes,
            "page": paginator.page(min(results.page, paginator.num_pages)),
            "sorts": _sorts(query),
            "longest": LONGEST,
        },
    )


def _sorts(query: Query) -> list[tuple[object, str, bool]]:
    """The ways to sort: words, address, whether it is the present one."""
    return [
        (words, replace(query, sort=key, page=1).to_url() or "?", key == query.sort)
        for key, words in SORTS.items()
        if key != "relevance" or query.q
    ]


@require_safe
def listing(request: HttpRequest, code: UUID) -> HttpResponse:
    """One listing, in the reader's own terms. Strangers meet 404 where it is not public."""
    user = cast("User", request.user)
    try:
        row = listing_page.whole(code, user)
    except Listing.DoesNotExist as missing:
        raise Http404 from missing
    try:
        row = variants.under(row, request.GET.get("variant", ""))
    except variants.NoVariant:
        messages.info(request, _("That variant is not offered any more. These are the standard terms."))
    return render(request, "listings/listing.html", listing_page.context_of(row, user, _reader(request)))
