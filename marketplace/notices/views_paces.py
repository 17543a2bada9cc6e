"""How often mail comes: a person's own page, and the link that every mail carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from marketplace.notices import groups, paces
from marketplace.notices.models import Pace

if TYPE_CHECKING:
    from marketplace.accounts.requests import PersonRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def choose(request: PersonRequest) -> HttpResponse:
    """One pace for each group; a value that is none leaves its group as it is."""
    if request.method == "POST":
        for name in groups.GROUPS:
            wanted = request.POST.get(name, "")
            if wanted in Pace.values:
                paces.choose(request.user, name, wanted)
        messages.success(request, _("Saved."))
        return redirect("notices:settings")
    shown = [(group, pace) for group, pace in paces.all_of(request.user) if group.name != "work" or _works(request)]
    context = {"groups": shown, "choices": Pace.choices}
    return render(request, "notices/settings.html", context)


def _works(request: PersonRequest) -> bool:
    return request.user.is_staff


@csrf_exempt  # the token in the address is the proof: mail programs post without cookies (RFC 8058)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, token: str) -> HttpResponse:
    """Stop mail of a group by the link of a mail, without log-in; reading the link changes nothing."""
    found = paces.by_token(token)
    if found is None:
        raise Http404
    user, group = found
    if request.method == "POST":
        paces.stop(user, group)
    label = groups.GROUPS[group].label if group in groups.GROUPS else ""
    return render(request, "notices/off.html", {"done": request.method == "POST", "group": label})
