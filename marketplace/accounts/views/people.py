"""A person's own page, and the site's texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.accounts import flow, legal
from marketplace.accounts.access import login_required
from marketplace.accounts.forms import ProfileForm, TextsForm
from marketplace.accounts.models import LegalKind, LegalText, Organization

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest


def _next(request: HttpRequest, otherwise: str) -> str:
    """Where the person wanted to go, if that is a page of this site (WEB-8)."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else otherwise


@login_required
def profile(request: MemberRequest) -> HttpResponse:
    """Name, phone and language; ways to log in; the organizations one belongs to."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your details are saved."))
        return redirect("accounts:profile")
    context = {"form": form, "mine": Organization.objects.of(request.user).order_by("name", "pk")}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@login_required
def texts(request: MemberRequest) -> HttpResponse:
    """Accept the versions that came into force since."""
    missing = legal.missing(request.user)
    onward = _next(request, "/")
    if not missing:
        return redirect(onward)
    form = TextsForm(request.POST or None, texts=missing)
    if request.method == "POST" and form.is_valid():
        flow.accept_texts(request.user, missing)
        return redirect(onward)
    context = {"form": form, "missing": missing, "next": onward}
    return render(request, "accounts/texts.html", context, status=422 if form.errors else 200)


@require_safe
def text(request: HttpRequest, kind: str, version: int | None = None) -> HttpResponse:
    """One of the site's texts, with its version, date, fingerprint and earlier versions; `?download=1` as a file."""
    if kind not in LegalKind.values:
        raise Http404
    versions = LegalText.objects.filter(kind=kind).order_by("-version")
    binding = versions.filter(in_force_from__lte=timezone.now()).first()
    shown = get_object_or_404(versions, version=version) if version else binding
    if shown is None:
        raise Http404
    if "download" in request.GET:
        name = f"{shown.kind}-v{shown.version}.txt"
        return HttpResponse(
            f"{legal.title(shown)}\n\n{legal.body(shown)}\n",
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    context = {
        "text": shown,
        "title": legal.title(shown),
        "body": legal.render(legal.body(shown)),
        "binding": binding,
        "versions": versions,
        "others": [(other, legal.title(other)) for other in legal.current() if other.kind != kind],
    }
    return render(request, "accounts/text.html", context)
