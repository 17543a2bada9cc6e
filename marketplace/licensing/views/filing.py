"""The page of a filing at an authority: what to hand in, until when, who does it, what came of it (REC-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.frame import errors
from marketplace.lib import limits
from marketplace.lib.findings import Refused
from marketplace.licensing.errors import NotNow
from marketplace.licensing.forms.deals import show
from marketplace.licensing.forms.filings import AnswerForm, EvidenceForm, HandInForm, SkipForm
from marketplace.licensing.models import FILING_EVIDENCE, Filing, FilingState
from marketplace.licensing.recordal import filing as doors
from marketplace.licensing.recordal import hints
from marketplace.licensing.recordal.bundle import bundle
from marketplace.licensing.recordal.files import file_set
from marketplace.licensing.recordal.offices import office
from marketplace.licensing.views.common import find
from marketplace.vault.files import BadFile
from marketplace.vault.models import VaultFile

SIMPLE: dict[str, Callable[..., Filing]] = {"take": doors.take, "reopen": doors.reopen}


def _filing(request: PersonRequest, code: UUID, kind: str) -> Filing:
    deal = find(request, code)
    row = Filing.objects.filter(agreement=deal, kind=kind).first()
    if row is None:
        raise Http404
    row.agreement = deal
    return row


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def filing(request: PersonRequest, code: UUID, kind: str) -> HttpResponseBase:
    """Where the filing stands and the next thing to do about it; a POST does it."""
    row = _filing(request, code, kind)
    if request.method != "POST":
        return _page(request, row)
    name = request.POST.get("act", "")
    if name in SIMPLE:
        return _do(request, row, None, lambda: SIMPLE[name](row, by=request.user))
    form = _form(name, request)
    if form is None:
        return _page(request, row, status=422)
    if not form.is_valid():
        return _page(request, row, form=form, status=422)
    return _do(request, row, form, lambda: _act(name, row, form, request))


def _form(name: str, request: PersonRequest) -> forms.Form | None:
    kinds: dict[str, type[forms.Form]] = {"hand_in": HandInForm, "answer": AnswerForm, "skip": SkipForm}
    return kinds[name](request.POST, request.FILES) if name in kinds else None


def _act(name: str, row: Filing, form: forms.Form, request: PersonRequest) -> Filing:
    told: dict[str, Any] = form.cleaned_data
    by = request.user
    if name == "skip":
        return doors.skip(row, by=by, said=told["said"])
    evidence = form.paper() if isinstance(form, EvidenceForm) else None
    if name == "hand_in":
        return doors.hand_in(row, by=by, on=told["on"], evidence=evidence)
    match FilingState(told["outcome"]):
        case FilingState.ACCEPTED:
            return doors.accept(row, by=by, on=told["on"], number=told["number"], evidence=evidence)
        case FilingState.CORRECTION:
            return doors.correct(row, by=by, said=told["said"], answer_by=told["answer_by"], evidence=evidence)
        case _:
            return doors.refused(row, by=by, on=told["on"], said=told["said"], evidence=evidence)


def _do(request: PersonRequest, row: Filing, form: forms.Form | None, act: Callable[[], Filing]) -> HttpResponseBase:
    try:
        act()
    except NotNow:
        messages.info(request, _("This filing has already moved on."))
    except BadFile as bad:
        if form is None:
            return errors.refused(request, [bad.finding], back=row.agreement.get_absolute_url())
        form.add_error("evidence", str(bad.finding.message))
        return _page(request, row, form=form, status=422)
    except Refused as refused:
        if form is None:
            return errors.refused(request, refused.findings, back=row.agreement.get_absolute_url())
        return _page(request, row, form=form, findings=show(form, refused.findings), status=422)
    return redirect("licensing:filing", row.agreement.code, row.kind)


def _page(
    request: PersonRequest, row: Filing, *, form: forms.Form | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    ways = {name for name in doors.MOVES if doors.may(row, name, request.user)}
    main = _main(ways, form)
    skip = form if isinstance(form, SkipForm) else SkipForm() if "skip" in ways else None
    evidence = VaultFile.objects.filter(
        kind=FILING_EVIDENCE, subject_type=Filing._meta.label_lower, subject_id=str(row.pk)
    ).order_by("stored_at", "pk")
    context = {
        "agreement": row.agreement,
        "title": row.agreement.listing.patent.title,
        "filing": row,
        "office": office(row.kind),
        "duty": doors.organization_of(row, row.duty),
        "ways": ways,
        "form": main,
        "act": "answer" if isinstance(main, AnswerForm) else "hand_in",
        "skip": skip,
        "file_set": file_set(row.agreement, row.kind),
        "evidence": list(evidence),
        "hints": hints.of(row.agreement),
        "ends_on": row.answer_by if row.state == FilingState.CORRECTION else row.due_on,
        **more,
    }
    return render(request, "licensing/filing.html", context, status=status)


def _main(ways: set[str], form: forms.Form | None) -> forms.Form | None:
    """The form of the next step: hand in, or what the authority said."""
    if isinstance(form, HandInForm | AnswerForm):
        return form
    if "hand_in" in ways:
        return HandInForm()
    return AnswerForm() if "accept" in ways else None


@login_required
@require_safe
def file_bundle(request: PersonRequest, code: UUID, kind: str) -> HttpResponseBase:
    """The whole file set as one zip."""
    row = _filing(request, code, kind)
    if not limits.allow("evidence", str(request.user.pk)):
        return errors.too_many(request)
    made = bundle(row)
    answer = HttpResponse(made.data, content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
