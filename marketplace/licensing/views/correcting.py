"""The page on which a report of use is put right: the licensee corrects, the licensor answers, a moderator decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.lib.findings import Finding
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.flow import correcting
from marketplace.licensing.flow.correcting import Corrected
from marketplace.licensing.forms.trials import ContestCorrectionForm, CorrectForm, DecideCorrectionForm
from marketplace.licensing.models import OPEN_CORRECTIONS, CorrectionState, ReportCorrection, ReportState, UseReport
from marketplace.licensing.pages import turns
from marketplace.licensing.reading_rights import PROOF
from marketplace.licensing.terms import effective
from marketplace.licensing.views.common import find
from marketplace.licensing.views.trials import both_ways, carried_out, kept

Act = Callable[[], Any]


@login_required
@both_ways
def correct_report(request: PersonRequest, code: UUID, number: int) -> HttpResponseBase:
    """A report that was given, every correction of it, and what this person can do about it now."""
    deal = find(request, code)
    rows = UseReport.objects.select_related("obligation", "proof")
    report = get_object_or_404(rows, agreement=deal, number=number, state=ReportState.GIVEN)
    report.agreement = deal
    waits = report.corrections.filter(state__in=OPEN_CORRECTIONS).first()
    if waits is not None:
        waits.report = report
    view = turns.look(deal, request.user)
    form = _form(request, report, waits, view)
    findings: list[Finding] = []
    if request.method == "POST" and form is not None:
        act = _act(request, report, waits, form)
        findings = carried_out(request, form, act, file="proof") if act else []
        if act is not None and not findings and not form.errors:
            return redirect("licensing:correct_report", deal.code, number)
    base, royalty = correcting.standing(report)
    context = {
        "agreement": deal,
        "report": report,
        "corrections": list(report.corrections.select_related("proof", "made_by", "obligation").order_by("number")),
        "waits": waits,
        "form": form,
        "answers": isinstance(form, ContestCorrectionForm),
        "decides": isinstance(form, DecideCorrectionForm),
        "base": base,
        "royalty": royalty,
        "findings": findings,
    }
    return render(request, "licensing/correct_report.html", context, status=422 if request.method == "POST" else 200)


def _form(
    request: PersonRequest, report: UseReport, waits: ReportCorrection | None, view: turns.View
) -> forms.Form | None:
    """The form of this person's turn; None where there is nothing to do."""
    data = request.POST or None
    if waits is None:
        profit = read(effective.snapshot_of(report.agreement, on=report.ends_on)).text("royalty_base") == "profit"
        return CorrectForm(data, request.FILES or None, profit=profit) if view.can("correct_report") else None
    if waits.state == CorrectionState.ASKED and view.can("contest_correction"):
        return ContestCorrectionForm(data if request.POST.get("answer") == "contest" else None)
    if waits.state == CorrectionState.CONTESTED and view.can("decide_correction"):
        return DecideCorrectionForm(data)
    return None


def _act(request: PersonRequest, report: UseReport, waits: ReportCorrection | None, form: forms.Form) -> Act | None:
    """What the form asks for; None where something is missing. Who may not is refused by the door itself."""
    by = request.user
    if waits is not None and isinstance(form, ContestCorrectionForm) and request.POST.get("answer") == "agree":
        return lambda: correcting.agree_correction(waits, by=by)
    if not form.is_valid():
        return None
    told = form.cleaned_data
    match form:
        case ContestCorrectionForm() if waits is not None:
            return lambda: correcting.contest_correction(waits, by=by, reasons=told["reasons"])
        case DecideCorrectionForm() if waits is not None:
            upheld = told["upheld"] == "yes"
            return lambda: correcting.decide_correction(waits, by=by, upheld=upheld, decision=told["decision"])
        case CorrectForm():
            base = form.base_minor()
            return lambda: correcting.correct(
                report, Corrected(base, told["reason"], kept(request, report.agreement, "proof", PROOF)), by=by
            )
        case _:
            return None
