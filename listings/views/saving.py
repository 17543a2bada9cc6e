"""A person's saved searches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from listings import saved as keeping
from listings.models import Pace, SavedSearch
from listings.search import Query
from listings.views import showing
from listings.views.reader import limited
from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.lib.findings import Refused

_PER_PAGE = 15


@login_required
@require_POST
@limited("keep")
def save(request: PersonRequest) -> HttpResponse:
    """Keep the search whose address is sent; then its results again."""
    query = Query.from_get(QueryDict(str(request.POST.get("query", "")).removeprefix("?")))
    try:
        keeping.keep(query, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused.finding))
    else:
        messages.success(request, _("Saved. When something new fits, you get a mail, at most one a day."))
    return redirect(f"{reverse('listings:find')}{keeping.canonical(query)}")


@login_required
@require_safe
def saved(request: PersonRequest) -> HttpResponse:
    """The searches a person keeps, and how often each is told."""
    rows = Paginator(SavedSearch.objects.visible_to(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    shown = [(row, showing.search_words(keeping.query_of(row))) for row in rows]
    return render(request, "listings/saved.html", {"page": rows, "shown": shown, "paces": Pace.choices})


@login_required
@require_POST
@limited("keep")
def saved_change(request: PersonRequest, code: UUID) -> HttpResponse:
    """Change how often one's own search is told, or forget it."""
    row = get_object_or_404(SavedSearch.objects.visible_to(request.user), code=code)
    pace = str(request.POST.get("pace", ""))
    if "delete" in request.POST:
        keeping.drop(row)
        messages.success(request, _("The search is forgotten."))
    elif pace in Pace.values:
        keeping.set_pace(row, pace)
        messages.success(request, _("Changed."))
    else:
        messages.warning(request, _("Choose how often mail should come."))
    return redirect("listings:saved")


@csrf_exempt  # a mail program posts here by itself, without cookies (RFC 8058); the signed token says for which search
@require_http_methods(["GET", "HEAD", "POST"])
def saved_off(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mail of one search without log-in: a page with one button, and what it posts to."""
    row = keeping.by_token(token)
    if row is None:
        raise Http404
    if request.method == "POST":
        keeping.set_pace(row, Pace.NEVER)
    context: dict[str, Any] = {
        "words": showing.search_words(keeping.query_of(row)),
        "stopped": request.method == "POST" or row.pace == Pace.NEVER,
    }
    return render(request, "listings/saved_off.html", context)
