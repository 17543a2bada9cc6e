"""The owner's pages for many offers at once: choose, apply one term sheet, see what stops each, submit the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from listings import story_sheet, together
from listings.forms.offered import signed_sheets
from listings.models import ImportRun, TermSheet
from listings.offers import price_for
from listings.rules.story import STORY_1
from listings.views.desk import EDIT, wrong
from marketplace.accounts.access import organization_required
from marketplace.accounts.models import Role
from marketplace.lib import limits, sheets
from marketplace.lib.findings import Refused
from marketplace.lib.numbers import patent_number
from marketplace.lib.saying import on_form

if TYPE_CHECKING:
    from django.core.paginator import Page

    from listings.models import Listing
    from marketplace.accounts.models import Organization
    from marketplace.accounts.requests import MemberRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def codes(data: QueryDict, name: str) -> list[UUID]:
    """The codes sent under a name; what is none is passed over."""
    found = []
    for text in data.getlist(name)[: together.MOST]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@organization_required(Role.LISTER)
@EDIT
def apply(request: MemberRequest) -> HttpResponse:
    """Choose patents and listings, and the term sheet that all of them get."""
    organization = request.organization
    sheet = _sheet(organization, request.POST.get("sheet") or request.GET.get("sheet") or "")
    if request.method != "POST":
        return render(request, "listings/together.html", _choices(request, organization, sheet))
    patents, listings = codes(request.POST, "patent"), codes(request.POST, "listing")
    if sheet is None or not (patents or listings):
        problem = _("Choose a term sheet, and at least one patent or listing.")
        return wrong(request, "listings/together.html", _choices(request, organization, sheet, problem=problem))
    try:
        told = together.apply(sheet, patents=patents, listings=listings, organization=organization, by=request.user)
    except Refused as refused:
        context = _choices(request, organization, sheet, problem=str(refused.finding))
        return wrong(request, "listings/together.html", context)
    count = len(told.done)
    messages.success(
        request,
        ngettext("%(count)d listing has these terms now.", "%(count)d listings have these terms now.", count)
        % {"count": count},
    )
    for title, why in told.refused[:10]:
        messages.warning(request, f"{title}: {why}")
    return redirect(f"{reverse('listings:drafts')}?sheet={sheet.code}")


def _sheet(organization: Organization, code: str) -> TermSheet | None:
    try:
        return signed_sheets(organization).filter(code=UUID(code)).first()  # type: ignore[no-any-return]
    except ValueError:
        return None


def _choices(
    request: MemberRequest, organization: Organization, sheet: TermSheet | None, *, problem: str = ""
) -> dict[str, Any]:
    """What can be chosen; what the address names (the patents of an import, or all) is ticked."""
    asked = request.GET.get("q", "").strip()[:80]
    patents, drafts = together.unlisted(organization), together.waiting(organization)
    if asked:
        patents = patents.filter(Q(title__icontains=asked) | Q(application_number__contains=asked))
        drafts = drafts.filter(patent__title__icontains=asked)
    run = _run(request, organization)
    if run is not None:
        patents = patents.filter(pk__in=run.rows.filter(patent__isnull=False).values("patent"))
    shown = [(patent, patent_number(patent.application_number)) for patent in patents[: together.MOST]]
    every = list(signed_sheets(organization))
    for one in every:
        one.price_words = price_for(one).words
    chosen = sheet or (every[0] if len(every) == 1 else None)
    ticked = {str(code) for code in codes(request.POST, "patent") + codes(request.POST, "listing")}
    return {
        "sheets": every,
        "sheet": chosen,
        "patents": shown,
        "drafts": list(drafts[: together.MOST]),
        "older": list(together.older(sheet)[: together.MOST]) if sheet is not None else [],
        "all": run is not None or "all" in request.GET,
        "ticked": ticked,
        "run": run,
        "asked": asked,
        "problem": problem,
        "most": together.MOST,
    }


def _run(request: MemberRequest, organization: Organization) -> ImportRun | None:
    try:
        code = UUID(request.GET.get("run", ""))
    except ValueError:
        return None
    return ImportRun.objects.filter(code=code, organization=organization).first()


class StoriesForm(forms.Form):
    """The filled-in sheet of stories."""

    file = forms.FileField(
        label=gettext_lazy("The filled-in sheet"), widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv"})
    )


@organization_required(Role.LISTER)
@EDIT
def drafts(request: MemberRequest) -> HttpResponse:
    """What the rules say about each draft; the green ones are submitted together under one undertaking."""
    page = _page(request)
    looked = [together.look(listing) for listing in page]
    if request.method != "POST":
        return render(request, "listings/drafts.html", _drafts_context(request, page, looked))
    if request.POST.get("undertaking") != "on":
        problem = _("Read the undertaking and tick it before you submit.")
        return wrong(request, "listings/drafts.html", _drafts_context(request, page, looked, problem=problem))
    chosen = {str(code) for code in codes(request.POST, "listing")}
    green = [one.listing for one in looked if one.is_ready and str(one.listing.code) in chosen]
    told = together.submit(green, by=request.user)
    left = page.paginator.count - len(told.done)
    messages.success(
        request,
        _("Submitted: %(count)d. Still drafts: %(left)d, each with what to mend.")
        % {"count": len(told.done), "left": left},
    )
    for title, why in told.refused[:10]:
        messages.warning(request, f"{title}: {why}")
    return redirect(f"{reverse('listings:drafts')}?{request.GET.urlencode()}")


def _page(request: MemberRequest) -> Page[Listing]:
    from django.core.paginator import Paginator

    sheet = _sheet(request.organization, request.GET.get("sheet") or "")
    rows = together.drafts(request.organization, sheet)
    return Paginator(rows, together.CHECKED).get_page(request.GET.get("page"))


def _drafts_context(
    request: MemberRequest, page: Page[Listing], looked: list[together.Looked], *, problem: str = "", **more: Any
) -> dict[str, Any]:
    ready = sum(one.is_ready for one in looked)
    return {
        "page": page,
        "looked": sorted(looked, key=lambda one: not one.is_ready),
        "ready": ready,
        "to_mend": len(looked) - ready,
        "inside": list(dict.fromkeys(str(one.message) for each in looked if each.is_ready for one in each.inside)),
        "untold": sum(any(finding.rule == STORY_1.id for finding in one.stops) for one in looked),
        "sheet": _sheet(request.organization, request.GET.get("sheet") or ""),
        "query": request.GET.urlencode(),
        "stories": StoriesForm(),
        "problem": problem,
    } | more


@organization_required(Role.LISTER)
@require_safe
def stories(request: MemberRequest) -> HttpResponse:
    """The drafts' stories as a spreadsheet to be filled in."""
    answer = HttpResponse(story_sheet.write(_page(request)), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="stories.xlsx"'
    return answer


@organization_required(Role.LISTER)
@require_POST
def stories_read(request: MemberRequest) -> HttpResponse:
    """Read the filled-in spreadsheet back; rows that cannot be stored are named with the reason."""
    page = _page(request)
    form = StoriesForm(request.POST, request.FILES)
    if not limits.allow("upload", str(request.user.pk)):
        form.add_error(None, _("Too many uploads in this minute. Wait a moment, then send the file again."))
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            told = story_sheet.read(upload.read(), upload.name or "", drafts=page, by=request.user)
        except sheets.BadSheet as bad:
            on_form(form, [bad.finding], otherwise="file")
        except Refused as refused:
            on_form(form, refused.findings, otherwise="file")
        else:
            words = ngettext("%(count)d story stored.", "%(count)d stories stored.", told.stored)
            messages.success(request, words % {"count": told.stored})
            for row in told.wrong[:20]:
                messages.warning(
                    request,
                    _("Row %(row)d, %(title)s: %(why)s") % {"row": row.row, "title": row.title, "why": row.why},
                )
            return redirect(f"{reverse('listings:drafts')}?{request.GET.urlencode()}")
    looked = [together.look(listing) for listing in page]
    return wrong(request, "listings/drafts.html", _drafts_context(request, page, looked, stories=form))
