"""The owner's pages of consents and approvals: an institution's steps, and who was asked about a listing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listings import flow
from listings.flow import approvals
from listings.forms.asking import ConsentForm, PledgeeForm, StepForm, step_initial
from listings.models import ApprovalStep, Asking, AskingKind, AskingState, Listing, ListingState
from listings.rules.approval import (
    amount_of,
    approved_steps,
    bound_sha256,
    outdated_consents,
    outdated_pledge,
    steps_for,
)
from listings.rules.gates import uncovered_owners
from listings.views.desk import EDIT, may_list, moved_on, sections, wrong
from listings.views.mine import own
from marketplace.accounts.access import fresh_login_required, login_required, organization_required
from marketplace.accounts.current import may
from marketplace.accounts.models import Role
from marketplace.lib.findings import Refused
from marketplace.lib.money import from_minor
from marketplace.lib.saying import aloud, on_form

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest, PersonRequest


@organization_required()
@EDIT
def approval_steps(request: MemberRequest) -> HttpResponse:
    """The institution's steps: all members read them, owners set them."""
    owner = may(request.user, request.organization, Role.OWNER)
    if request.method != "POST":
        return render(request, "listings/approvals.html", _steps_context(request, owner=owner, form=StepForm()))
    if not owner:
        raise PermissionDenied(_("Only an owner sets who approves. Ask an owner of the organization."))
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            approvals.put_step(request.organization, by=request.user, columns=form.columns())
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            messages.success(request, _("Saved. It counts for every price that is submitted from now on."))
            return redirect("listings:approvals")
    return wrong(request, "listings/approvals.html", _steps_context(request, owner=owner, form=form))


def _steps_context(request: MemberRequest, *, owner: bool, form: StepForm) -> dict[str, Any]:
    steps = list(request.organization.approval_steps.order_by("position"))
    for step in steps:
        step.above_words = from_minor(step.above_minor) if step.above_minor else None  # type: ignore[attr-defined]
        step.up_to_words = from_minor(step.up_to_minor) if step.up_to_minor else None  # type: ignore[attr-defined]
    return {"own": request.organization, "steps": steps, "owner": owner, "form": form if owner else None}


@organization_required(Role.OWNER)
@EDIT
def approval_step(request: MemberRequest, pk: int) -> HttpResponse:
    """Change one step."""
    step = get_object_or_404(ApprovalStep, pk=pk, organization=request.organization)
    form = StepForm(request.POST or None, initial=step_initial(step))
    context = {"own": request.organization, "step": step, "form": form}
    if request.method != "POST":
        return render(request, "listings/approval_step.html", context)
    if form.is_valid():
        approvals.change_step(step, by=request.user, columns=form.columns())
        messages.success(request, _("Saved. It counts for every price that is submitted from now on."))
        return redirect("listings:approvals")
    return wrong(request, "listings/approval_step.html", context)


@require_POST
@organization_required(Role.OWNER)
@fresh_login_required
def approval_step_remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a step out; what it has agreed to stays agreed."""
    step = get_object_or_404(ApprovalStep, pk=pk, organization=request.organization)
    approvals.remove_step(step, by=request.user)
    messages.success(request, _("Removed."))
    return redirect("listings:approvals")


@login_required
@EDIT
def consents(request: PersonRequest, code: UUID) -> HttpResponse:
    """Who has to agree to a listing, who was asked, what was answered; a lister asks co-owners and the pledgee."""
    listing = own(request, code)
    if request.method != "POST":
        return render(request, "listings/consents.html", _consents_context(request, listing))
    flow.require_lister(request.user, listing.organization)
    if request.POST.get("ask") == "pledgee":
        pledgee_form = PledgeeForm(request.POST, prefix="pledge")
        asked = _ask(request, listing, pledgee_form, flow.ask_pledgee)
        context = _consents_context(request, listing, pledgee_form=pledgee_form)
    else:
        form = ConsentForm(request.POST, owners=_missing(listing))
        asked = _ask(request, listing, form, flow.ask_consent)
        context = _consents_context(request, listing, form=form)
    return asked or wrong(request, "listings/consents.html", context)


def _ask(request: PersonRequest, listing: Listing, form: Form, ask: Callable[..., Asking]) -> HttpResponse | None:
    """Put the question, if the form is filled in and nothing stands against it."""
    if form.is_valid():
        try:
            ask(listing, by=request.user, **form.cleaned_data)
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            messages.success(request, _("Asked. The link works for fourteen days; you hear of the answer."))
            return redirect("listings:consents", listing.code)
    return None


def _missing(listing: Listing) -> list[str]:
    return [*uncovered_owners(listing.patent), *outdated_consents(listing)]


def _consents_context(
    request: PersonRequest,
    listing: Listing,
    *,
    form: ConsentForm | None = None,
    pledgee_form: PledgeeForm | None = None,
) -> dict[str, Any]:
    lists = may_list(request.user, listing.organization)
    missing, patent = _missing(listing), listing.patent
    to_ask = patent.pledged and (patent.pledgee_consent_id is None or outdated_pledge(listing))
    return _asked(listing) | {
        "listing": listing,
        "missing": missing,
        "co_owners": patent.co_owners.select_related("consent").order_by("name"),
        "form": (form or ConsentForm(owners=missing)) if missing and lists else None,
        "pledge_missing": to_ask,
        "pledgee_form": (pledgee_form or PledgeeForm(prefix="pledge")) if to_ask and lists else None,
        "may_list": lists,
        "waits": listing.state == ListingState.APPROVAL,
        "sections": sections(),
    }


def _asked(listing: Listing) -> dict[str, Any]:
    """The steps of the institution, and every question that was put about a listing."""
    amount = amount_of(listing)
    agreed = approved_steps(listing)
    rows = listing.askings.exclude(kind=AskingKind.DEAL)  # those stand on the deal's page
    askings = list(rows.select_related("asked_by", "power", "paper").order_by("-asked_at", "-pk")[:50])
    now = bound_sha256(listing)
    for asking in askings:
        asking.is_current = asking.terms_sha256 == now  # type: ignore[attr-defined]
        asking.can_ask_again = asking.state in (AskingState.WAITING, AskingState.EXPIRED) and (  # type: ignore[attr-defined]
            asking.kind != AskingKind.APPROVAL or listing.state == ListingState.APPROVAL
        )
    return {
        "steps": [(step, (step.position, step.capacity) in agreed) for step in steps_for(listing)],
        "amount": None if amount is None else from_minor(amount, listing.terms.currency),
        "askings": askings,
    }


@login_required
@require_POST
def asking_again(request: PersonRequest, code: UUID) -> HttpResponse:
    """Ask once more with a fresh link; the older one is void."""
    asking = get_object_or_404(
        Asking.objects.visible_to(request.user).select_related("listing", "organization"), code=code
    )
    try:
        flow.ask_again(asking, by=request.user)
    except flow.NotNow:
        moved_on(request)
    except Refused as refused:
        aloud(request, refused.findings)
    else:
        messages.success(request, _("Asked again. The older link opens nothing any more."))
    return redirect("listings:consents", asking.listing.code)


@login_required
@require_POST
def call_back(request: PersonRequest, code: UUID) -> HttpResponse:
    """Take a listing back from its institution's approval, to edit it."""
    listing = own(request, code)
    try:
        flow.call_back(listing, by=request.user)
    except flow.NotNow:
        moved_on(request)
    else:
        messages.success(request, _("Called back. Open links are void; the draft is yours to edit."))
    return redirect("listings:mine_one", code)
