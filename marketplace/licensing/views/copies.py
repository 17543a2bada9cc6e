"""Signing on paper: handing in the scan, and the other side's look at it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts.access import fresh_login_required, login_required
from marketplace.accounts.requests import PersonRequest, address_of
from marketplace.frame import errors
from marketplace.lib.findings import Finding, Refused
from marketplace.licensing import flow
from marketplace.licensing.flow import moving
from marketplace.licensing.forms.deals import CopyForm, ReasonForm, SignForm, show
from marketplace.licensing.models import CopyState, StampedCopy
from marketplace.licensing.signing import copies
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.states import ASKS
from marketplace.licensing.views import signing, signing_desk
from marketplace.licensing.views.common import find, terms_changed
from marketplace.vault.files import BadFile


@require_POST
@fresh_login_required
def hand_in(request: PersonRequest, code: UUID, number: int) -> HttpResponseBase:
    """Take the scan of a stamped paper."""
    deal = find(request, code)
    desk = signing_desk.of_any(request, deal, number)
    if isinstance(desk, HttpResponse):
        return desk
    form = CopyForm(request.POST, request.FILES)
    if not form.is_valid():
        return signing.page(request, desk, _blank(desk), status=422, copy_form=form)
    scan = form.cleaned_data["scan"]
    try:
        agent = request.headers.get("User-Agent", "")
        act = Signing.now(request.user, form.cleaned_data["document_sha256"], address_of(request), agent)
        copies.hand_in(desk.paper, act, data=scan.read(), name=scan.name)
    except BadFile as bad:
        form.add_error("scan", str(bad.finding.message) + " " + str(bad.finding.remedy))
        return signing.page(request, desk, _blank(desk), status=422, copy_form=form)
    except flow.NotNow:
        messages.info(request, _("A scan waits already, or the deal has moved on. Here is where it stands."))
        return redirect(deal)
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, agreement=deal)
    except Refused as refused:
        return signing.page(request, desk, _blank(desk), show(form, refused.findings), status=422, copy_form=form)
    messages.success(request, _("Handed in. The other side has been asked to look at it."))
    return redirect(deal)


def _blank(desk: signing_desk.Desk) -> SignForm:
    return SignForm(initial={"document_sha256": desk.paper.sha256})


@login_required
def look(request: PersonRequest, code: UUID, copy: UUID) -> HttpResponseBase:
    """The scan beside the paper; the other side says whether it is the same and complete."""
    row = _find(request, code, copy)
    form, findings = ReasonForm(), list[Finding]()
    if request.method == "POST" and ("confirm" in request.POST or "decline" in request.POST):
        form = ReasonForm(request.POST) if "decline" in request.POST else form
        if "confirm" in request.POST or form.is_valid():
            try:
                _answer(request, row, form)
            except flow.NotNow:
                messages.info(request, _("This deal has already moved on. Here is where it stands."))
                return redirect(row.paper.agreement)
            except flow.TermsChanged as changed:
                return terms_changed(request, changed, agreement=row.paper.agreement)
            except Refused as refused:
                findings = list(refused.findings)
            else:
                messages.success(request, _("Thank you. Your answer is recorded, and the other side hears of it."))
                return redirect(row.paper.agreement)
    return _page(request, row, form, findings)


def _answer(request: PersonRequest, row: StampedCopy, form: ReasonForm) -> None:
    if "confirm" in request.POST:
        copies.confirm(row, by=request.user)
    else:
        copies.decline(row, by=request.user, reason=form.cleaned_data["reason"])


def _page(request: PersonRequest, row: StampedCopy, form: ReasonForm, findings: list[Finding]) -> HttpResponse:
    mine = row.state == CopyState.WAITING and row.by_id != request.user.pk
    context = {
        "agreement": row.paper.agreement,
        "copy": row,
        "from": copies.own_side(row),
        "answers": mine and moving.holds(request.user, copies.other_side(row), ASKS),
        "takes_back": row.state == CopyState.WAITING and moving.holds(request.user, copies.own_side(row), ASKS),
        "form": form,
        "findings": findings,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "licensing/stamped_copy.html", context, status=status)


@require_POST
@login_required
def take_back(request: PersonRequest, code: UUID, copy: UUID) -> HttpResponseBase:
    """The side that handed the scan in takes it back."""
    row = _find(request, code, copy)
    try:
        copies.take_back(row, by=request.user)
    except flow.NotNow:
        messages.info(request, _("This deal has already moved on. Here is where it stands."))
    except Refused as refused:
        return errors.refused(request, refused.findings, back=row.paper.agreement.get_absolute_url())
    return redirect(row.paper.agreement)


def _find(request: PersonRequest, code: UUID, copy: UUID) -> StampedCopy:
    deal = find(request, code)
    rows = StampedCopy.objects.filter(paper__agreement=deal).select_related("paper__file", "file", "by")
    row = get_object_or_404(rows, code=copy)
    row.paper.agreement = deal
    return row
