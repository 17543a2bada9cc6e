"""A firm's needs: posting, reading what may fit, passing, changing, closing."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from listings.models import Listing
from listings.search.query import clean
from listings.views.reader import limited, reader
from listings.views.showing import lowest_price
from marketplace.accounts.access import login_required
from marketplace.accounts.current import may
from marketplace.accounts.models import Role, User
from marketplace.accounts.requests import PersonRequest, asker_of
from marketplace.lib import divisions, limits
from marketplace.lib.findings import Refused
from marketplace.lib.saying import on_form
from marketplace.needs import flow
from marketplace.needs.forms import CloseForm, NeedForm, PassForm
from marketplace.needs.matching import matches
from marketplace.needs.models import LIVE, Need, NeedState, PassReason

_PER_PAGE = 15
_MAY = (Role.LISTER, Role.FINANCE)  # beside owners


@require_http_methods(["GET", "HEAD", "POST"])
def post(request: HttpRequest) -> HttpResponse:
    """Post a need. Everybody may read and fill in the form, with the words of a search in it; sending takes a log-in,
    and what was typed waits there.
    """
    organization = reader(request)
    shown = request.method != "POST"
    if shown and organization and request.user.is_authenticated and not may(request.user, organization, *_MAY):
        return render(request, "needs/form_closed.html")
    if request.method != "POST":
        told = {
            "problem": clean(request.GET.get("q", "")),
            "division": _city(organization.division) if organization else "",
        }
        return _form(request, NeedForm(initial=told, organization=organization))
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if organization and not may(request.user, organization, *_MAY):
        raise PermissionDenied(_("Who only reads in the organization cannot post for it. Ask an owner."))
    form = NeedForm(request.POST, organization=organization)
    if not form.is_valid():
        return _form(request, form, status=422)
    if not limits.allow("need", asker_of(request)):
        return render(request, "listings/find_busy.html", status=429)
    try:
        need = flow.post(form.cleaned_data, by=request.user, organization=organization)
    except Refused as refused:
        on_form(form, refused.findings)
        return _form(request, form, status=422)
    messages.success(request, _("Posted. A moderator looks at it, then universities read it without your name."))
    return redirect("needs:need", need.code)


def _city(division: str) -> str:
    """The city of a place; counties that belong to no city stand for themselves."""
    known = dict(divisions.choices())
    return next((code for code in (division, f"{division[:4]}00") if code in known), "")


def _form(request: HttpRequest, form: NeedForm, *, need: Need | None = None, status: int = 200) -> HttpResponse:
    return render(request, "needs/form.html", {"form": form, "need": need}, status=status)


@login_required
@require_safe
def mine(request: PersonRequest) -> HttpResponse:
    """The needs of a person and his or her organizations."""
    rows = Need.objects.visible_to(request.user)
    if request.user.is_staff:
        rows = rows.filter(created_by=request.user)
    page = Paginator(rows.select_related("organization"), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "needs/mine.html", {"page": page})


def _visible(request: HttpRequest, code: UUID) -> Need:
    rows = Need.objects.visible_to(request.user).select_related("organization", "created_by")
    return get_object_or_404(rows, code=code)


def _may_change(user: User, need: Need) -> bool:
    if need.organization is None:
        return need.is_own(user)
    return need.is_own(user) or may(user, need.organization, *_MAY)


def _changeable(request: PersonRequest, code: UUID) -> Need:
    """The need, for somebody who may change it; others of the organization only read it."""
    need = _visible(request, code)
    if not _may_change(request.user, need):
        raise PermissionDenied(_("Who posted it may change it, and an owner of the organization."))
    return need


@login_required
@require_safe
@limited("search")
def need(request: PersonRequest, code: UUID) -> HttpResponse:
    """One need, and what on offer may fit it with the reason for each."""
    row = _visible(request, code)
    items = matches(row) if row.state in LIVE else []
    context = {
        "need": row,
        "found": [(item, lowest_price(item.listing, row.organization)) for item in items],
        "reasons": PassReason.choices,
        "may_change": _may_change(request.user, row),
        "is_live": row.state in LIVE,
        "matched": flow.is_matched(row),
        "is_hidden": row.state == NeedState.HIDDEN,
        "search": urlencode({"q": flow.query_of(row).q}),
        "passed": row.passed.select_related("listing__patent").order_by("-pk")[:12],
        "closing": CloseForm(),
    }
    return render(request, "needs/need.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PersonRequest, code: UUID) -> HttpResponse:
    """Tell a need anew."""
    row = _changeable(request, code)
    if row.state == NeedState.CLOSED:
        messages.info(request, _("This need is closed. Post it anew if it came back."))
        return redirect("needs:need", row.code)
    form = NeedForm(request.POST or None, instance=row, organization=row.organization)
    if request.method != "POST":
        return _form(request, form, need=row)
    if not form.is_valid():
        return _form(request, form, need=row, status=422)
    try:
        flow.change(row, form.cleaned_data, by=request.user)
    except flow.NotNow:
        messages.info(request, _("This need has moved on meanwhile."))
    else:
        messages.success(request, _("Changed. A moderator looks at it again."))
    return redirect("needs:need", row.code)


@login_required
@require_POST
def close(request: PersonRequest, code: UUID) -> HttpResponse:
    """End a need."""
    row = _changeable(request, code)
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose how it ended."))
        return redirect("needs:need", row.code)
    try:
        flow.close(row, by=request.user, ending=form.cleaned_data["ending"])
    except flow.NotNow:
        messages.info(request, _("This need has moved on meanwhile."))
    else:
        messages.success(request, _("Closed. Your contact data are gone."))
    return redirect("needs:need", row.code)


@login_required
@require_POST
def pass_on(request: PersonRequest, code: UUID) -> HttpResponse:
    """Say with one tap why an offer does not suit (F7)."""
    row = _changeable(request, code)
    form = PassForm(request.POST)
    listing = Listing.objects.public().filter(code=form.cleaned_data["listing"]).first() if form.is_valid() else None
    if listing is None:
        messages.warning(request, _("Choose a reason for one of the offers shown."))
        return redirect("needs:need", row.code)
    try:
        flow.pass_on(row, listing, by=request.user, reason=form.cleaned_data["reason"])
    except flow.NotNow:
        messages.info(request, _("This need has moved on meanwhile."))
    else:
        messages.success(request, _("Noted. It is not proposed for this need again."))
    return redirect("needs:need", row.code)
