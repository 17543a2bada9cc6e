"""Approving several listings at once: only where all gates are green and no flag is up, each decided by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Exists, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from listings import flow
from listings.desk import gates, queue
from listings.desk.views import page_query
from listings.models import Listing
from listings.rules import check
from marketplace.accounts.access import moderator_required
from marketplace.lib.findings import Refused, Severity

if TYPE_CHECKING:
    from marketplace.accounts.models import User
    from marketplace.accounts.requests import MemberRequest

MOST = 50  # listings at once: as many as a person can look over


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one listing: approved and where it stands now, or why it was left out."""

    listing: Listing
    approved: bool
    words: str


@moderator_required
@require_http_methods(["GET", "POST"])
def bulk(request: MemberRequest) -> HttpResponse:
    """The list with boxes to tick; posted, a preview; confirmed, what became of each."""
    chosen = _chosen(request.POST.getlist("listing")) if request.method == "POST" else {}
    if not chosen:
        return _list(request, nothing_ticked=request.method == "POST")
    if "confirm" not in request.POST:
        return _preview(request, chosen)
    outcomes = approve_all(chosen, by=request.user)
    done = sum(each.approved for each in outcomes)
    context = {"outcomes": outcomes, "done": done, "left": len(outcomes) - done}
    return render(request, "listings/moderation/bulk_done.html", context)


def _chosen(told: list[str]) -> dict[UUID, int]:
    """Code and seen revision of each ticked listing ("code:revision"), the first MOST; what is no such pair is not."""
    found: dict[UUID, int] = {}
    for each in told[:MOST]:
        code, _mark, revision = each.partition(":")
        try:
            found[UUID(code)] = int(revision[:9])
        except ValueError:
            continue
    return found


def _list(request: MemberRequest, *, nothing_ticked: bool) -> HttpResponse:
    found = gates.green().select_related("patent", "organization", "case__moderator").order_by("submitted_at", "pk")
    page = Paginator(found, MOST).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queue.told(page),
        "query": page_query(request),
        "nothing_ticked": nothing_ticked,
        "all": "all" in request.GET,
    }
    return render(request, "listings/moderation/bulk.html", context, status=422 if nothing_ticked else 200)


def _rows(chosen: dict[UUID, int]) -> QuerySet[Listing]:
    return (
        Listing.objects.filter(code__in=chosen)
        .select_related("patent__organization", "organization", "terms", "term_sheet", "declaration", "case")
        .annotate(flagged=Exists(gates.flags_of()))
        .order_by("submitted_at", "pk")
    )


def _preview(request: MemberRequest, chosen: dict[UUID, int]) -> HttpResponse:
    rows = [(listing, left_out(listing, chosen[listing.code])) for listing in _rows(chosen)]
    going = [(listing, chosen[listing.code]) for listing, why in rows if not why]
    context = {"going": going, "out": [(listing, why) for listing, why in rows if why]}
    return render(request, "listings/moderation/bulk_preview.html", context)


def left_out(listing: Listing, revision: int) -> str:
    """Why a listing cannot go with the others, asked of the rules and flags now; '' where it can."""
    if listing.state != "submitted":
        return _("It stands as: %(state)s.") % {"state": listing.get_state_display()}
    if listing.revision != revision:
        return _("It was changed: you saw revision %(seen)s, now it is %(now)s.") % {
            "seen": revision,
            "now": listing.revision,
        }
    if listing.flagged:  # type: ignore[attr-defined]
        return _("A flag is up: look at it by itself.")
    found = [finding for finding in check(listing) if finding.severity is not Severity.INFO]
    return " ".join(f"{finding.rule} {finding.message}" for finding in found)


def approve_all(chosen: dict[UUID, int], *, by: User) -> list[Outcome]:
    """Approve each in a transaction of its own; what changed meanwhile is left out and named with the reason."""
    return [_approve(listing, chosen[listing.code], by) for listing in _rows(chosen)]


def _approve(listing: Listing, revision: int, by: User) -> Outcome:
    why = left_out(listing, revision)
    if why:
        return Outcome(listing, approved=False, words=why)
    try:
        after = flow.approve(listing, by=by, revision=revision, note=_("One of several approved together."))
    except Refused as refused:
        return Outcome(listing, approved=False, words=" ".join(map(str, refused.findings)))
    except flow.NotNow:
        return Outcome(listing, approved=False, words=_("Somebody decided or edited first."))
    return Outcome(after, approved=True, words=str(after.get_state_display()))
