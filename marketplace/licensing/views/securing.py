"""Pages of what secures deferred fees: guarantee or insurance, and the file for a bank or insurer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.frame import errors
from marketplace.lib.findings import Finding, Refused
from marketplace.licensing import flow
from marketplace.licensing.forms.trials import ConsentForm, SecurityForm
from marketplace.licensing.models import Agreement, Security
from marketplace.licensing.pages import turns
from marketplace.licensing.reading_rights import SECURITY
from marketplace.licensing.views.common import find
from marketplace.licensing.views.trials import both_ways, carried_out, kept


@login_required
@both_ways
def security(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The securities of a deal: record one, confirm the other side's, release one."""
    deal = find(request, code)
    view = turns.look(deal, request.user)
    chosen = request.POST.get("confirm") or request.POST.get("release")
    form = SecurityForm(None if chosen else request.POST or None, request.FILES or None)
    findings: list[Finding] = []
    if request.method == "POST":
        act = _chosen(request, deal) if chosen else _recorded(request, deal, form)
        findings = carried_out(request, form, act, file="paper") if act else []
        if act is not None and not findings and not form.errors:
            return redirect("licensing:security", deal.code)
    rows = [(row, _may_confirm(view, row)) for row in deal.securities.select_related("paper").order_by("pk")]
    context = {
        "agreement": deal,
        "form": form if view.can("record_security") else None,
        "findings": findings,
        "rows": rows,
        "may_release": view.can("end_security"),
    }
    return render(request, "licensing/security.html", context, status=422 if request.method == "POST" else 200)


def _may_confirm(view: turns.View, row: Security) -> bool:
    """Whether this person stands on the side that did not record it."""
    others = {side for side in view.sides if side.value != row.party}
    return row.state == "recorded" and bool(others) and view.can("confirm_security")


def _chosen(request: PersonRequest, deal: Agreement) -> Any:
    name = "confirm" if request.POST.get("confirm") else "release"
    text = request.POST.get(name, "")
    row = get_object_or_404(Security, agreement=deal, pk=int(text) if text.isdecimal() and len(text) < 19 else 0)
    row.agreement = deal
    door = flow.confirm_security if name == "confirm" else flow.end_security
    return lambda: door(row, by=request.user)


def _recorded(request: PersonRequest, deal: Agreement, form: SecurityForm) -> Any:
    if not form.is_valid():
        return None
    told = {name: form.cleaned_data[name] for name in ("kind", "provider", "number", "valid_until")}
    return lambda: flow.record_security(
        deal,
        by=request.user,
        amount_minor=form.cleaned_data["amount"],
        paper=kept(request, deal, "paper", SECURITY),
        **told,
    )


@login_required
@both_ways
def bank_file(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The licensee consents that one bank or insurer sees the file; both sides may then download it."""
    deal = find(request, code)
    view = turns.look(deal, request.user)
    if request.method == "POST" and request.POST.get("do") == "download":
        return _download(request, deal)
    consent = flow.standing_consent(deal)
    form = ConsentForm(request.POST if request.POST.get("do") == "consent" else None)
    findings: list[Finding] = []
    if request.method == "POST":
        act = _consent(request, deal, form)
        findings = carried_out(request, form, act) if act else []
        if act is not None and not findings and not form.errors:
            return redirect("licensing:bank_file", deal.code)
    context = {
        "agreement": deal,
        "consent": consent,
        "form": form if consent is None and view.can("disclose") else None,
        "findings": findings,
        "may_withdraw": view.can("withdraw_disclosure"),
        "may_download": view.can("hand_out"),
    }
    return render(request, "licensing/bank_file.html", context, status=422 if request.method == "POST" else 200)


def _consent(request: PersonRequest, deal: Agreement, form: forms.Form) -> Any:
    consent = flow.standing_consent(deal)
    if request.POST.get("do") == "withdraw" and consent is not None:
        return lambda: flow.withdraw_disclosure(consent, by=request.user)
    if request.POST.get("do") == "consent" and form.is_valid():
        return lambda: flow.disclose(deal, by=request.user, recipient=form.cleaned_data["recipient"])
    return None


def _download(request: PersonRequest, deal: Agreement) -> HttpResponseBase:
    try:
        data = flow.hand_out(deal, by=request.user)
    except flow.NotNow:
        return redirect("licensing:bank_file", deal.code)
    except Refused as refused:
        return errors.refused(request, refused.findings, back=deal.get_absolute_url())
    answer = HttpResponse(data, content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{deal.reference}-file.zip"'
    return answer
