"""The results of a search: the whole page, and for htmx the part of it that changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from listings import comparing, honey
from listings.models import SavedSearch
from listings.search import Query, Results, asked, meaning, search
from listings.search.query import LONGEST, PER_PAGE, SORTS
from listings.views import showing
from listings.views.reader import classes, limited, reader
from marketplace.accounts.requests import asker_of

_PART = "found"  # the id of what htmx asks for anew
_TYPING = "HX-Typing"  # the header that find.js adds while somebody types: the address changes, history does not grow


@require_safe
@limited("search")
def find(request: HttpRequest) -> HttpResponse:
    """Listings found by somebody's own words and filters. Answers every query; 429 when asked too often."""
    query = Query.from_get(request.GET)
    results = search(query, classes=classes(request))
    part = _is_part(request)
    if query.q and not part and query.page == 1 and results.total and not results.notes:
        asked.count(query.q, asker_of(request))
    template = "listings/find_part.html" if part else "listings/find.html"
    response = render(request, template, _context(request, query, results, whole=not part))
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    if part:
        header = "HX-Replace-Url" if request.headers.get(_TYPING) else "HX-Push-Url"
        response[header] = f"{reverse('listings:find')}{query.to_url()}"
    return response


def _is_part(request: HttpRequest) -> bool:
    htmx = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]
    return bool(htmx) and htmx.target == _PART and not htmx.history_restore_request


def _context(request: HttpRequest, query: Query, results: Results, *, whole: bool) -> dict[str, Any]:
    names = showing.university_names(results)
    paginator = Paginator(range(results.reachable), PER_PAGE)
    notes = list(results.notes)
    if query.cut:
        notes.append(_("We read the first %(count)d characters of your question.") % {"count": LONGEST})
    kept = replace(query, page=1).to_url()
    return {
        "query": query,
        "results": results,
        "rows": showing.rows(results, reader(request)),
        "chips": showing.chips(query, names),
        "groups": showing.groups(results, names),
        "notes": notes,
        "page": paginator.page(min(results.page, paginator.num_pages)),
        "sorts": _sorts(query),
        "longest": LONGEST,
        "suggestion_url": query.asking(results.suggestion).to_url() if results.suggestion else "",
        "kept": kept,
        "is_saved": _is_saved(request, kept),
        "tray": comparing.tray_of(request.session),
        "honey": honey.path_on(results.page) if whole else "",
        "words_only": bool(query.q) and not results.degraded and meaning.encoder() is None,
        "often": asked.often() if whole and not query.q and not query.filters else None,
    }


def _is_saved(request: HttpRequest, kept: str) -> bool:
    user = request.user
    return user.is_authenticated and bool(kept) and SavedSearch.objects.filter(user=user, query=kept).exists()


def _sorts(query: Query) -> list[tuple[object, str, bool]]:
    """The ways to sort: words, address, whether it is the present one."""
    return [
        (words, replace(query, sort=key, page=1).to_url() or "?", key == query.sort)
        for key, words in SORTS.items()
        if key != "relevance" or query.q
    ]
