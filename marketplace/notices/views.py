"""A person's inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.frame import errors
from marketplace.lib import limits
from marketplace.notices import calendar
from marketplace.notices.models import Message

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from marketplace.accounts.requests import PersonRequest

PER_PAGE = 20


def _mine(request: PersonRequest) -> QuerySet[Message]:
    return Message.objects.filter(user=request.user)


@never_cache
@require_safe
@login_required
def inbox(request: PersonRequest) -> HttpResponse:
    """The person's messages, newest first; `?show=unread` leaves out what was read."""
    only_unread = request.GET.get("show") == "unread"
    mine = _mine(request)
    shown = mine.filter(read_at=None) if only_unread else mine
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    unread = mine.filter(read_at=None).count()
    context = {"page": page, "unread": unread, "only_unread": only_unread, "calendar": calendar.token(request.user)}
    return render(request, "notices/inbox.html", context)


@never_cache
@require_safe
def due(request: HttpRequest, token: str) -> HttpResponse:
    """What is due for the person with this secret address, as a calendar. Programs ask without log-in."""
    if not limits.allow("calendar", token[:80]):
        return errors.too_many(request)
    user = calendar.owner(token)
    if user is None:
        raise Http404
    answer = HttpResponse(calendar.feed(user), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="kaixu.ics"'
    return answer


@require_POST
@login_required
def renew_calendar(request: PersonRequest) -> HttpResponse:
    """A new calendar address; the old ones show nothing from now on."""
    calendar.renew(request.user)
    messages.success(request, _("You have a new calendar address. Subscribe to it anew; the old one is dead."))
    return redirect("notices:inbox")


@never_cache
@require_safe
@login_required
def follow(request: PersonRequest, pk: int) -> HttpResponse:
    """Go to the next step of a message; it counts as read from then on."""
    message = get_object_or_404(_mine(request), pk=pk)
    _read(_mine(request).filter(pk=pk))
    return redirect(message.action_path or "notices:inbox")


@require_POST
@login_required
def read(request: PersonRequest, pk: int) -> HttpResponse:
    """Mark one message as read."""
    get_object_or_404(_mine(request), pk=pk)
    _read(_mine(request).filter(pk=pk))
    return redirect("notices:inbox")


@require_POST
@login_required
def read_all(request: PersonRequest) -> HttpResponse:
    """Mark every message as read."""
    _read(_mine(request))
    messages.success(request, _("All messages are marked as read."))
    return redirect("notices:inbox")


def _read(some: QuerySet[Message]) -> None:
    some.filter(read_at=None).update(read_at=timezone.now())
