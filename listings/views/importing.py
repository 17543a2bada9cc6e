"""The pages on which a university brings its inventory in: upload, look, correct, store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from listings.importing import flow, template
from listings.models import ImportRun, ImportState
from listings.views import import_shown as showing
from listings.views.offices import for_offices
from marketplace.accounts.models import Organization
from marketplace.accounts.requests import PersonRequest
from marketplace.lib import limits, sheets
from marketplace.lib.findings import Finding, Refused, Severity
from marketplace.lib.saying import on_form

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RUNS_A_PAGE = 20
LOOK_AGAIN = 2  # seconds until a page about running work looks again


class UploadForm(forms.Form):
    """One spreadsheet."""

    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        allow_empty_file=True,  # the reader of sheets says better what is wrong with it
        help_text=gettext_lazy(
            "Excel, ODS, CSV, or a patent office's XML (ST.96, OPS); at most 20 MB and 60,000 rows. Your own layout"
            " will do: we look for the header and the columns."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.tsv,.txt,.xml"}),
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse what is too large before anybody reads it."""
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if (upload.size or 0) > sheets.LARGEST:
            raise forms.ValidationError(
                _("The file is larger than %(size)d MB (IMP-3). Delete pictures and sheets that are not needed.")
                % {"size": sheets.LARGEST // 2**20}
            )
        return upload


@for_offices
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: PersonRequest, organization: Organization | None) -> HttpResponse:
    """Choose a file; earlier uploads beneath."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST":
        answer = _staged(request, form, organization)
        if answer is not None:
            return answer
    runs = ImportRun.objects.filter(organization=organization).order_by("-created_at", "-pk")
    page = Paginator(runs.select_related("created_by"), RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "organization_name": organization.name if organization else ""}
    return render(request, "listings/import.html", context, status=422 if form.errors else 200)


def _staged(request: PersonRequest, form: UploadForm, organization: Organization | None) -> HttpResponse | None:
    """Stage the posted file and go to its page; None where the form has to be shown again."""
    user = request.user
    if not limits.allow("upload", str(user.pk)):
        form.add_error("file", _("Too many uploads in this minute. Wait a moment, then send the file again."))
    if not form.is_valid():
        return None
    upload_: UploadedFile[Any] = form.cleaned_data["file"]
    try:
        run, created = flow.stage(upload_.read(), upload_.name or "", organization=organization, by=user)
    except sheets.BadSheet as bad:
        on_form(form, [bad.finding], otherwise="file")
        return None
    if not created:
        messages.info(request, _("This very file was uploaded before: here is what became of it."))
    return redirect(run)


@for_offices
@require_http_methods(["GET", "HEAD", "POST"])
def import_run(request: PersonRequest, code: UUID, organization: Organization | None) -> HttpResponse:
    """The dry run: what each row would become; columns, dates and storing on one page."""
    user = request.user
    run = get_object_or_404(ImportRun.objects.visible_to(user).select_related("organization"), code=code)
    flow.require_importer(user, run.organization)
    findings: list[Finding] = []
    if request.method == "POST":
        try:
            return _ACTS.get(request.POST.get("act", ""), _no_act)(request, run)
        except Refused as refused:
            findings = list(refused.findings)
    return _page(request, run, findings)


def _no_act(request: PersonRequest, run: ImportRun) -> HttpResponse:
    raise Http404


def _map(request: PersonRequest, run: ImportRun) -> HttpResponse:
    mapping = {key.removeprefix("column-"): value for key, value in request.POST.items() if key.startswith("column-")}
    flow.remap(run, {place: str(field) for place, field in mapping.items()}, by=request.user)
    messages.success(request, _("The columns are remembered, and all rows are read again with them."))
    return redirect(run)


def _answer(request: PersonRequest, run: ImportRun) -> HttpResponse:
    typed: dict[int, dict[str, str]] = {}
    for key, value in request.POST.items():
        number = key.removeprefix("filed_on-")
        if number != key and number.isascii() and number.isdigit() and len(number) < 7:
            typed[int(number)] = {"filed_on": str(value)}
    flow.answer(run, typed, by=request.user)
    messages.success(request, _("The dates are kept, and all rows have been looked at again."))
    return redirect(request.get_full_path())


def _store(request: PersonRequest, run: ImportRun) -> HttpResponse:
    run = flow.commit(run, by=request.user, leave_out=request.POST.get("leave_out") == "1")
    if run.state != ImportState.COMMITTED:
        return redirect(run)
    stored = run.counts.get("new", 0) + run.counts.get("changed", 0)
    message = ngettext("%(count)d patent is stored.", "%(count)d patents are stored.", stored)
    messages.success(request, message % {"count": stored})
    return redirect(run)


def _discard(request: PersonRequest, run: ImportRun) -> HttpResponse:
    flow.discard(run, by=request.user)
    messages.success(request, _("The upload is thrown away. Nothing of it was stored."))
    return redirect("listings:import")


_ACTS: dict[str, Callable[[PersonRequest, ImportRun], HttpResponse]] = {
    "map": _map, "answer": _answer, "store": _store, "discard": _discard,
}  # fmt: skip


def _page(request: PersonRequest, run: ImportRun, findings: list[Finding]) -> HttpResponse:
    if run.state in (ImportState.READING, ImportState.STORING):
        return _working(request, run, findings)
    if run.state == ImportState.UNFIT:
        return render(request, "listings/import_unfit.html", {"run": run, "findings": findings})
    if run.trouble:
        told = run.trouble
        findings = findings or [Finding(told["rule"], Severity.WARN, told["message"], told["remedy"])]
    context = showing.page(request, run) | {"findings": findings}
    return render(
        request, "listings/import_run.html", context, status=422 if findings and request.method == "POST" else 200
    )


def _working(request: PersonRequest, run: ImportRun, findings: list[Finding]) -> HttpResponse:
    """How far the work is; the page looks again by itself, without any script."""
    context = {
        "run": run,
        "findings": findings,
        "is_storing": run.state == ImportState.STORING,
        "storing": run.counts.get("new", 0) + run.counts.get("changed", 0),
        "percent": 100 * run.done // run.total if run.total and run.phase != "read" else None,
    }
    response = render(request, "listings/import_working.html", context, status=422 if findings else 200)
    response["Refresh"] = str(LOOK_AGAIN)
    return response


@for_offices
@require_safe
def corrected(request: PersonRequest, code: UUID, organization: Organization | None) -> HttpResponse:
    """The upload with its own columns, and what has to be mended in each row; long ones in parts."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user).select_related("organization"), code=code)
    flow.require_importer(request.user, run.organization)
    asked = request.GET.get("part", "1")
    part = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    if not 1 <= part <= max(1, template.parts(run)):
        raise Http404
    name = "kaixu-corrections.xlsx" if part == 1 else f"kaixu-corrections-{part}.xlsx"
    return _download(template.corrected(run, part), name)


@for_offices
@require_safe
def empty_template(request: PersonRequest, organization: Organization | None) -> HttpResponse:
    """An empty sheet to fill in."""
    return _download(template.empty(), "kaixu-template.xlsx")


def _download(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


__all__ = ["corrected", "empty_template", "import_run", "upload"]
