"""Checking organizations and signing authorities: the moderators' pages in the Wagtail admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, Max, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts import effects, flow
from marketplace.accounts.access import moderator_required
from marketplace.accounts.models import (
    AuthorityState,
    Organization,
    OrganizationKind,
    SigningAuthority,
    VerificationState,
)
from marketplace.audit import trail
from marketplace.lib import deadlines, divisions, posted, sizes
from marketplace.lib.findings import Finding, Refused
from marketplace.lib.numbers import BadNumber, check_credit_code
from marketplace.lib.saying import aloud
from marketplace.lib.terms import today

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest

PER_PAGE = 30


class FilterForm(forms.Form):
    """What the list shows."""

    q = forms.CharField(label=gettext_lazy("Name or credit code"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), *VerificationState.choices],
    )
    veto = forms.ChoiceField(
        label=gettext_lazy("Veto"),
        required=False,
        choices=[("", gettext_lazy("All")), ("1", gettext_lazy("a veto stands")), ("0", gettext_lazy("none"))],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All")), *OrganizationKind.choices]
    )


def _query(request: HttpRequest) -> str:
    """The filters as the beginning of a link to another page of the list."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"?{kept.urlencode()}&" if kept else "?"


class DecisionForm(forms.Form):
    """A moderator's answer, with its reason."""

    decision = forms.ChoiceField(
        choices=[(name, name) for name in ("verified", "refused", "suspended", "reinstated", "vetoed", "lifted")],
        widget=forms.HiddenInput,
    )
    verification = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason, as the organization will read it"), required=False, max_length=500
    )


@moderator_required
@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    """All organizations, those that wait for an answer first."""
    form = FilterForm(request.GET)
    found: QuerySet[Any] = Organization.objects.annotate(
        waiting=Count(
            "signing_authorities", filter=Q(signing_authorities__state=AuthorityState.PENDING), distinct=True
        ),
        rank=Case(When(state=VerificationState.PENDING, then=0), default=1),
    )
    if form.is_valid():
        wanted = form.cleaned_data
        if wanted["q"]:
            found = found.filter(Q(name__icontains=wanted["q"]) | Q(credit_code__icontains=wanted["q"]))
        if wanted["state"]:
            found = found.filter(state=wanted["state"])
        if wanted["veto"]:
            found = found.filter(vetoed_at__isnull=wanted["veto"] == "0")
        if wanted["kind"]:
            found = found.filter(kind=wanted["kind"])
    waiting_since = Max("verifications__submitted_at", filter=Q(verifications__decision=""))
    found = found.annotate(waiting_since=waiting_since)
    page = Paginator(found.order_by("rank", "waiting_since", "-created_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    dues = [deadlines.due_on("verification", one.waiting_since) if one.waiting_since else None for one in page]
    context = {"form": form, "page": page, "rows": zip(page, dues, strict=True), "query": _query(request)}
    return render(request, "accounts/moderation/list.html", context | {"today": today()})


@moderator_required
@require_safe
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything a moderator needs to decide who an organization is, and who may sign for it."""
    found = get_object_or_404(Organization, pk=pk)
    tries = list(
        found.verifications.order_by("-submitted_at").select_related("submitted_by").prefetch_related("evidence")
    )
    context = {
        "own": found,
        "facts": _facts(found),
        "code_finding": _code_finding(found),
        "open_try": next((each for each in tries if not each.decision), None),
        "tries": tries,
        "authorities": found.signing_authorities.select_related("user", "document").order_by("-pk"),
        "memberships": found.memberships.live().select_related("user").order_by("user__name", "pk"),
        "history": trail.of(found).select_related("by").order_by("-number")[:20],
        "veto": found.vetoes.filter(lifted_at__isnull=True).select_related("by").first(),
        "past_vetoes": found.vetoes.filter(lifted_at__isnull=False).select_related("by", "lifted_by"),
        "effects": effects.of(found),
        "twins": Organization.objects.filter(name__iexact=found.name).exclude(pk=found.pk)[:5],
    }
    return render(request, "accounts/moderation/organization.html", context)


def _code_finding(organization: Organization) -> Finding | None:
    """What NUM-2 has to say about the credit code."""
    if not organization.credit_code:
        return None
    try:
        return check_credit_code(organization.credit_code)[1]
    except BadNumber as bad:
        return bad.finding


def _facts(organization: Organization) -> list[tuple[object, object]]:
    """The details beside the evidence, without those that are empty."""
    size = sizes.FirmSize(organization.size).label if organization.size else ""
    rows: list[tuple[object, object]] = [
        (_("Kind"), organization.get_kind_display()),
        (_("Name"), organization.name),
        (_("Name in English"), organization.name_en),
        (_("Unified social credit code"), organization.credit_code),
        (_("Reason for a failing code"), organization.credit_code_override),
        (_("Legal representative"), organization.legal_representative),
        (_("Shareholders"), organization.shareholders),
        (_("Place"), divisions.name_of(organization.division) if organization.division else organization.country),
        (_("Address"), organization.address),
        (_("Contact"), " ".join(filter(None, [organization.contact_name, organization.contact_phone]))),
        (_("Bank account"), " ".join(filter(None, [organization.bank_name, organization.bank_account_name]))),
        (_("Size (self-declared)"), f"{size} · {organization.size_year}" if size else ""),
    ]
    return [row for row in rows if row[1]]


@moderator_required
@require_POST
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Verify, refuse, suspend or reinstate."""
    found = get_object_or_404(Organization, pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"].strip()
        try:
            match form.cleaned_data["decision"]:
                case "suspended":
                    flow.suspend_organization(found, by=request.user, reason=reason)
                case "reinstated":
                    flow.reinstate_organization(found, by=request.user, reason=reason)
                case "vetoed":
                    flow.veto(found, by=request.user, reason=reason)
                case "lifted":
                    flow.lift_veto(found, by=request.user, reason=reason)
                case decision:
                    seen = get_object_or_404(found.verifications, pk=form.cleaned_data["verification"])
                    flow.decide_verification(seen, by=request.user, decision=decision, reason=reason)
        except Refused as refused:
            aloud(request, refused.findings)
        else:
            messages.success(request, _("Decided. The organization is told."))
    return redirect("accounts_moderation:organization", pk=pk)


@moderator_required
@require_POST
def decide_authority(request: MemberRequest, pk: int) -> HttpResponse:
    """Confirm or revoke one signing authority."""
    authority = get_object_or_404(SigningAuthority.objects.select_related("organization", "user"), pk=pk)
    try:
        if request.POST.get("decision") == "confirm":
            flow.confirm_authority(authority, by=request.user)
        else:
            flow.revoke_authority(authority, by=request.user, reason=posted.text(request.POST, "reason", 500))
    except Refused as refused:
        aloud(request, refused.findings)
    else:
        messages.success(request, _("Decided. The signatory is told."))
    return redirect("accounts_moderation:organization", pk=authority.organization_id)
