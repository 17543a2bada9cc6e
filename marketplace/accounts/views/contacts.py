"""Which universities may read a contact: asked, given, taken back; and whether offers are proposed at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts import flow
from marketplace.accounts.access import login_required
from marketplace.accounts.current import find_organization, may
from marketplace.accounts.models import ContactConsent, Role
from marketplace.accounts.privacy import contacts
from marketplace.accounts.privacy.contacts import Whose
from marketplace.lib.findings import Refused
from marketplace.lib.saying import aloud

if TYPE_CHECKING:
    from marketplace.accounts.requests import PersonRequest

MOST = 100


@never_cache
@login_required
@require_safe
def overview(request: PersonRequest) -> HttpResponse:
    """Questions that wait, universities that may read the contact, and those that no longer may."""
    organization = find_organization(request)
    whose = Whose(organization) if organization else Whose(person=request.user)
    rows = list(whose.rows().select_related("to").order_by("-pk")[:MOST])
    waiting = [row for row in rows if row.ended_at is None and row.given_at is None]
    context: dict[str, Any] = {
        "own": organization,
        "waiting": [(row, contacts.words(whose, row.to)) for row in waiting],
        "granted": [row for row in rows if row.ended_at is None and row.given_at is not None],
        "ended": [row for row in rows if row.ended_at is not None],
        "decides": whose.decides(request.user),
        "may_match": organization is not None and may(request.user, organization, Role.LISTER),
    }
    return render(request, "accounts/privacy/contacts.html", context)


@require_POST
@login_required
def decide(request: PersonRequest, code: UUID) -> HttpResponse:
    """Give, refuse or take back one consent."""
    row = get_object_or_404(ContactConsent.objects.select_related("organization", "person", "to"), code=code)
    whose = contacts.of(row)
    if not whose.decides(request.user):
        row = get_object_or_404(ContactConsent.objects.none())
    try:
        if request.POST.get("decision") == "give":
            contacts.give(whose, row.to, by=request.user, path=row.path, about=row.about)
            messages.success(request, _("%(university)s may read your contact now.") % {"university": row.to.name})
        else:
            contacts.end(row, by=request.user)
            messages.success(request, _("%(university)s cannot read your contact.") % {"university": row.to.name})
    except Refused as refused:
        aloud(request, refused.findings)
    return redirect("accounts:contacts")


@require_POST
@login_required
def matching(request: PersonRequest) -> HttpResponse:
    """Switch proposals of offers on or off for the organization (PII-3)."""
    organization = find_organization(request)
    if organization is None:
        return redirect("accounts:organization_new")
    try:
        flow.set_matching(organization, on=request.POST.get("matching") == "on", by=request.user)
    except Refused as refused:
        aloud(request, refused.findings)
    else:
        messages.success(request, _("Saved."))
    return redirect("accounts:contacts")
