"""Objections made in publicity: the list of those to decide, and the page on which one is decided (INST-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from listings import flow, offers, reasons
from listings.desk import evidence, objection_mail
from listings.desk.views import PER_PAGE, page_query
from listings.models import Objection, ReasonUse
from listings.rules.institution import publicity_of
from marketplace.accounts.access import moderator_required
from marketplace.lib import deadlines, posted
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest


@moderator_required
@require_safe
def objection_list(request: HttpRequest) -> HttpResponse:
    """All objections, the undecided first and among them the oldest; `?open=1` shows only those."""
    found = Objection.objects.select_related("listing__patent", "listing__organization", "decided_by")
    if request.GET.get("open"):
        found = found.filter(decided_at__isnull=True)
    undecided_first = F("decided_at").desc(nulls_first=True)
    page = Paginator(found.order_by(undecided_first, "made_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(each, deadlines.due_on("objection", each.made_at)) for each in page]
    context = {"page": page, "rows": rows, "today": today(), "query": page_query(request)}
    return render(request, "listings/moderation/objections.html", context)


@moderator_required
@require_http_methods(["GET", "POST"])
def objection(request: MemberRequest, code: UUID) -> HttpResponse:
    """One objection beside the claims it is about, the days of the publicity, and the decision with its reasons."""
    found = get_object_or_404(
        Objection.objects.select_related("listing__patent", "listing__organization", "evidence", "decided_by"),
        code=code,
    )
    if request.method != "POST":
        return render(request, "listings/moderation/objection.html", _context(found))
    try:
        return _decide(request, found)
    except Refused as refused:
        ticked = request.POST.getlist("reasons")
        context = _context(found) | {"refused": refused.findings, "typed": request.POST, "ticked": ticked}
        return render(request, "listings/moderation/objection.html", context, status=422)
    except flow.NotNow:
        found.refresh_from_db()
        context = _context(found) | {"overtaken": True, "typed": request.POST}
        return render(request, "listings/moderation/objection.html", context, status=409)


def _decide(request: MemberRequest, found: Objection) -> HttpResponse:
    if request.POST.get("decision") not in {"upheld", "dismissed"}:
        raise flow.NotNow("no decision was chosen")
    flow.decide_objection(
        found,
        by=request.user,
        upheld=request.POST["decision"] == "upheld",
        decision=posted.text(request.POST, "reason", 4000),
        quoting=reasons.chosen(ReasonUse.OBJECTION, request.POST.getlist("reasons")),
    )
    messages.success(request, _("The decision is recorded; the licensor and the objector have been told."))
    return redirect("listings_moderation:objection", found.code)


def _context(found: Objection) -> dict[str, Any]:
    listing = found.listing
    due = deadlines.due_on("objection", found.made_at)
    return {
        "objection": found,
        "files": [*filter(None, [found.evidence]), *found.files.all()],
        "listing": listing,
        "patent": listing.patent,
        "claims": evidence.claims(listing),
        "publicity": publicity_of(listing),
        "price": offers.price_for(listing),
        "due_on": due,
        "late": found.decided_at is None and due < today(),
        "reasons": reasons.offered(ReasonUse.OBJECTION),
        "reachable": bool(found.objector_id or objection_mail.address_of(found)),
        "others": listing.objections.exclude(pk=found.pk).order_by("made_at"),
    }
