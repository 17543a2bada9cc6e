"""The owner's pages of patents: list, record, status, co-owners, what binds them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from listings import flow
from listings.forms.patents import (
    CoOwnerForm,
    EncumbranceForm,
    EndForm,
    EvaluationForm,
    PatentForm,
    PledgeForm,
    StatusForm,
)
from listings.models import CLOSED, EncumbranceKind, Patent, PatentKind, Track
from listings.models.patent import ALIVE
from listings.rules import check_patent
from listings.views import known_patents
from listings.views.desk import EDIT, may_list, moved_on, page_of, sections, wrong
from listings.views.keeping import Scan, kept
from listings.views.patent_health import health_context
from marketplace.accounts.access import login_required, organization_required
from marketplace.accounts.models import Role
from marketplace.lib.findings import Finding, Refused
from marketplace.lib.look import Fact
from marketplace.lib.numbers import patent_number
from marketplace.lib.saying import on_form
from marketplace.lib.terms import start_of, today

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest, PersonRequest
    from marketplace.vault.models import VaultFile


@organization_required()
@require_safe
def patents(request: MemberRequest) -> HttpResponse:
    """The organization's patents, searchable by title and number."""
    asked = request.GET.get("q", "").strip()[:80]
    rows = Patent.objects.filter(organization=request.organization)
    if asked:
        number = "".join(character for character in asked if character.isalnum()).upper().removeprefix("ZL")
        rows = rows.filter(Q(title__icontains=asked) | Q(application_number__startswith=number or "-"))
    live = Count("listings", filter=~Q(listings__state__in=CLOSED))
    page = page_of(request, rows.annotate(live=live).order_by("title", "pk"))
    for patent in page:
        patent.number_words = patent_number(patent.application_number)
    context = {
        "page": page,
        "asked": asked,
        "sections": sections(),
        "may_list": may_list(request.user, request.organization),
    }
    return render(request, "listings/patents.html", context)


def _own(request: PersonRequest, code: UUID) -> Patent:
    return get_object_or_404(Patent.objects.visible_to(request.user).select_related("organization"), code=code)


def _to_change(request: PersonRequest, code: UUID) -> Patent:
    """The patent, for a lister of its organization (IDN-6). 404 for strangers; raises PermissionDenied for readers."""
    own = _own(request, code)
    flow.require_lister(request.user, own.organization)
    return own


@login_required
@require_safe
def patent(request: PersonRequest, code: UUID) -> HttpResponse:
    """A patent's record: facts, status with source and date, what binds it, what each track says."""
    return render(request, "listings/patent.html", patent_context(request, _own(request, code)))


def patent_context(request: PersonRequest, patent: Patent, **forms_: Any) -> dict[str, Any]:
    """Everything the page of a patent shows; `forms_` are forms that came back with errors."""
    facts = {
        "patent": patent,
        "facts": _facts(patent),
        "number": patent_number(patent.application_number),
        "is_alive": patent.status in ALIVE,
        "statuses": patent.status_records.select_related("evidence", "recorded_by")[:10],
        "co_owners": patent.co_owners.select_related("consent").order_by("name"),
        "encumbrances": patent.encumbrances.select_related("evidence").order_by("-starts_at"),
        "listings": patent.listings.order_by("-pk"),
        "tracks": [(Track(track), check_patent(patent, track)) for track in (Track.PRESET, Track.OPEN)],
        "needs_report": patent.kind != PatentKind.INVENTION,
        "may_list": may_list(request.user, patent.organization),
        "sections": sections(),
    }
    return facts | health_context(patent, forms_.get("settle_form")) | _fresh_forms(patent) | forms_


def _fresh_forms(patent: Patent) -> dict[str, Any]:
    return {
        "status_form": StatusForm(prefix="status", initial=_status_now(patent)),
        "owner_form": CoOwnerForm(prefix="owner"),
        "encumbrance_form": EncumbranceForm(prefix="enc"),
        "pledge_form": PledgeForm(prefix="pledge", initial={"pledged": patent.pledged}),
        "evaluation_form": EvaluationForm(
            prefix="eval",
            initial={
                "evaluation_conclusion": patent.evaluation_conclusion,
                "evaluation_on": patent.evaluation_on,
            },
        ),
        "end_form": EndForm(prefix="end"),
    }


def _status_now(patent: Patent) -> dict[str, Any]:
    return {"status": patent.status, "fees_paid_through": patent.fees_paid_through, "checked_on": today()}


def _facts(patent: Patent) -> list[Fact]:
    def day(value: date | None) -> str:
        return value.isoformat() if value else "—"

    return [
        Fact(_("Patentee"), patent.patentee),
        Fact(_("Inventors"), patent.inventors or "—"),
        Fact(_("Kind"), patent.get_kind_display()),
        Fact(_("Filing date"), day(patent.filed_on)),
        Fact(_("Grant date"), day(patent.granted_on)),
        Fact(_("Last day"), day(patent.last_day), patent.last_day_reason),
        Fact(_("Main class"), patent.ipc_main or "—"),
        Fact(_("Other classes"), ", ".join(patent.ipc) or "—"),
        Fact(_("Announcement number"), patent.publication_number or "—"),
    ]


@organization_required(Role.LISTER)
@EDIT
def patent_new(request: MemberRequest) -> HttpResponse:
    """Put a patent on record."""
    known = known_patents.look_up(request.GET.get("number", ""), request.organization)
    form = PatentForm(request.POST or None, initial={"patentee": request.organization.name} | known["initial"])
    context = {"form": form, "sections": sections()} | known
    if request.method != "POST":
        return render(request, "listings/patent_form.html", context)
    if form.is_valid():
        try:
            made = flow.add_patent(organization=request.organization, by=request.user, facts=form.facts())
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            messages.success(request, _("The patent is on record. Next: its legal status, with source and date."))
            return redirect("listings:patent", made.code)
    return wrong(request, "listings/patent_form.html", context)


@login_required
@EDIT
def patent_edit(request: PersonRequest, code: UUID) -> HttpResponse:
    """Correct a patent's facts."""
    own = _to_change(request, code)
    form = PatentForm(request.POST or None, initial=PatentForm.initial_of(own), findings=_findings(own))
    context = {"form": form, "patent": own, "sections": sections()}
    if request.method != "POST":
        return render(request, "listings/patent_form.html", context)
    if form.is_valid():
        try:
            flow.change_patent(own, by=request.user, facts=form.facts())
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            messages.success(request, _("Saved. Later imports leave what you corrected as it is."))
            return redirect("listings:patent", own.code)
    return wrong(request, "listings/patent_form.html", context)


def _findings(patent: Patent) -> list[Any]:
    seen: dict[tuple[str, str], Finding] = {}
    for track in Track:
        for finding in check_patent(patent, track):
            seen.setdefault((finding.field, str(finding.message)), finding)
    return list(seen.values())


def _done(request: PersonRequest, own: Patent, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("listings:patent", own.code)


def _back(request: PersonRequest, own: Patent, form_name: str, form: forms.Form) -> HttpResponse:
    return wrong(request, "listings/patent.html", patent_context(request, own, **{form_name: form}))


@login_required
@require_POST
def patent_status(request: PersonRequest, code: UUID) -> HttpResponse:
    """Record what was found out about status and fees."""
    own = _to_change(request, code)
    form = StatusForm(request.POST, request.FILES, prefix="status")

    def record(file: VaultFile | None) -> None:
        told, day = form.cleaned_data, form.cleaned_data["checked_on"]
        flow.record_status(
            own,
            status=told["status"],
            fees_paid_through=told["fees_paid_through"],
            source=told["source"],
            evidence=file,
            checked_at=timezone.now() if day == today() else start_of(day),
            by=request.user,
        )

    if kept(form, Scan("evidence", "status_evidence"), record, by=request.user, subject=own):
        return _done(request, own, _("The status is recorded with its source and date."))
    return _back(request, own, "status_form", form)


@login_required
@require_POST
def patent_owner(request: PersonRequest, code: UUID) -> HttpResponse:
    """Add a co-owner, or put its consent on file."""
    own = _to_change(request, code)
    form = CoOwnerForm(request.POST, request.FILES, prefix="owner")

    def record(file: VaultFile | None) -> None:
        name, day = form.cleaned_data["name"], form.cleaned_data["consented_on"]
        others = [(row.name, row.consent, row.consented_on) for row in own.co_owners.exclude(name=name)]
        flow.set_co_owners(own, by=request.user, owners=[*others, (name.strip(), file, day)])

    if kept(form, Scan("consent", "co_owner_consent"), record, by=request.user, subject=own):
        return _done(request, own, _("Saved."))
    return _back(request, own, "owner_form", form)


@login_required
@require_POST
def patent_owner_remove(request: PersonRequest, code: UUID, pk: int) -> HttpResponse:
    """Take a co-owner off the record."""
    own = _to_change(request, code)
    kept = [(row.name, row.consent, row.consented_on) for row in own.co_owners.exclude(pk=pk)]
    flow.set_co_owners(own, by=request.user, owners=kept)
    messages.success(request, _("Removed."))
    return redirect("listings:patent", own.code)


@login_required
@require_POST
def patent_encumber(request: PersonRequest, code: UUID) -> HttpResponse:
    """Record a license given outside the platform."""
    own = _to_change(request, code)
    form = EncumbranceForm(request.POST, request.FILES, prefix="enc")

    def record(file: VaultFile | None) -> None:
        told, last = form.cleaned_data, form.cleaned_data["ends_on"]
        flow.encumber(
            own,
            kind=told["kind"],
            starts_at=start_of(told["starts_on"]),
            ends_at=start_of(last + timedelta(days=1)) if last else None,
            holder=told["holder"],
            reference=told["reference"],
            evidence=file,
            by=request.user,
        )

    if kept(form, Scan("evidence", "encumbrance_evidence", "kind"), record, by=request.user, subject=own):
        return _done(request, own, _("Recorded."))
    return _back(request, own, "encumbrance_form", form)


@login_required
@require_POST
def patent_encumbrance_end(request: PersonRequest, code: UUID, pk: int) -> HttpResponse:
    """Record that a license given outside the platform has ended."""
    own = _to_change(request, code)
    outside = [EncumbranceKind.EXCLUSIVE, EncumbranceKind.SOLE, EncumbranceKind.ORDINARY]
    row = get_object_or_404(own.encumbrances.filter(kind__in=outside), pk=pk)
    form = EndForm(request.POST, prefix="end")
    if not form.is_valid():
        return _back(request, own, "end_form", form)
    try:
        at = start_of(form.cleaned_data["ended_on"] + timedelta(days=1))
        flow.end_encumbrance(row, at=at, by=request.user)
    except flow.NotNow:
        moved_on(request)
    else:
        messages.success(request, _("Recorded."))
    return redirect("listings:patent", own.code)


@login_required
@require_POST
def patent_pledge(request: PersonRequest, code: UUID) -> HttpResponse:
    """Record whether the patent is pledged, with the pledgee's consent."""
    own = _to_change(request, code)
    form = PledgeForm(request.POST, request.FILES, prefix="pledge")

    def record(file: VaultFile | None) -> None:
        pledged = form.cleaned_data["pledged"]
        facts = {"pledged": pledged, "pledgee_consent": file or (own.pledgee_consent if pledged else None)}
        flow.change_patent(own, by=request.user, facts=facts)

    if kept(form, Scan("pledgee_consent", "pledgee_consent"), record, by=request.user, subject=own):
        return _done(request, own, _("Saved."))
    return _back(request, own, "pledge_form", form)


@login_required
@require_POST
def patent_evaluation(request: PersonRequest, code: UUID) -> HttpResponse:
    """Put the patent office's evaluation report on file."""
    own = _to_change(request, code)
    form = EvaluationForm(request.POST, request.FILES, prefix="eval")

    def record(file: VaultFile | None) -> None:
        flow.change_patent(own, by=request.user, facts=form.cleaned_data | {"evaluation_report": file})

    if kept(form, Scan("evaluation_report", "evaluation_report"), record, by=request.user, subject=own):
        return _done(request, own, _("The report is on file."))
    return _back(request, own, "evaluation_form", form)
