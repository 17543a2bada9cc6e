"""The moderators' list of needs, inside the Wagtail admin."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import moderator_required
from marketplace.accounts.requests import PersonRequest
from marketplace.needs import flow
from marketplace.needs.forms import HideForm
from marketplace.needs.models import Need, NeedState

_PER_PAGE = 30


@moderator_required
@require_safe
def needs(request: PersonRequest) -> HttpResponse:
    """Needs in one state, those nobody has looked at first."""
    state = request.GET.get("state", NeedState.NEW)
    state = state if state in NeedState.values else NeedState.NEW
    rows = Need.objects.filter(state=state).select_related("organization", "created_by").order_by("changed_at", "pk")
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "state": state, "states": NeedState.choices, "form": HideForm()}
    return render(request, "needs/moderation/list.html", context)


@moderator_required
@require_POST
def decide(request: PersonRequest, code: UUID) -> HttpResponse:
    """Let universities read a need, or hide it with a reason."""
    row = get_object_or_404(Need, code=code)
    form = HideForm(request.POST)
    try:
        if "check" in request.POST:
            flow.check(row, by=request.user)
            messages.success(request, _("Universities can read it now, without the firm's name."))
        elif form.is_valid():
            flow.hide(row, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Hidden; its owner is told why."))
        else:
            messages.warning(request, _("Say why it is hidden; its owner reads it."))
    except flow.NotNow:
        messages.info(request, _("This need has moved on meanwhile."))
    return redirect("needs_moderation:needs")
