"""The owner's pages of listings: list, one with everything to settle, and the steps that move it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from listings import flow, offers
from listings.completeness import LINE, hints
from listings.forms.listings import CopyForm, NewListingForm
from listings.forms.withdrawing import WithdrawalRequestForm, WithdrawForm
from listings.models import PUBLIC, Listing, ListingState, Patent, Track
from listings.progress import steps_of
from listings.rules import RULES, Stage, check, check_patent
from listings.rules.contract import STATUS_DAYS, fresh_since
from listings.rules.institution import needs_publicity, publicity_of
from listings.states import EDITABLE, STEPS, Who, open_to
from listings.views.desk import EDIT, may_list, moved_on, page_of, sections, wrong
from listings.withdrawing import consents_needed, warning
from marketplace.accounts.access import login_required, organization_required
from marketplace.accounts.models import Role
from marketplace.audit import trail
from marketplace.lib.findings import Finding, Refused, Severity, blocking
from marketplace.lib.saying import on_form

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest, PersonRequest


@organization_required()
@require_safe
def mine(request: MemberRequest) -> HttpResponse:
    """The organization's listings, filtered by state."""
    rows = Listing.objects.filter(organization=request.organization)
    counts = dict(rows.values_list("state").annotate(Count("pk")).order_by())
    state = request.GET.get("state", "")
    if state in ListingState.values:
        rows = rows.filter(state=state)
    page = page_of(
        request,
        rows.select_related("patent", "terms").prefetch_related("terms__class_prices").order_by("-changed_at", "-pk"),
    )
    for listing in page:
        listing.price_words = offers.price_for(listing).words
    context = {
        "page": page,
        "states": [(value, label, counts[value]) for value, label in ListingState.choices if value in counts],
        "chosen": state,
        "total": sum(counts.values()),
        "sections": sections(),
        "may_list": may_list(request.user, request.organization),
    }
    return render(request, "listings/mine.html", context)


def own(request: PersonRequest, code: UUID) -> Listing:
    """The listing, if it is one of the person's organizations (or the person is a moderator). 404 otherwise."""
    rows = Listing.objects.owned_by(request.user).select_related(
        "patent__organization", "organization", "terms", "term_sheet", "declaration"
    )
    return get_object_or_404(rows, code=code)


@login_required
@require_safe
def mine_one(request: PersonRequest, code: UUID) -> HttpResponse:
    """One listing: where it stands, what is still to settle, what can be done."""
    return render(request, "listings/mine_one.html", one_context(request, own(request, code)))


def one_context(request: PersonRequest, listing: Listing, **more: Any) -> dict[str, Any]:
    """Everything the owner's page of a listing shows."""
    findings = _as_seen_by_its_owner(check(listing, Stage.ACCEPT if listing.state in PUBLIC else Stage.SUBMIT))
    stops = [one for one in blocking(findings) if not RULES[one.rule].overridable and one.field != "undertaking"]
    lister = may_list(request.user, listing.organization)
    at = fresh_since(listing)
    snapshot = offers.snapshot(listing)
    return {
        "listing": listing,
        "findings": findings,
        "ready": not stops,
        "steps": steps_of(listing),
        "todo": _todo(listing) if lister else [],
        "words": {name: step.label for name, step in STEPS.items()},
        "may_list": lister,
        "editable": lister and listing.state in EDITABLE,
        "price": offers.price_for(listing),
        "six": offers.summary_facts(snapshot, offers.price_for(listing)),
        "hints": hints(listing),
        "line": LINE,
        "publicity": publicity_of(listing),
        "needs_publicity": needs_publicity(listing),
        "reviews": listing.reviews.select_related("decided_by")[:10],
        "objections": listing.objections.order_by("-made_at"),
        "overrides": listing.overrides.select_related("by"),
        "history": trail.of(listing).select_related("by").order_by("-number")[:20],
        "on_offer": listing.state in PUBLIC,
        "fresh_until": at + timedelta(days=STATUS_DAYS) if at else None,
        "withdraw_form": WithdrawForm(prefix="withdraw"),
        "reason_form": WithdrawalRequestForm(prefix="reason", owners=consents_needed(listing)),
        "withdrawal": warning(listing),
        "sections": sections(),
    } | more


def _todo(listing: Listing) -> list[str]:
    """What a lister can do; the announcement of a withdrawal only where it was asked for."""
    asked = warning(listing) is not None
    return [name for name in open_to(Who.LISTER, listing) if name != "withdraw" or asked]


def _as_seen_by_its_owner(findings: list[Finding]) -> list[Finding]:
    """The institution's own steps are asked by submitting: they inform and do not stand before it (INST-4)."""
    return [replace(one, severity=Severity.INFO) if one.rule == "INST-4" else one for one in findings]


@organization_required(Role.LISTER)
@EDIT
def new(request: MemberRequest) -> HttpResponse:
    """Begin a listing: which patent, on which track; what each track says about the patent is shown."""
    chosen = _patent(request)
    form = NewListingForm(
        request.POST or None,
        organization=request.organization,
        initial={"patent": chosen.code if chosen else None, "track": Track.PRESET},
    )
    context = {
        "form": form,
        "chosen": chosen,
        "tracks": [(Track(track), blocking(check_patent(chosen, track))) for track in Track] if chosen else [],
        "has_patents": Patent.objects.filter(organization=request.organization).exists(),
        "sections": sections(),
    }
    if request.method != "POST":
        return render(request, "listings/new.html", context)
    if form.is_valid():
        told = form.cleaned_data
        try:
            made = flow.create(told["patent"], track=told["track"], by=request.user)
        except Refused as refused:
            on_form(form, refused.findings, otherwise="track")
        else:
            return redirect("listings:edit", made.code)
    return wrong(request, "listings/new.html", context)


def _patent(request: MemberRequest) -> Patent | None:
    """The organization's patent that the address names; None without or for a wrong one."""
    try:
        code = UUID(request.GET.get("patent") or "")
    except ValueError:
        return None
    return Patent.objects.filter(organization=request.organization, code=code).first()


@login_required
@EDIT
def copy(request: PersonRequest, code: UUID) -> HttpResponse:
    """A new draft with the same texts and terms, for another patent."""
    listing = own(request, code)
    flow.require_lister(request.user, listing.organization)
    form = CopyForm(request.POST or None, organization=listing.organization)
    context = {"form": form, "listing": listing, "sections": sections()}
    if request.method != "POST":
        return render(request, "listings/copy.html", context)
    if form.is_valid():
        try:
            made = flow.copy(listing, by=request.user, patent=form.cleaned_data["patent"])
        except Refused as refused:
            on_form(form, refused.findings, otherwise="patent")
        else:
            messages.success(request, _("Copied. Numbers of gain and proofs are not: they hold for one patent."))
            return redirect("listings:edit", made.code)
    return wrong(request, "listings/copy.html", context)


@login_required
@require_POST
def submit(request: PersonRequest, code: UUID) -> HttpResponse:
    """Give the undertaking and hand the draft to the moderators."""
    listing = own(request, code)
    undertaking = request.POST.get("undertaking") == "on"
    try:
        if listing.state == ListingState.DRAFT:
            listing = flow.edit(listing, by=request.user, draft=flow.Draft(undertaking=undertaking))
        listing = flow.submit(listing, by=request.user)
    except Refused as refused:
        context = one_context(request, own(request, code), refused=refused.findings)
        return wrong(request, "listings/mine_one.html", context)
    except flow.NotNow:
        moved_on(request)
    else:
        if listing.state == ListingState.APPROVAL:
            messages.success(request, _("Your institution is asked first. You hear of each answer."))
        else:
            messages.success(request, _("Submitted. A moderator looks at it; you will get a message."))
    return redirect("listings:mine_one", code)


@login_required
@require_POST
def confirm(request: PersonRequest, code: UUID) -> HttpResponse:
    """The licensor's word that the recorded status still holds."""
    listing = own(request, code)
    try:
        flow.confirm_alive(listing, by=request.user)
    except Refused as refused:
        return wrong(request, "listings/mine_one.html", one_context(request, listing, refused=refused.findings))
    messages.success(request, _("Confirmed for thirty days."))
    return redirect("listings:mine_one", code)
