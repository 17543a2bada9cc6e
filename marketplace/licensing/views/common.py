"""What the views of a deal share: finding it, saying what refused, and answering when the terms changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from listings.changes import between
from marketplace.licensing import wording
from marketplace.licensing.errors import TermsChanged
from marketplace.licensing.models import Agreement


def find(request: HttpRequest, code: UUID) -> Agreement:
    """The agreement, where this person may see it; strangers meet 404 (IDN-5)."""
    rows = Agreement.objects.visible_to(request.user).select_related(
        "listing__patent", "listing__organization", "version", "licensor", "licensee", "term_sheet"
    )
    return get_object_or_404(rows, code=code)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, also where nothing was typed; None for a page that is only read."""
    return request.POST if request.method == "POST" else None


def terms_changed(request: HttpRequest, changed: TermsChanged, *, status: int = 409, **context: Any) -> HttpResponse:
    """The page that shows what was seen beside what is on offer now (LIC-D); nothing was stored."""
    old = changed.old or context.pop("seen", {})
    context.pop("seen", None)
    found = wording.rows(between(old, changed.new)) if old else []
    return render(request, "licensing/terms_changed.html", {"rows": found, **context}, status=status)
