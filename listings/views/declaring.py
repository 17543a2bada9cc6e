"""Declarations and withdrawals for the patent office, as files; many declarations at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings.declaring import papers
from listings.models import Listing, ListingState, Track
from listings.views.desk import page_of, sections
from listings.views.mine import own
from marketplace.accounts.access import login_required, organization_required
from marketplace.lib.findings import Refused
from marketplace.lib.numbers import patent_number
from marketplace.lib.saying import aloud
from marketplace.lib.terms import today

if TYPE_CHECKING:
    from datetime import date

    from listings.declaring.facts import Stated
    from marketplace.accounts.requests import MemberRequest, PersonRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
MOST = 200  # declarations in one file
READY = (ListingState.SUBMITTED, ListingState.PUBLICITY, ListingState.AWAITING_ANNOUNCEMENT)


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _paper(request: PersonRequest, code: UUID, state: Callable[[Listing, date], Stated]) -> Stated | HttpResponse:
    """What the paper of an open listing states, or the way back with the reason. 404 on the preset track."""
    listing = own(request, code)
    if listing.track != Track.OPEN:
        raise Http404
    try:
        return state(listing, today())
    except Refused as refused:
        aloud(request, refused.findings)
        return redirect("listings:mine_one", code)


@login_required
@require_safe
def declaration_pdf(request: PersonRequest, code: UUID) -> HttpResponse:
    """The declaration of one patent."""
    stated = _paper(request, code, papers.declaration)
    return stated if isinstance(stated, HttpResponse) else _file(papers.pdf([stated]), PDF, "declaration.pdf")


@login_required
@require_safe
def declaration_xlsx(request: PersonRequest, code: UUID) -> HttpResponse:
    """The same as a sheet with one row."""
    stated = _paper(request, code, papers.declaration)
    return stated if isinstance(stated, HttpResponse) else _file(papers.workbook([stated]), XLSX, "declaration.xlsx")


@login_required
@require_safe
def withdrawal_pdf(request: PersonRequest, code: UUID) -> HttpResponse:
    """The declaration that withdraws."""
    stated = _paper(request, code, papers.withdrawal)
    return stated if isinstance(stated, HttpResponse) else _file(papers.pdf([stated]), PDF, "withdrawal.pdf")


def _waiting(request: MemberRequest) -> QuerySet[Listing]:
    """The organization's open listings that are to be declared, with everything their papers need."""
    return (
        Listing.objects.filter(organization=request.organization, track=Track.OPEN, state__in=READY)
        .select_related("patent", "organization", "terms")
        .prefetch_related("patent__co_owners")
        .order_by("patent__application_number")
    )


@organization_required()
@require_safe
def declarations(request: MemberRequest) -> HttpResponse:
    """Everything that waits to be declared; the ticked ones as one sheet or one PDF."""
    rows = _waiting(request)
    form = request.GET.get("as", "")
    if form in ("xlsx", "pdf"):
        chosen = _chosen(request.GET.getlist("listing"))
        picked = list(rows.filter(code__in=chosen)[:MOST]) if chosen else list(rows[:MOST])
        if picked:
            return _together(request, picked, form)
        messages.info(request, _("Nothing was ticked."))
    page = page_of(request, rows)
    for listing in page:
        listing.number_words = patent_number(listing.patent.application_number)
    return render(request, "listings/declarations.html", {"page": page, "sections": sections(), "most": MOST})


def _chosen(told: list[str]) -> list[UUID]:
    codes = []
    for text in told[:MOST]:
        try:
            codes.append(UUID(text))
        except ValueError:
            continue
    return codes


def _together(request: MemberRequest, picked: list[Listing], form: str) -> HttpResponse:
    try:
        stated = papers.declarations(picked, today())
    except Refused as refused:
        aloud(request, refused.findings)
        return redirect("listings:declarations")
    if form == "xlsx":
        return _file(papers.workbook(stated), XLSX, "declarations.xlsx")
    return _file(papers.pdf(stated), PDF, "declarations.pdf")
