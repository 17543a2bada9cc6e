"""What happens now that the license is in force: recordal, payments, guidance, papers."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from listings import offers
from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.recordal import hints
from marketplace.licensing.recordal.dates import recordal_of
from marketplace.licensing.views import made
from marketplace.licensing.views.common import find
from marketplace.licensing.views.deals import owed, papers_of
from marketplace.licensing.views.reckoning import reduction_address


@login_required
@require_safe
def after(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The first things to do with a license in force, each with its date; recordal first (REC-1)."""
    deal = find(request, code)
    if deal.effective_at is None:
        return redirect(deal)
    snapshot = deal.version.snapshot
    context = {
        "agreement": deal,
        "offer": read(snapshot),
        "title": read(snapshot).patents[0].title,
        "recordal": recordal_of(deal),
        "filings": deal.filings.order_by("pk"),
        "hints": hints.of(deal),
        "reduces": reduction_address(deal),
        "guidance": offers.guidance_words(snapshot["terms"]),
        "obligations": owed(deal),
        "repayments": list(deal.repayments.select_related("obligation").order_by("due_on", "pk")),
        "papers": papers_of(deal),
        "made": made.links(deal),
    }
    return render(request, "licensing/after.html", context)
