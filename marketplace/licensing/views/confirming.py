"""Confirming the highlighted clauses one by one, of a contract or of an amendment that touches them (LIC-F)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.lib.findings import Finding, Refused
from marketplace.lib.look import Step as Station
from marketplace.licensing import flow
from marketplace.licensing.contracts import Clause
from marketplace.licensing.flow import amending
from marketplace.licensing.forms.deals import ConfirmForm
from marketplace.licensing.models import Agreement, Amendment, AmendmentState, State
from marketplace.licensing.pages import turns
from marketplace.licensing.papers import BINDING
from marketplace.licensing.terms import amended, clauses
from marketplace.licensing.views.common import find


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose clauses are read: what will be signed with them, how one is confirmed, and where the reader goes then."""

    deal: Agreement
    signed: clauses.Signed
    act: Callable[..., Any]
    waits: bool
    stations: list[Station]
    afterwards: tuple[Any, ...]

    def before(self, clause: Clause, language: str) -> Clause | None:
        """How a clause of the contract reads so far; None where nothing goes before it."""
        return amended.as_before(self.signed, clause.key, language) if isinstance(self.signed, Amendment) else None


@login_required
def confirm(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The next highlighted clause of the contract that nobody has confirmed; without JavaScript one page each."""
    deal = find(request, code)
    stations = turns.stations(turns.look(deal, request.user))
    waits = deal.state == State.OFFERED
    return _page(request, Reading(deal, deal, flow.confirm, waits, stations, (deal,)))


@login_required
def confirm_paper(request: PersonRequest, code: UUID, number: int) -> HttpResponseBase:
    """The same for the clauses that an amendment touches; one that stays as it was is not asked again."""
    deal = find(request, code)
    rows = Amendment.objects.select_related("before", "version", "proposal", "paper", "agreement__version")
    change = get_object_or_404(rows, agreement=deal, paper=number)
    change.agreement = deal
    waits = change.state == AmendmentState.SIGNING
    return _page(
        request, Reading(deal, change, amending.confirm, waits, [], ("licensing:sign_paper", deal.code, number))
    )


def _page(request: PersonRequest, reading: Reading) -> HttpResponseBase:
    findings: tuple[Finding, ...] = ()
    form = ConfirmForm(request.POST)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("clause", "text_sha256")}
        try:
            reading.act(reading.signed, by=request.user, **told)
        except flow.NotNow:
            messages.info(request, _("This deal has already moved on."))
            return redirect(reading.deal)
        except Refused as refused:
            findings = refused.findings
    if request.method == "POST" and not findings:
        return redirect(request.path)
    return _next_clause(request, reading, findings)


def _next_clause(request: PersonRequest, reading: Reading, findings: tuple[Finding, ...]) -> HttpResponse:
    if not reading.waits:
        return redirect(reading.deal)
    every, left = clauses.highlighted(reading.signed), clauses.open_ones(reading.signed)
    if not left:
        return redirect(*reading.afterwards)
    clause = left[0]
    context = {
        "agreement": reading.deal,
        "stations": reading.stations,
        "clause": clause,
        "before": reading.before(clause, BINDING),
        "changes": isinstance(reading.signed, Amendment),
        "rendering": _rendering(reading, clause),
        "number": len(every) - len(left) + 1,
        "count": len(every),
        "findings": findings,
    }
    return render(request, "licensing/confirm.html", context, status=422 if findings else 200)


def _rendering(reading: Reading, clause: Clause) -> Clause | None:
    """The same clause in English, for whoever reads the site in it."""
    if get_language() != "en":
        return None
    return next((one for one in clauses.highlighted(reading.signed, "en") if one.key == clause.key), None)
