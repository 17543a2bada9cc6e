"""A person's own data: the inventory for everybody, a copy, recent log-ins, closing the account."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import fresh_login_required, login_required
from marketplace.accounts.models import PersonalCopy
from marketplace.accounts.privacy import copying, erasing
from marketplace.accounts.privacy.forms import CloseForm
from marketplace.lib import personal
from marketplace.lib.findings import Refused
from marketplace.lib.saying import on_form

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.requests import PersonRequest

LOG_INS_SHOWN = 10


# Rooms as readers would call them, in the order of the page; what the log-in program keeps belongs to the first.
ROOMS: dict[str, Words] = {
    "accounts": gettext_lazy("Account and organization"),
    "needs": gettext_lazy("Needs"),
    "licensing": gettext_lazy("Deals"),
    "payments": gettext_lazy("Payments"),
    "listings": gettext_lazy("Your offers and patents"),
    "notices": gettext_lazy("Messages"),
    "cms": gettext_lazy("Letters to us"),
    "vault": gettext_lazy("Files"),
    "audit": gettext_lazy("The trail"),
    "outbox": gettext_lazy("Mail under way"),
}
LOG_IN = ("account", "mfa", "sessions", "usersessions")


@require_safe
def inventory(request: HttpRequest) -> HttpResponse:
    """Every kind of personal data: what, why, by which right, how long, what becomes of it (PII-1)."""
    found: dict[str, dict[tuple[str, str], personal.Item]] = {room: {} for room in ROOMS}
    for item in personal.items():  # lines that say the same are one line
        label = item.model.partition(".")[0]
        room = "accounts" if label in LOG_IN else label
        found.setdefault(room, {}).setdefault((str(item.what), str(item.purpose)), item)
    rooms = [(ROOMS.get(room, room), list(lines.values())) for room, lines in found.items() if lines]
    return render(request, "accounts/privacy/inventory.html", {"rooms": rooms})


@never_cache
@login_required
@require_safe
def mine(request: PersonRequest) -> HttpResponse:
    """What a person can do about the own data, and who logged in lately."""
    copy = PersonalCopy.objects.defer("data").filter(user=request.user).order_by("-pk").first()
    under_way = copy is not None and copy.ready_at is None
    waiting = copy is not None and not under_way and copy.fetched_at is None
    ready = waiting and bool(copy and copy.expires_at and copy.expires_at > timezone.now())
    context = {
        "copy": copy,
        "under_way": under_way,
        "ready": ready,
        "log_ins": request.user.log_ins.all()[:LOG_INS_SHOWN],
    }
    return render(request, "accounts/privacy/mine.html", context)


@require_POST
@fresh_login_required
def copy_ask(request: PersonRequest) -> HttpResponse:
    """Ask for a copy of everything."""
    copying.ask(request.user)
    messages.success(request, _("Your copy is being made. This page shows it as soon as it is ready."))
    return redirect("accounts:privacy")


@never_cache
@require_POST
@fresh_login_required
def copy_fetch(request: PersonRequest, code: UUID) -> HttpResponse:
    """The zip, once."""
    data = copying.fetch(request.user, code)
    if data is None:
        messages.info(request, _("This copy was fetched already, or its seven days are over. Ask for a new one."))
        return redirect("accounts:privacy")
    answer = HttpResponse(data, content_type="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="kaixu-my-data.zip"'
    return answer


@never_cache
@fresh_login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: PersonRequest) -> HttpResponseBase:
    """Close the account: first what stays and why, then the one button."""
    kept, digest = erasing.stays(request.user)
    hindrances = erasing.hindrances(request.user)
    form = CloseForm(request.POST if request.method == "POST" else None, initial={"seen": digest})
    if request.method == "POST" and form.is_valid():
        try:
            erasing.erase(request.user, seen_sha256=form.cleaned_data["seen"])
        except Refused as refused:
            form = CloseForm(initial={"seen": digest}, data=request.POST.copy() | {"seen": digest})
            form.is_valid()
            on_form(form, refused.findings)
        else:
            logout(request)
            return render(request, "accounts/privacy/closed.html", {"kept": kept})
    context = {"form": form, "kept": kept, "hindrances": hindrances}
    return render(request, "accounts/privacy/close.html", context, status=422 if form.errors else 200)
