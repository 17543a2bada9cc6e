"""Pages of a running license: triggers and their answers, reports of use, written demands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.lib.findings import Finding, Refused
from marketplace.licensing import flow
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.flow import correcting
from marketplace.licensing.forms.deals import show
from marketplace.licensing.forms.trials import ContestForm, DecideForm, DemandForm, TriggerForm, UseReportForm
from marketplace.licensing.models import Agreement, Claim, PaymentDemand, ReportState, UseReport
from marketplace.licensing.pages import running, turns
from marketplace.licensing.reading_rights import PROOF
from marketplace.licensing.states import STEPS, Who
from marketplace.licensing.terms import trials
from marketplace.licensing.views.common import find
from marketplace.vault import files
from marketplace.vault.models import VaultFile

both_ways = require_http_methods(["GET", "HEAD", "POST"])


def kept(request: PersonRequest, deal: Agreement, name: str, kind: str) -> VaultFile | None:
    """The uploaded file of that name in the vault, in the surrounding transaction; None where none came."""
    upload = request.FILES.get(name)
    if upload is None:
        return None
    return files.store(upload.read(), kind=kind, name=upload.name or "", by=request.user, subject=deal)


def carried_out(request: PersonRequest, form: forms.Form, act: Callable[[], Any], *, file: str = "") -> list[Finding]:
    """Do it in one transaction with its file; what refuses stands beside its field, or comes back to be shown above."""
    try:
        with transaction.atomic():
            act()
    except flow.NotNow:
        messages.info(request, _("This deal has already moved on."))
    except files.BadFile as bad:
        form.add_error(file if file in form.fields else None, str(bad.finding.message))
    except Refused as refused:
        return show(form, refused.findings)
    return []


@login_required
@both_ways
def trigger(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """Report (licensee) or assert (licensor) that the free period has ended."""
    deal = find(request, code)
    view, kinds = turns.look(deal, request.user), trials.claimable(deal)
    asserts = Who.LICENSEE not in view.sides
    step = STEPS["assert_trigger" if asserts else "report_trigger"]
    form = TriggerForm(request.POST or None, request.FILES or None, kinds=kinds)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("kind", "happened_on", "words")}
        door = flow.assert_trigger if asserts else flow.report_trigger
        findings = carried_out(
            request,
            form,
            lambda: door(deal, by=request.user, proof=kept(request, deal, "proof", PROOF), **told),
            file="proof",
        )
        if not findings and not form.errors:
            return redirect(deal)
    context = {
        "agreement": deal,
        "form": form,
        "step": step,
        "findings": findings,
        "kinds": kinds,
        "period": trials.free_period(deal),
        "use": trials.use_words(read(deal.version.snapshot)),
        "asserts": asserts,
    }
    return render(request, "licensing/trigger.html", context, status=422 if request.method == "POST" else 200)


@login_required
@both_ways
def claim(request: PersonRequest, code: UUID, pk: int) -> HttpResponseBase:
    """A claim with what both sides say; the licensee answers it, a moderator decides it."""
    deal = find(request, code)
    row = get_object_or_404(Claim.objects.select_related("proof"), agreement=deal, pk=pk)
    row.agreement = deal
    view = turns.look(deal, request.user)
    asked = row.state == "asserted" and view.can("agree_trigger")
    decides = row.state == "contested" and view.can("decide_trigger")
    form: forms.Form | None = None
    if asked:
        form = ContestForm(request.POST if request.POST.get("answer") == "contest" else None)
    elif decides:
        form = DecideForm(request.POST or None, initial={"happened_on": row.happened_on})
    findings: list[Finding] = []
    if request.method == "POST":
        act = _answer(request, row, form)
        if act is not None:
            findings = carried_out(request, form or forms.Form(), act)
        if act is not None and not findings and not (form and form.errors):
            return redirect(deal)
    context = {"agreement": deal, "claim": row, "form": form, "asked": asked, "decides": decides, "findings": findings}
    return render(request, "licensing/claim.html", context, status=422 if request.method == "POST" else 200)


def _answer(request: PersonRequest, row: Claim, form: forms.Form | None) -> Callable[[], Any] | None:
    """The act that the form asks for; None where something is missing. Who may not is refused by the door itself."""
    if request.POST.get("answer") == "agree":
        return lambda: flow.agree_trigger(row, by=request.user)
    if isinstance(form, ContestForm) and form.is_valid():
        return lambda: flow.contest_trigger(row, by=request.user, reasons=form.cleaned_data["reasons"])
    if isinstance(form, DecideForm) and form.is_valid():
        told = form.cleaned_data
        return lambda: flow.decide_trigger(
            row,
            by=request.user,
            upheld=told["upheld"] == "yes",
            decision=told["decision"],
            happened_on=told["happened_on"],
        )
    return None


@login_required
@both_ways
def use_report(request: PersonRequest, code: UUID, number: int) -> HttpResponseBase:
    """Report the use of one period, or look at what was reported."""
    deal = find(request, code)
    report = get_object_or_404(UseReport.objects.select_related("proof", "obligation"), agreement=deal, number=number)
    report.agreement = deal
    view, offer = turns.look(deal, request.user), read(deal.version.snapshot)
    profit = offer.text("royalty_base") == "profit"
    form = UseReportForm(request.POST or None, request.FILES or None, profit=profit)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        told = {"base_minor": form.base_minor(), "words": form.cleaned_data["words"]}
        findings = carried_out(
            request,
            form,
            lambda: flow.report_use(report, by=request.user, proof=kept(request, deal, "proof", PROOF), **told),
            file="proof",
        )
        if not findings and not form.errors:
            return redirect(deal)
    context = {
        "agreement": deal,
        "report": report,
        "form": form if report.state == ReportState.EXPECTED and view.can("report_use") else None,
        "findings": findings,
        "pay_days": offer.number("pay_within_days"),
        "may_correct": view.can("correct_report"),
        "corrections": report.corrections.count(),
        "corrected": correcting.standing(report) if report.corrections.filter(state="stands").exists() else None,
    }
    return render(request, "licensing/use_report.html", context, status=422 if request.method == "POST" else 200)


@login_required
@both_ways
def demand(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """What is overdue: demand it in writing; once the period ran out, keep the license or end it for breach."""
    deal = find(request, code)
    view = turns.look(deal, request.user)
    form = DemandForm(request.POST or None)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        act = _demanded(request, deal, view, form)
        findings = carried_out(request, form, act) if act else []
        if act is not None and not findings and not form.errors:
            return redirect(deal)
    context = {
        "agreement": deal,
        "form": form,
        "findings": findings,
        "overdue": running.overdue(view),
        "may_demand": view.can("demand"),
        "may_keep": view.can("keep"),
        "demands": deal.payment_demands.select_related("obligation", "report").order_by("pk"),
        "days": STEPS["demand"].days,
    }
    return render(request, "licensing/demand.html", context, status=422 if request.method == "POST" else 200)


def _demanded(request: PersonRequest, deal: Agreement, view: turns.View, form: DemandForm) -> Callable[[], Any] | None:
    if kept_one := request.POST.get("keep", ""):
        row = get_object_or_404(PaymentDemand, agreement=deal, pk=int(kept_one) if kept_one.isdecimal() else 0)
        return lambda: flow.keep(row, by=request.user)
    late = {f"{'report' if isinstance(row, UseReport) else 'payment'}-{row.pk}": row for row in running.overdue(view)}
    found = late.get(request.POST.get("what", ""))
    words = form.cleaned_data["words"]
    if isinstance(found, UseReport):
        return lambda: flow.demand_report(found, by=request.user, words=words)
    if found is not None:
        return lambda: flow.demand_payment(found, by=request.user, words=words)
    return None
