"""How an owner takes an offer away: at once, or in the two steps of a declared open license (DECL-7)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listings import flow
from listings.forms.fields import keep
from listings.forms.withdrawing import WithdrawalRequestForm, WithdrawForm
from listings.models import Listing
from listings.views.desk import moved_on, wrong
from listings.views.mine import one_context, own
from listings.withdrawing import consents_needed, declaration_of
from marketplace.accounts.access import login_required
from marketplace.lib.findings import Refused
from marketplace.lib.saying import on_form

if TYPE_CHECKING:
    from marketplace.accounts.requests import PersonRequest

PAGE = "listings/mine_one.html"


@login_required
@require_POST
def withdraw(request: PersonRequest, code: UUID) -> HttpResponse:
    """Take a listing back or off the offer; for a declared open license with the day of its announcement."""
    listing = own(request, code)
    declaration = declaration_of(listing)
    if declaration is not None and declaration.withdrawal_requested_at is not None:
        return _announced(request, listing)
    try:
        flow.withdraw(listing, by=request.user)
    except Refused as refused:
        return wrong(request, PAGE, one_context(request, listing, refused=refused.findings))
    except flow.NotNow:
        moved_on(request)
    else:
        messages.success(request, _("Recorded. Licenses given before stay in force."))
    return redirect("listings:mine_one", code)


def _announced(request: PersonRequest, listing: Listing) -> HttpResponse:
    """The second step: the announcement, with its evidence."""
    form = WithdrawForm(request.POST, request.FILES, prefix="withdraw")
    if form.is_valid():
        try:
            with transaction.atomic():
                file = keep(form, "evidence", kind="withdrawal_evidence", by=request.user, subject=listing)
                if not form.errors:
                    day = form.cleaned_data["announced_on"]
                    flow.withdraw(listing, by=request.user, announced_on=day, evidence=file)
        except Refused as refused:
            on_form(form, refused.findings)
        except flow.NotNow:
            moved_on(request)
            return redirect("listings:mine_one", listing.code)
    if form.errors:
        return wrong(request, PAGE, one_context(request, listing, withdraw_form=form))
    messages.success(request, _("Recorded. Licenses given before stay in force."))
    return redirect("listings:mine_one", listing.code)


@login_required
@require_POST
def request_withdrawal(request: PersonRequest, code: UUID) -> HttpResponse:
    """Say that the declaration will be withdrawn, why, without conditions, with every owner's consent."""
    listing = own(request, code)
    flow.require_lister(request.user, listing.organization)
    form = WithdrawalRequestForm(request.POST, request.FILES, prefix="reason", owners=consents_needed(listing))
    if form.is_valid():
        told = form.cleaned_data
        try:
            with transaction.atomic():
                consents = form.keep_consents(listing, request.user)
                paper = form.keep_paper(listing, request.user)
                if not form.errors:
                    flow.request_withdrawal(
                        listing,
                        by=request.user,
                        reason=told["reason"],
                        unconditional=told["unconditional"],
                        consents=consents,
                        paper=paper,
                    )
        except Refused as refused:
            on_form(form, refused.findings)
        except flow.NotNow:
            moved_on(request)
            return redirect("listings:mine_one", code)
    if form.errors:
        return wrong(request, PAGE, one_context(request, listing, reason_form=form))
    messages.success(request, _("Recorded. The offer stands until the patent office announces the withdrawal."))
    return redirect("listings:mine_one", code)
