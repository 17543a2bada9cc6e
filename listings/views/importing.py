"""The pages on which a university brings its inventory in: upload, look, correct, store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from listings.importing import flow, remarks, template
from listings.importing.columns import FIELDS
from listings.importing.plan import totals
from listings.models import ImportRow, ImportRun, ImportState, Outcome
from marketplace.accounts.access import View, login_required, organization_required
from marketplace.accounts.models import Organization, Role
from marketplace.accounts.requests import MemberRequest, PersonRequest
from marketplace.lib import limits, sheets
from marketplace.lib.findings import Finding, Refused, Severity
from marketplace.lib.numbers import patent_number

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_PAGE = 50
RUNS_A_PAGE = 20
_WANTED = (Outcome.NEW, Outcome.CHANGED, Outcome.SAME)  # rows that end in a patent
_ASKED = "asked"  # rows whose filing date is missing


class UploadForm(forms.Form):
    """One spreadsheet."""

    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        allow_empty_file=True,  # the reader of sheets says better what is wrong with it
        help_text=gettext_lazy(
            "Excel, ODS or CSV, at most 20 MB. Your own layout will do: we look for the header and the columns."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.tsv"}),
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


class ShownRow(NamedTuple):
    """A row of the sheet with what is said about it, in words."""

    row: ImportRow
    title: str
    number: str
    tone: str
    findings: list[Finding]
    asks_filing_date: bool


class Column(NamedTuple):
    """A column of the sheet: its place as people count, its name, some of its cells, what it is taken for."""

    place: str
    heading: str
    samples: list[str]
    field: str


def _for_importers(view: View) -> View:
    """Let in owners and listers of a licensor, who import for it, and moderators, who import reference records."""

    @login_required
    @wraps(view)
    def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_staff:
            return view(request, *args, organization=None, **kwargs)
        return for_members(request, *args, **kwargs)

    @organization_required(Role.LISTER)
    def for_members(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        flow.require_importer(request.user, request.organization)
        return view(request, *args, organization=request.organization, **kwargs)

    return guarded


@_for_importers
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
        form.add_error("file", f"{bad.finding.message} {bad.finding.remedy} ({bad.finding.rule})")
        return None
    if not created:
        messages.info(request, _("This very file was uploaded before: here is what became of it."))
    return redirect(run)


@_for_importers
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
    messages.success(request, _("All rows have been read again with these columns."))
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
    counts = totals(run.counts)
    asking = _asking(run.rows.all())
    show = request.GET.get("show", "")
    rows = run.rows.all()
    if show == _ASKED:
        rows = asking
    elif show in Outcome.values:
        rows = rows.filter(outcome=show)
    page = Paginator(rows.select_related("patent").order_by("number"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    asked = asking.count()
    context = {
        "run": run,
        "counts": counts,
        "storing": counts["new"] + counts["changed"],
        "asked": asked,
        "filters": _filters(run, counts, asked, show),
        "page": page,
        "rows": [_shown(row, staged=run.state == ImportState.STAGED) for row in page],
        "columns": _columns(run),
        "fields": [(key, field.label) for key, field in FIELDS.items()],
        "findings": findings,
        "is_staged": run.state == ImportState.STAGED,
    }
    return render(request, "listings/import_run.html", context, status=422 if findings else 200)


def _asking(rows: QuerySet[ImportRow]) -> QuerySet[ImportRow]:
    return rows.filter(outcome__in=_WANTED, facts__filed_on__isnull=True)


def _filters(run: ImportRun, counts: dict[str, int], asked: int, show: str) -> list[tuple[str, str, bool]]:
    """Ways to show the rows: words with a count, address, whether it is the present one."""
    base = run.get_absolute_url()
    made = [(_counted(_("All rows"), sum(counts.values())), base, show == "")]
    for value, count in counts.items():
        if count:
            made.append((_counted(Outcome(value).label, count), f"{base}?show={value}", show == value))
    if asked:
        made.append((_counted(_("Filing date missing"), asked), f"{base}?show={_ASKED}", show == _ASKED))
    return made


def _counted(what: object, count: int) -> str:
    return _("%(what)s (%(count)d)") % {"what": what, "count": count}


_TONES = {"new": "good", "changed": "open", "same": "plain", "double": "warn", "refused": "stop"}


def _shown(row: ImportRow, *, staged: bool) -> ShownRow:
    facts = row.facts
    raw = " · ".join(cell for cell in row.cells if cell)[:80]
    findings = []
    for stored in row.findings:
        told = remarks.told(stored)
        about = _("%(column)s: %(message)s") % {"column": remarks.column_words(told.field), "message": told.message}
        findings.append(replace(told, message=about))
    order = [Severity.BLOCK, Severity.WARN, Severity.INFO]
    findings.sort(key=lambda one: order.index(one.severity))
    return ShownRow(
        row=row,
        title=str(facts.get("title") or raw),
        number=patent_number(str(facts.get("application_number", ""))),
        tone=_TONES.get(row.outcome, "plain"),
        findings=findings,
        asks_filing_date=staged and row.outcome in _WANTED and _is_asked(row),
    )


def _is_asked(row: ImportRow) -> bool:
    """Whether the sheet itself gives no filing date, so that what was typed can still be changed."""
    asked = "filed_on" not in row.facts or bool(row.answers)
    return asked and bool(row.facts.get("application_number"))


def _columns(run: ImportRun) -> list[Column]:
    first = [row.cells for row in run.rows.order_by("number")[:3]]
    width = max((len(cells) for cells in first), default=0)
    made = []
    for place in range(width):
        samples = [text[:40] for cells in first if place < len(cells) and (text := cells[place])]
        heading = run.header[place] if place < len(run.header) else ""
        if heading or samples:
            name = heading or _("Column %(number)d") % {"number": place + 1}
            made.append(Column(str(place), name, samples, run.mapping.get(str(place), "")))
    return made


@_for_importers
@require_safe
def corrected(request: PersonRequest, code: UUID, organization: Organization | None) -> HttpResponse:
    """The upload in our layout, with what has to be corrected in each row."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user).select_related("organization"), code=code)
    flow.require_importer(request.user, run.organization)
    return _download(template.corrected(run), "kaixu-corrections.xlsx")


@_for_importers
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
