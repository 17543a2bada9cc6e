"""Pages of the health watch: files of legal status in, events of a patent and how they ended."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from listings import flow as listings_flow
from listings.forms.fields import keep
from listings.forms.health import EventForm, SettleForm, StatusFileForm
from listings.health import events, flow
from listings.health.reading import PROBLEMS
from listings.health.sources import connected
from listings.models import Patent, StatusOutcome, StatusRun
from listings.views.desk import moved_on, page_of, sections, wrong
from listings.views.offices import for_offices
from listings.views.patents import patent_context
from marketplace.accounts.access import login_required
from marketplace.accounts.models import Organization
from marketplace.accounts.requests import PersonRequest
from marketplace.lib import limits, sheets
from marketplace.lib.findings import Refused
from marketplace.lib.numbers import patent_number
from marketplace.lib.saying import on_form

TONES = {
    StatusOutcome.NEWS: "stop",
    StatusOutcome.CHANGED: "now",
    StatusOutcome.SAME: "good",
    StatusOutcome.REFUSED: "warn",
}


@for_offices
@require_http_methods(["GET", "HEAD", "POST"])
def status_import(request: PersonRequest, organization: Organization | None) -> HttpResponse:
    """Choose a file of legal status; earlier files beneath."""
    form = StatusFileForm(request.POST, request.FILES) if request.method == "POST" else StatusFileForm()
    if request.method == "POST":
        answer = _staged(request, form, organization)
        if answer is not None:
            return answer
    runs = StatusRun.objects.filter(organization=organization).select_related("created_by")
    context = {
        "form": form,
        "page": page_of(request, runs.order_by("-created_at", "-pk")),
        "of": organization,
        "connected": connected(),
        "sections": sections(),
    }
    return render(request, "listings/status_import.html", context, status=422 if form.errors else 200)


def _staged(request: PersonRequest, form: StatusFileForm, organization: Organization | None) -> HttpResponse | None:
    """Stage the posted file and go to its page; None where the form has to be shown again."""
    if not limits.allow("upload", str(request.user.pk)):
        form.add_error("file", _("Too many uploads in this minute. Wait a moment, then send the file again."))
    if not form.is_valid():
        return None
    told = form.cleaned_data
    upload = told["file"]
    try:
        run, new = flow.stage(
            upload.read(),
            upload.name or "",
            source=told["source"],
            as_of=told["as_of"],
            organization=organization,
            by=request.user,
        )
    except sheets.BadSheet as bad:
        on_form(form, [bad.finding], otherwise="file")
        return None
    except Refused as refused:
        on_form(form, refused.findings)
        return None
    if not new:
        messages.info(request, _("This very file was uploaded before: here is what became of it."))
    return redirect(run)


@for_offices
@require_http_methods(["GET", "HEAD", "POST"])
def status_run(request: PersonRequest, code: UUID, organization: Organization | None) -> HttpResponse:
    """The dry run: what each row would do; storing all of them is one step."""
    run = get_object_or_404(StatusRun.objects.visible_to(request.user).select_related("organization"), code=code)
    flow.require_teller(request.user, run.organization)
    if request.method == "POST":
        return _act(request, run)
    shown = request.GET.get("outcome", "")
    rows = run.rows.select_related("patent").order_by("number")
    if shown in StatusOutcome.values:
        rows = rows.filter(outcome=shown)
    page = page_of(request, rows)
    for row in page:
        row.number_words = patent_number(row.application_number) if row.patent_id else row.application_number
        row.why = PROBLEMS.get(row.problem, "")
        row.tone = TONES.get(StatusOutcome(row.outcome), "plain")
        row.opens = row.patent if row.patent and (request.user.is_staff or row.patent.organization_id) else None
    context = {
        "run": run,
        "page": page,
        "staged": run.committed_at is None,
        "storing": sum(run.counts.get(outcome.value, 0) for outcome in flow.STORED),
        "news": run.counts.get(StatusOutcome.NEWS.value, 0),
        "outcomes": [(o.value, o.label, run.counts[o.value]) for o in StatusOutcome if run.counts.get(o.value)],
        "shown": shown,
    }
    return render(request, "listings/status_run.html", context)


def _act(request: PersonRequest, run: StatusRun) -> HttpResponse:
    """Store the whole file, or throw it away."""
    try:
        if request.POST.get("act") == "discard":
            flow.discard(run, by=request.user)
            messages.success(request, _("Thrown away. Nothing was stored."))
            return redirect("listings:status_import")
        flow.commit(run, by=request.user)
    except listings_flow.NotNow:
        moved_on(request)
    else:
        messages.success(request, _("Stored. Offers that a row speaks against take no new licenses from now on."))
    return redirect(run)


def _own(request: PersonRequest, code: UUID) -> Patent:
    own = get_object_or_404(Patent.objects.visible_to(request.user).select_related("organization"), code=code)
    if not request.user.is_staff:
        listings_flow.require_lister(request.user, own.organization)
    return own


@login_required
@require_POST
def patent_event(request: PersonRequest, code: UUID) -> HttpResponse:
    """Record that something happened to the patent: new licenses stop at once."""
    own = _own(request, code)
    form = EventForm(request.POST, request.FILES, prefix="event")
    if form.is_valid():
        told = form.cleaned_data
        try:
            with transaction.atomic():
                file = keep(form, "evidence", kind="status_evidence", by=request.user, subject=own)
                if not form.errors:
                    events.record_event(
                        own,
                        kind=told["kind"],
                        happened_on=told["happened_on"],
                        source=told["source"],
                        detail=told["detail"],
                        evidence=file,
                        by=request.user,
                    )
        except Refused as refused:
            on_form(form, refused.findings)
        if not form.errors:
            messages.success(request, _("Recorded. Offers of this patent take no new licenses until it is settled."))
            return redirect("listings:patent", own.code)
    return wrong(request, "listings/patent.html", patent_context(request, own, event_form=form))


@login_required
@require_POST
def patent_event_settle(request: PersonRequest, code: UUID, pk: int) -> HttpResponse:
    """Record how an event ended."""
    own = _own(request, code)
    event = get_object_or_404(own.health_events.select_related("patent__organization"), pk=pk)
    form = SettleForm(request.POST, prefix=f"settle{pk}")
    if not form.is_valid():
        return wrong(request, "listings/patent.html", patent_context(request, own, settle_form=form))
    try:
        events.settle_event(event, by=request.user, how=form.cleaned_data["how"])
    except listings_flow.NotNow:
        moved_on(request)
    else:
        messages.success(request, _("Recorded. A suspended offer is resumed by a moderator, who hears of it."))
    return redirect("listings:patent", own.code)
