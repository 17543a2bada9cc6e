"""What the views of a deal share: finding it, saying what refused, and answering when the terms changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from marketplace.licensing.errors import TermsChanged
from marketplace.licensing.models import Agreement, Party
from marketplace.licensing.terms import differences


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
    """The page that shows what was seen beside what is on offer now (LIC-D); nothing was stored.

    With a `form` the same answers are sent again on the new terms; with an `agreement` its licensee takes the request
    back and asks anew in one click, or stops.
    """
    old = changed.old or context.pop("seen", {})
    context.pop("seen", None)
    deal: Agreement | None = context.get("agreement")
    klass = deal.licensee_class if deal is not None else str(context.get("licensee_class", ""))
    price, new_price = differences.price_words(old, changed.new, klass)
    told = {
        "rows": differences.rows(old, changed.new) if old else [],
        "old_price": price,
        "new_price": new_price,
        "sha256": changed.sha256,
        "negotiation": _talk_of(deal),
        "is_licensee": deal is not None and deal.party_of(request.user) == Party.LICENSEE,  # type: ignore[arg-type]
    }
    return render(request, "licensing/terms_changed.html", told | context, status=status)


def _talk_of(deal: Agreement | None) -> Any:
    """The negotiation whose version a contract stands on: its terms are not those of the offer."""
    proposal = getattr(deal, "proposal", None) if deal is not None else None
    return proposal.negotiation if proposal is not None else None
