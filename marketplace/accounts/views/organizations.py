"""Registering, changing, choosing and verifying an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts import flow
from marketplace.accounts.access import fresh_login_required, login_required, organization_required
from marketplace.accounts.current import SESSION_KEY, roles
from marketplace.accounts.models import Membership, Organization, OrganizationKind, Role
from marketplace.accounts.organization_forms import OrganizationForm
from marketplace.accounts.paper_forms import VerificationForm
from marketplace.lib.findings import Refused
from marketplace.lib.saying import aloud, on_form
from marketplace.lib.sizes import FirmSize
from marketplace.vault import files
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from marketplace.accounts.requests import MemberRequest

KINDS = [kind for kind in OrganizationKind if kind != OrganizationKind.PLATFORM]


def _choices() -> list[tuple[str, object, str]]:
    """The kinds in the words of those who choose among them."""
    words = {
        OrganizationKind.FIRM: _("A company that looks for a technique or offers one. Bring the business license."),
        OrganizationKind.SOLE_TRADER: _("A workshop or shop registered as 个体工商户. You sign for yourself."),
        OrganizationKind.INDIVIDUAL: _("A person who takes a license in his or her own name."),
        OrganizationKind.UNIVERSITY: _("Offers patents. Bring the legal-person certificate."),
        OrganizationKind.INSTITUTE: _("Offers patents. Bring the legal-person certificate."),
    }
    return [(kind.value, kind.label, text) for kind, text in words.items()]


@login_required
def organization_new(request: MemberRequest) -> HttpResponse:
    """Choose what you are, then fill in what that takes."""
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        mine = Membership.objects.live().filter(user=request.user).exists()
        return render(request, "accounts/organization_kind.html", {"mine": mine, "choices": _choices()})
    form = OrganizationForm(request.POST or None, kind=kind, registering=True, initial=_known(request, kind))
    if request.method == "POST" and "districts" not in request.POST and form.is_valid():
        details = form.details()
        itself = form.cleaned_data.get("is_legal_representative", False)
        try:
            organization = flow.register_organization(
                by=request.user, kind=kind, is_legal_representative=itself, **details
            )
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            request.session[SESSION_KEY] = organization.pk
            messages.success(request, _("Registered. Next: show us who you are, so that you can sign."))
            return redirect("accounts:verification")
    context = {"form": form, "kind": OrganizationKind(kind), "asked": "districts" in request.POST}
    return render(request, "accounts/organization_new.html", context, status=_status(request, form))


def _known(request: MemberRequest, kind: str) -> dict[str, str]:
    """What the person told us already need not be typed again."""
    known = {"contact_name": request.user.name, "contact_email": request.user.email}
    known["contact_phone"] = request.user.phone
    if kind == OrganizationKind.INDIVIDUAL:
        known["name"] = request.user.name
    return known


def _status(request: HttpRequest, form: OrganizationForm) -> int:
    return 422 if form.is_bound and "districts" not in request.POST and form.errors else 200


@organization_required()
def organization(request: MemberRequest) -> HttpResponseBase:
    """The details: all members read them, owners change them."""
    if request.method == "POST":
        return _change(request)
    own = request.organization
    form = OrganizationForm(kind=own.kind, registering=False, instance=own)
    return _details(request, form, owner=Role.OWNER in roles(request.user, own))


@fresh_login_required
def _change(request: MemberRequest) -> HttpResponseBase:
    """Bank account and identity hang on these details, so a stolen session alone must not change them (IDN-1)."""
    own = request.organization
    if Role.OWNER not in roles(request.user, own):
        raise PermissionDenied(_("Only an owner can change these details."))
    form = OrganizationForm(request.POST, kind=own.kind, registering=False, instance=own)
    if "districts" not in request.POST and form.is_valid():
        try:
            changed = flow.change_organization(own, by=request.user, **form.details())
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("accounts:organization")
    return _details(request, form, owner=True)


def _details(request: MemberRequest, form: OrganizationForm, *, owner: bool) -> HttpResponse:
    if not owner:
        for field in form.fields.values():
            field.disabled = True
    kept = Organization.objects.get(pk=request.organization.pk)  # the form has written on its own copy
    size = FirmSize(kept.size).label if kept.size else ""
    context = {
        "form": form,
        "own": kept,
        "owner": owner,
        "size_label": size,
        "factor_by_site": settings.SECOND_FACTOR_REQUIRED,
    }
    return render(request, "accounts/organization.html", context, status=_status(request, form))


@require_POST
@organization_required(Role.OWNER)
@fresh_login_required
def second_factor(request: MemberRequest) -> HttpResponse:
    """Ask every signatory for a second factor, or no longer (IDN-1)."""
    try:
        flow.set_second_factor(request.organization, on=request.POST.get("second_factor") == "on", by=request.user)
    except Refused as refused:
        aloud(request, refused.findings)
    else:
        messages.success(request, _("Saved."))
    return redirect("accounts:organization")


@login_required
def switch(request: MemberRequest) -> HttpResponse:
    """Choose the organization to act for."""
    mine = Organization.objects.of(request.user).order_by("name", "pk")
    if request.method == "POST":
        chosen = get_object_or_404(mine, code=_code(request.POST.get("organization", "")))
        request.session[SESSION_KEY] = chosen.pk
        messages.success(request, _("You now act for %(name)s.") % {"name": chosen.name})
        return redirect("desks:home")
    return render(request, "accounts/switch.html", {"mine": mine})


def _code(text: str) -> UUID:
    """The code of an organization as it was posted; 404 for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _kept(request: MemberRequest, upload: UploadedFile[bytes]) -> VaultFile:
    return files.store(
        upload.read(),
        kind="organization_evidence",
        name=upload.name or "",
        by=request.user,
        subject=request.organization,
    )


@organization_required()
def verification(request: MemberRequest) -> HttpResponse:
    """Where the check stands; owners hand in evidence."""
    own = request.organization
    held = roles(request.user, own)
    owner = Role.OWNER in held
    open_now = owner and own.state in {"unverified", "refused"}
    form = VerificationForm(request.POST or None, request.FILES or None, kind=own.kind)
    if request.method == "POST" and open_now and form.is_valid():
        try:
            with transaction.atomic():
                evidence = [_kept(request, upload) for upload in form.uploads()]
                flow.submit_verification(own, by=request.user, evidence=evidence, note=form.cleaned_data["note"])
        except files.BadFile as bad:
            on_form(form, [bad.finding])
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            messages.success(request, _("Handed in. A moderator usually answers within one working day."))
            return redirect("accounts:verification")
    tries = own.verifications.order_by("-submitted_at").prefetch_related("evidence")
    context: dict[str, Any] = {"form": form if open_now else None, "own": own, "owner": owner, "tries": tries}
    context["can_read"] = owner or Role.SIGNATORY in held
    context["veto"] = own.vetoes.filter(lifted_at__isnull=True).first() if own.is_vetoed else None
    return render(request, "accounts/verification.html", context, status=422 if form.errors else 200)
