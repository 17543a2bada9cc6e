"""Checking listings, in the Wagtail admin: the queue, and one listing with its evidence beside its claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from listings import flow, reasons
from listings.desk import queue, showing
from listings.forms.fields import DayField
from listings.models import Listing, Objection, ReasonUse
from marketplace.accounts import people
from marketplace.accounts.access import moderator_required
from marketplace.lib import posted
from marketplace.lib.findings import Refused

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest

PER_PAGE = 30


def page_query(request: HttpRequest) -> str:
    """The filters as the beginning of a link to another page of the list."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"?{kept.urlencode()}&" if kept else "?"


@moderator_required
@require_safe
def listings(request: MemberRequest) -> HttpResponse:
    """All listings; without filters those that wait for a moderator, the oldest first."""
    form = queue.form_for(request.GET)
    page = Paginator(queue.rows(form, request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": queue.told(page),
        "query": page_query(request),
        "objections": Objection.objects.filter(decided_at__isnull=True).count(),
    }
    return render(request, "listings/moderation/list.html", context)


def find(code: UUID) -> Listing:
    """The listing with what belongs to it, or 404."""
    rows = Listing.objects.select_related(
        "patent__organization", "organization", "terms", "term_sheet", "declaration", "submitted_by", "case__moderator"
    )
    return get_object_or_404(rows, code=code)


@moderator_required
@require_safe
def listing(request: MemberRequest, code: UUID) -> HttpResponse:
    """A listing: flags, findings, what changed, evidence beside claims, and what can be decided."""
    return _page(request, find(code))


def _page(request: MemberRequest, found: Listing, status: int = 200, **more: Any) -> HttpResponse:
    context = showing.context(found, request.user) | more
    return render(request, "listings/moderation/listing.html", context, status=status)


class DeclarationForm(forms.Form):
    """The announcement, recorded by a moderator."""

    number = forms.CharField(label=gettext_lazy("Number of the declaration"), max_length=40)
    announced_on = DayField(label=gettext_lazy("Day of the announcement"))


def _decide(found: Listing, request: MemberRequest) -> str:
    """Carry out what the moderator chose; the sentence to show. Raises Refused, NotNow."""
    told, by = request.POST, request.user
    reason = posted.text(told, "reason", 500)
    revision = int(posted.text(told, "revision", 9) or 0)
    match told.get("decision"):
        case "approve":
            after = flow.approve(found, by=by, revision=revision, note=reason)
            return _("Approved. It stands now as: %(state)s.") % {"state": after.get_state_display()}
        case "return":
            flow.send_back(found, by=by, revision=revision, reason=reason, quoting=_quoted(request, ReasonUse.RETURN))
            return _("Sent back; the submitter has been told.")
        case "refuse":
            quoting = _quoted(request, ReasonUse.REFUSE)
            flow.refuse_listing(found, by=by, revision=revision, reason=reason, quoting=quoting)
            return _("Refused; the submitter has been told.")
        case "suspend":
            flow.suspend(found, by=by, reason=reason, quoting=_quoted(request, ReasonUse.SUSPEND))
            return _("Suspended; the licensor has been told.")
        case "resume":
            after = flow.resume(found, by=by, reason=reason)
            return _("Resumed. It stands now as: %(state)s.") % {"state": after.get_state_display()}
        case "override":
            flow.override(found, rule=posted.text(told, "rule", 20), reason=reason, by=by)
            return _("Let pass; the reason is shown with the listing.")
        case _:
            raise flow.NotNow("no decision was chosen")


def _quoted(request: MemberRequest, use: ReasonUse) -> list[Any]:
    return reasons.chosen(use, request.POST.getlist("reasons"))


@moderator_required
@require_POST
def decide(request: MemberRequest, code: UUID) -> HttpResponse:
    """Approve, ask for changes, refuse, suspend, resume or let a rule pass; the first of two moderators wins."""
    found = find(code)
    try:
        messages.success(request, _decide(found, request))
    except Refused as refused:
        return _page(request, find(code), 422, **_typed(request), refused=refused.findings)
    except (flow.NotNow, ValueError):
        return _overtaken(request, find(code))
    return redirect("listings_moderation:listing", code)


def _typed(request: MemberRequest) -> dict[str, Any]:
    return {"typed": request.POST, "ticked": request.POST.getlist("reasons")}


def _overtaken(request: MemberRequest, now: Listing) -> HttpResponse:
    """Nothing was carried out: who decided or edited first, how it stands now, and what was typed (LIC-12)."""
    context = showing.overtaken(now, request.POST)
    return render(request, "listings/moderation/overtaken.html", context | _typed(request), status=409)


@moderator_required
@require_POST
def assign(request: MemberRequest, code: UUID) -> HttpResponse:
    """Take a listing, give it to another moderator, or put it back."""
    found = find(code)
    try:
        match request.POST.get("act"):
            case "take":
                flow.take(found, by=request.user)
            case "release":
                flow.release(found, by=request.user)
            case _:
                number = posted.text(request.POST, "moderator", 9)
                to = get_object_or_404(
                    people.moderators(), pk=int(number) if number.isascii() and number.isdigit() else 0
                )
                flow.give(found, to=to, by=request.user)
                messages.success(request, _("%(name)s has it now and has been told.") % {"name": to})
    except flow.NotNow:
        messages.warning(request, _("Somebody else took it or decided first; this is how it stands now."))
    return redirect("listings_moderation:listing", code)


@moderator_required
@require_POST
def declare(request: MemberRequest, code: UUID) -> HttpResponse:
    """Record the patent office's announcement."""
    found = find(code)
    form = DeclarationForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, declaration_form=form, **_typed(request))
    try:
        flow.record_declaration(found, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return _page(request, find(code), 422, refused=refused.findings, **_typed(request))
    except flow.NotNow:
        messages.warning(request, _("It cannot be recorded any more; this is how it stands now."))
    else:
        messages.success(request, _("The declaration is recorded."))
    return redirect("listings_moderation:listing", code)
