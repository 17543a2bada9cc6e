"""The first page after log-in: what needs me now, and where everything is."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cms import queues
from marketplace.accounts.access import login_required, moderator_required
from marketplace.accounts.current import find_organization, roles
from marketplace.accounts.models import Organization, Role, User
from marketplace.accounts.requests import MemberRequest
from marketplace.desks import needs, showing
from marketplace.lib import todo
from marketplace.lib.terms import today
from marketplace.licensing.models import Party

DEALS_READ = 60  # as many as can need somebody; the list of deals shows all


@login_required
@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """The desk of the moderator, the university or the firm; without an organization the way to one."""
    if request.user.is_staff:
        return _moderator(request)
    organization = find_organization(request)
    if organization is None:
        return render(request, "desks/welcome.html")
    if organization.is_licensor:
        return render(request, "desks/university.html", _university(request.user, organization))
    return render(request, "desks/firm.html", _firm(request.user, organization))


def _moderator(request: HttpRequest) -> HttpResponse:
    return render(request, "desks/moderator.html", {"queues": queues.queues()})


@moderator_required
@require_safe
def moderation(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, for moderators who also act for an organization."""
    return _moderator(request)


def _university(user: User, organization: Organization) -> dict[str, Any]:
    day = today()
    deals = list(needs.deals_of(user, organization, Party.LICENSOR)[:DEALS_READ])
    held = roles(user, organization)
    piles, fees = showing.piles(organization), showing.fees_due(organization, day)
    return {
        "desk_of": organization,
        "needs": needs.of_university(organization, held, deals, day, fees, _registered(user, organization, held, day)),
        "piles": piles,
        "may_list": bool(held & {Role.OWNER, Role.LISTER}),
        "may_count": bool(held & {Role.OWNER, Role.FINANCE}),
        "has_patents": bool(piles) or organization.patents.exists(),
        "deals": showing.rows(deals, organization),
        "fees": fees,
        "sheets": list(organization.term_sheets.order_by("-created_at")[:5]),
    }


def _registered(user: User, organization: Organization, held: set[str], day: date) -> list[todo.Todo]:
    return todo.of(todo.Desk(user, organization, frozenset(held), day))


def _firm(user: User, organization: Organization) -> dict[str, Any]:
    day = today()
    deals = list(needs.deals_of(user, organization, Party.LICENSEE)[:DEALS_READ])
    held = roles(user, organization)
    return {
        "desk_of": organization,
        "needs": needs.of_firm(organization, held, deals, day, _registered(user, organization, held, day)),
        "underway": showing.underway(deals, organization),
        "deals": showing.rows(deals, organization),
        "to_record": showing.to_record(deals, organization, day),
    }
