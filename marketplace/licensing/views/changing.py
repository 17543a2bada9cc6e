"""Changing a license in force, renewing it, ending it early, deciding about held payments, asking approvers again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from listings.models import Track
from marketplace.accounts.access import fresh_login_required, login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.frame import errors
from marketplace.lib.findings import Finding, Refused
from marketplace.licensing.errors import AlreadyTalking, NotNow
from marketplace.licensing.flow import amending, asking_inside, changing, ending, holding, terminating
from marketplace.licensing.forms.changes import DemandForm, HoldForm, NoticeForm, ProposeEndForm
from marketplace.licensing.forms.deals import show
from marketplace.licensing.forms.terms import OtherTermsForm
from marketplace.licensing.models import Agreement, BreachDemand, Ground, NegotiationKind, Termination
from marketplace.licensing.pages import change_pages
from marketplace.licensing.terms import renewing
from marketplace.licensing.terms.grounds import GROUNDS
from marketplace.licensing.views.common import find, posted


@login_required
def amend(request: PersonRequest, code: UUID) -> HttpResponse:
    """Either side says which terms of a license in force it wants otherwise; or for its renewal (`?for=renewal`)."""
    deal = find(request, code)
    if deal.track != Track.PRESET:
        return errors.refused(request, amending.not_on_the_open_track().findings, back=deal.get_absolute_url())
    kind = NegotiationKind.RENEWAL if request.GET.get("for") == "renewal" else NegotiationKind.AMENDMENT
    before = renewing.todays_terms(deal) if kind == NegotiationKind.RENEWAL else renewing.present_terms(deal)
    form = OtherTermsForm(posted(request), terms=before, home=deal.licensee.division)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            made = changing.change(deal, by=request.user, terms=form.wanted(), reason=reason, kind=kind)
        except AlreadyTalking as talking:
            messages.info(request, _("You negotiate about this license already. This is where it stands."))
            return redirect(talking.negotiation)
        except NotNow:
            messages.info(request, _("This deal has already moved on."))
            return redirect(deal)
        except Refused as refused:
            findings = form.show(refused.findings)
        else:
            return redirect(made)
    context = {"agreement": deal, "form": form, "findings": findings, "renews": kind == NegotiationKind.RENEWAL}
    return render(request, "licensing/amend.html", context, status=422 if findings or form.errors else 200)


@login_required
def renew(request: PersonRequest, code: UUID) -> HttpResponse:
    """The licensee renews on today's terms with one click, having seen what differs from its own."""
    deal = find(request, code)
    if deal.track != Track.PRESET:
        return errors.refused(request, amending.not_on_the_open_track().findings, back=deal.get_absolute_url())
    if request.method == "POST":
        try:
            made = changing.renew(deal, by=request.user)
        except AlreadyTalking as talking:
            messages.info(request, _("You negotiate about this license already. This is where it stands."))
            return redirect(talking.negotiation)
        except NotNow:
            messages.info(request, _("This deal has already moved on."))
            return redirect(deal)
        except Refused as refused:
            return errors.refused(request, refused.findings, back=deal.get_absolute_url())
        return redirect(made)
    context = renewing.context(deal)
    return render(request, "licensing/renew.html", context)


@login_required
@require_safe
def end(request: PersonRequest, code: UUID) -> HttpResponse:
    """Every way to end a license before its term, with the law, the notice and what stays owed."""
    deal = find(request, code)
    return render(request, "licensing/ending.html", change_pages.ending_context(deal, request.user))


@fresh_login_required
def notice(request: PersonRequest, code: UUID, ground: str) -> HttpResponse:
    """One side ends the license on a ground that is open to it; it reads the consequences first."""
    deal = find(request, code)
    if ground not in Ground.values or GROUNDS[Ground(ground)].signed_by_both:
        raise Http404
    row = GROUNDS[Ground(ground)]
    form = NoticeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _do(
            request, deal, lambda: terminating.give_notice(deal, ground=row.ground, by=request.user, reason=reason)
        )
    last_day = renewing.last_day_after(row.days(deal) if deal.track in row.tracks else 0)
    context = {
        "agreement": deal,
        "row": row,
        "last_day": last_day,
        "stays": list(ending.stays_owed(deal, row.ground, last_day)),
        "refund_minor": ending.refund(deal, row.ground, last_day),
        "form": form,
    }
    return render(request, "licensing/notice_to_end.html", context, status=422 if form.errors else 200)


@login_required
def propose_end(request: PersonRequest, code: UUID) -> HttpResponse:
    """Propose to end it together: both sign."""
    deal = find(request, code)
    form = ProposeEndForm(posted(request), ends_on=deal.ends_on)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = terminating.propose(deal, by=request.user, last_day=told["last_day"], reason=told["reason"])
        except NotNow:
            messages.info(request, _("This deal has already moved on."))
            return redirect("licensing:ending", deal.code)
        except Refused as refused:
            findings = show(form, refused.findings)
        else:
            return _to_paper(made)
    context = {"agreement": deal, "form": form, "findings": findings, "row": GROUNDS[Ground.MUTUAL]}
    return render(request, "licensing/propose_end.html", context, status=422 if findings or form.errors else 200)


def _to_paper(made: Termination) -> HttpResponse:
    assert made.paper is not None  # noqa: S101  it was just made
    return redirect("licensing:sign_paper", made.agreement.code, made.paper.pk)


@require_POST
@login_required
def drop_end(request: PersonRequest, code: UUID) -> HttpResponse:
    """Take a proposal back, or turn it down."""
    deal = find(request, code)
    standing = get_object_or_404(Termination, agreement=deal, state="proposed")
    return _do(request, deal, lambda: terminating.drop(standing, by=request.user))


@login_required
def demand(request: PersonRequest, code: UUID) -> HttpResponse:
    """A written demand to mend a breach."""
    deal = find(request, code)
    form = DemandForm(posted(request))
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        return _do(request, deal, lambda: terminating.demand(deal, by=request.user, text=text))
    context = {"agreement": deal, "form": form, "row": GROUNDS[Ground.BREACH]}
    return render(request, "licensing/demand_performance.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def mended(request: PersonRequest, code: UUID, demand: UUID) -> HttpResponse:
    """Whoever demanded says that it is mended."""
    deal = find(request, code)
    made = get_object_or_404(BreachDemand, agreement=deal, code=demand)
    return _do(request, deal, lambda: terminating.mended(made, by=request.user))


@require_POST
@login_required
def release(request: PersonRequest, code: UUID) -> HttpResponse:
    """A moderator releases held payments."""
    return _decide(request, code, holding.release)


@require_POST
@login_required
def waive(request: PersonRequest, code: UUID) -> HttpResponse:
    """The licensor waives held payments."""
    return _decide(request, code, holding.waive)


def _decide(request: PersonRequest, code: UUID, act: Any) -> HttpResponse:
    deal = find(request, code)
    hold = get_object_or_404(deal.holds, ended_at__isnull=True)
    form = HoldForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _do(request, deal, lambda: act(hold, by=request.user, reason=reason))


@require_POST
@login_required
def approval_again(request: PersonRequest, code: UUID) -> HttpResponse:
    """Ask the institution's open step once more with a fresh link."""
    deal = find(request, code)
    return _do(request, deal, lambda: asking_inside.ask_again(deal, by=request.user), back=deal.get_absolute_url())


def _do(request: PersonRequest, deal: Agreement, act: Callable[[], object], *, back: str = "") -> HttpResponse:
    page = back or reverse("licensing:ending", args=[deal.code])
    try:
        act()
    except NotNow:
        messages.info(request, _("This deal has already moved on."))
    except Refused as refused:
        return errors.refused(request, refused.findings, back=page)
    return redirect(page)
