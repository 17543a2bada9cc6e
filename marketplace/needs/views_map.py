"""What universities read of all needs: problems without names, where and how many, and whom they may call."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from listings.views.reader import limited, reader
from marketplace.accounts.access import login_required
from marketplace.accounts.current import may
from marketplace.accounts.models import LICENSOR_KINDS, ContactConsent, Organization, Role
from marketplace.accounts.requests import PersonRequest
from marketplace.lib.findings import Refused
from marketplace.lib.industries import Industry
from marketplace.lib.saying import aloud
from marketplace.needs import flow, matching
from marketplace.needs.models import Need, NeedState

_PER_PAGE = 15


def _university(request: HttpRequest) -> Organization | None:
    """The verified university or institute the person acts for; None for a moderator. Others are refused."""
    organization = reader(request)
    if organization and organization.kind in LICENSOR_KINDS and organization.is_verified:
        return organization
    if request.user.is_staff:
        return None
    raise PermissionDenied(_("Verified universities and institutes read what firms look for."))


@login_required
@require_safe
@limited("search")
def needs_map(request: PersonRequest) -> HttpResponse:
    """Open needs without anybody's name, filtered by industry."""
    organization = _university(request)
    industry = request.GET.get("industry", "")
    rows = Need.objects.filter(state=NeedState.OPEN)
    if industry in Industry.values:
        rows = rows.filter(industry=industry)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    cells = matching.table()
    standing = _standing(organization)
    context = {
        "page": page,
        "shown": [(row, matching.province(row.division), _stands(standing, row)) for row in page],
        "cells": cells,
        "total": sum(cell.number for cell in cells),
        "why_not": matching.why_not(),
        "industry": industry if industry in Industry.values else "",
        "industries": Industry.choices,
        "may_call": organization is not None and may(request.user, organization, Role.LISTER),
    }
    return render(request, "needs/map.html", context)


def _standing(organization: Organization | None) -> dict[str, set[tuple[int, int]]]:
    """Of whom this university may read the contact, and whom it has asked; firms and single persons by number."""
    rows = ContactConsent.objects.filter(to=organization, ended_at__isnull=True) if organization else ()
    given: set[tuple[int, int]] = set()
    asked: set[tuple[int, int]] = set()
    for row in rows:
        (given if row.given_at else asked).add((row.organization_id or 0, row.person_id or 0))
    return {"given": given, "asked": asked}


def _stands(standing: dict[str, set[tuple[int, int]]], row: Need) -> str:
    key = (row.organization_id, 0) if row.organization_id else (0, row.created_by_id)
    return next((name for name, keys in standing.items() if key in keys), "")


def _ask(request: PersonRequest, row: Need, organization: Organization) -> None:
    if request.method != "POST":
        messages.info(request, _("The firm has not said yes, or has taken it back."))
        return
    try:
        flow.ask_contact(row, by=request.user, organization=organization)
    except flow.NotNow:
        messages.info(request, _("The firm has taken its consent back."))
    except Refused as refused:
        aloud(request, refused.findings)
    else:
        messages.success(request, _("The firm is asked. You get a message when it says yes."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("keep")
def contact(request: PersonRequest, code: UUID) -> HttpResponse:
    """Whom to call, once the firm has said yes to this university (PII-2): recorded, and the firm is told.

    Posting asks the firm where it has not decided yet.
    """
    organization = _university(request)
    row = get_object_or_404(Need.objects.filter(state=NeedState.OPEN, contact_consent_at__isnull=False), code=code)
    if organization is None or not may(request.user, organization, Role.LISTER):
        raise PermissionDenied(_("Listers and owners of a university may read whom to call."))
    try:
        flow.read_contact(row, by=request.user, organization=organization)
    except flow.NotNow:
        _ask(request, row, organization)
        return redirect("needs:map")
    return render(request, "needs/contact.html", {"need": row, "place": matching.province(row.division)})
