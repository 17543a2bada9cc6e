"""Checking listings: the moderators' pages in the Wagtail admin."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from listings import flow, offers
from listings.changes import between
from listings.forms.fields import DayField
from listings.models import LicenseeClass, Listing, ListingState, Objection, Track
from listings.prices import class_prices_of
from listings.rules import RULES, Stage, check
from listings.rules.institution import needs_publicity, publicity_of
from listings.states import Who, open_to
from marketplace.accounts.access import moderator_required
from marketplace.accounts.models import Organization
from marketplace.audit import trail
from marketplace.lib import posted
from marketplace.lib.findings import Refused, Severity
from marketplace.lib.numbers import patent_number

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest

PER_PAGE = 30
AGES = [("2", gettext_lazy("longer than 2 days")), ("7", gettext_lazy("longer than 7 days"))]


class FilterForm(forms.Form):
    """What the list shows."""

    q = forms.CharField(label=gettext_lazy("Title or number"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), *ListingState.choices]
    )
    track = forms.ChoiceField(
        label=gettext_lazy("Track"), required=False, choices=[("", gettext_lazy("All")), *Track.choices]
    )
    organization = forms.ModelChoiceField(
        label=gettext_lazy("Organization"),
        required=False,
        queryset=Organization.objects.filter(listings__isnull=False).distinct().order_by("name"),
        empty_label=gettext_lazy("All"),
    )
    waiting = forms.ChoiceField(
        label=gettext_lazy("Waiting"), required=False, choices=[("", gettext_lazy("All")), *AGES]
    )


def _filtered(form: FilterForm) -> QuerySet[Listing]:
    rows = Listing.objects.all()
    if not form.is_valid():
        return rows
    wanted = form.cleaned_data
    if wanted["q"]:
        number = "".join(character for character in wanted["q"] if character.isalnum()).upper().removeprefix("ZL")
        rows = rows.filter(
            Q(patent__title__icontains=wanted["q"]) | Q(patent__application_number__startswith=number or "-")
        )
    for name in ("state", "track", "organization"):
        if wanted[name]:
            rows = rows.filter(**{name: wanted[name]})
    if wanted["waiting"]:
        since = timezone.now() - timedelta(days=int(wanted["waiting"]))
        rows = rows.filter(state=ListingState.SUBMITTED, submitted_at__lt=since)
    return rows


@moderator_required
@require_safe
def listings(request: HttpRequest) -> HttpResponse:
    """All listings; without filters those that wait for a moderator, the oldest first."""
    told = request.GET or {"state": ListingState.SUBMITTED.value}
    form = FilterForm(told)
    objections = Count("objections", filter=Q(objections__decided_at__isnull=True))
    rows = (
        _filtered(form)
        .annotate(waiting=objections)
        .select_related("patent", "organization", "submitted_by")
        .order_by("submitted_at", "pk")
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "query": f"?{kept.urlencode()}&" if kept else "?",
        "open_objections": Objection.objects.filter(decided_at__isnull=True).select_related("listing__patent")[:20],
    }
    return render(request, "listings/moderation/list.html", context)


def _find(code: UUID) -> Listing:
    rows = Listing.objects.select_related(
        "patent__organization", "organization", "terms", "term_sheet", "declaration", "submitted_by"
    )
    return get_object_or_404(rows, code=code)


@moderator_required
@require_safe
def listing(request: HttpRequest, code: UUID) -> HttpResponse:
    """A listing with its evidence beside its claims, what the rules say, its versions, and what can be decided."""
    return render(request, "listings/moderation/listing.html", _context(_find(code)))


def _context(found: Listing, **more: Any) -> dict[str, Any]:
    patent = found.patent
    findings = check(found)
    follows = [finding for finding in check(found, Stage.PUBLISH) if finding not in findings]
    passable = [
        finding.rule
        for finding in findings
        if RULES[finding.rule].overridable and finding.severity is not Severity.INFO
    ]
    revisions = list(found.revisions.select_related("made_by")[:10])
    price = offers.price_for(found)
    return {
        "listing": found,
        "patent": patent,
        "number": patent_number(patent.application_number),
        "findings": findings,
        "follows": follows,
        "passable": dict.fromkeys(passable),
        "steps": open_to(Who.MODERATOR, found),
        "six": offers.summary_facts(offers.snapshot(found), price),
        "price": price,
        "prices": [
            (LicenseeClass(name).label, offers.price_for(found, name).words) for name in class_prices_of(found.terms)
        ],
        "statuses": patent.status_records.select_related("evidence", "recorded_by")[:5],
        "co_owners": patent.co_owners.select_related("consent").order_by("name"),
        "encumbrances": patent.encumbrances.select_related("evidence").order_by("-starts_at"),
        "publicity": publicity_of(found),
        "needs_publicity": needs_publicity(found),
        "publicities": found.publicities.select_related("proof").order_by("-pk"),
        "declaration": getattr(found, "declaration", None),
        "objections": found.objections.select_related("evidence", "decided_by").order_by("-made_at"),
        "overrides": found.overrides.select_related("by"),
        "reviews": found.reviews.select_related("decided_by"),
        "revisions": revisions,
        "changes": between(revisions[1].snapshot, revisions[0].snapshot) if len(revisions) > 1 else [],
        "history": trail.of(found).select_related("by").order_by("-number")[:30],
    } | more


class DeclarationForm(forms.Form):
    """The announcement, recorded by a moderator."""

    number = forms.CharField(label=gettext_lazy("Number of the declaration"), max_length=40)
    announced_on = DayField(label=gettext_lazy("Day of the announcement"))


def _decide(found: Listing, request: MemberRequest) -> str:
    """Carry out what the moderator chose; the sentence to show. Raises Refused, NotNow."""
    told, by = request.POST, request.user
    reason = posted.text(told, "reason", 500)
    revision = int(told.get("revision") or 0)
    match told.get("decision"):
        case "approve":
            after = flow.approve(found, by=by, revision=revision, note=reason)
            return _("Approved. It stands now as: %(state)s.") % {"state": after.get_state_display()}
        case "return":
            flow.send_back(found, by=by, revision=revision, reason=reason)
            return _("Sent back; the submitter has been told.")
        case "suspend":
            flow.suspend(found, by=by, reason=reason)
            return _("Suspended; the licensor has been told.")
        case "resume":
            after = flow.resume(found, by=by, reason=reason)
            return _("Resumed. It stands now as: %(state)s.") % {"state": after.get_state_display()}
        case "override":
            flow.override(found, rule=posted.text(told, "rule", 20), reason=reason, by=by)
            return _("Let pass; the reason is shown with the listing.")
        case _:
            raise flow.NotNow("no decision was chosen")


@moderator_required
@require_POST
def decide(request: MemberRequest, code: UUID) -> HttpResponse:
    """Approve, return, suspend, resume or let a rule pass; the first of two moderators wins."""
    found = _find(code)
    try:
        messages.success(request, _decide(found, request))
    except Refused as refused:
        typed = {"refused": refused.findings, "typed": request.POST}
        return render(request, "listings/moderation/listing.html", _context(_find(code), **typed), status=422)
    except (flow.NotNow, ValueError):
        messages.warning(
            request, _("Somebody decided or edited first. Nothing of yours was carried out; this is how it stands now.")
        )
    return redirect("listings_moderation:listing", code)


@moderator_required
@require_POST
def decide_objection(request: MemberRequest, code: UUID) -> HttpResponse:
    """Uphold an objection or not, with the reason that the parties read."""
    objection = get_object_or_404(Objection.objects.select_related("listing"), code=code)
    try:
        flow.decide_objection(
            objection,
            by=request.user,
            upheld=request.POST.get("decision") == "upheld",
            decision=posted.text(request.POST, "reason", 4000),
        )
    except Refused as refused:
        context = _context(_find(objection.listing.code), refused=refused.findings, typed=request.POST)
        return render(request, "listings/moderation/listing.html", context, status=422)
    except flow.NotNow:
        messages.warning(request, _("Another moderator decided first; this is how it stands now."))
    else:
        messages.success(request, _("The decision is recorded; the licensor has been told."))
    return redirect("listings_moderation:listing", objection.listing.code)


@moderator_required
@require_POST
def declare(request: MemberRequest, code: UUID) -> HttpResponse:
    """Record the patent office's announcement."""
    found = _find(code)
    form = DeclarationForm(request.POST)
    if form.is_valid():
        try:
            flow.record_declaration(found, by=request.user, **form.cleaned_data)
        except Refused as refused:
            context = _context(_find(code), refused=refused.findings, typed=request.POST)
            return render(request, "listings/moderation/listing.html", context, status=422)
        except flow.NotNow:
            messages.warning(request, _("It cannot be recorded any more; this is how it stands now."))
        else:
            messages.success(request, _("The declaration is recorded."))
        return redirect("listings_moderation:listing", code)
    context = _context(found, declaration_form=form, typed=request.POST)
    return render(request, "listings/moderation/listing.html", context, status=422)
