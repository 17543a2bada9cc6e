"""Pages for developers."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.dev.mailbox import mails


@never_cache
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """The mails this machine has written instead of sending, newest first; only where DEV_PAGES is on."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if not settings.DEV_PAGES or folder is None:
        raise Http404
    to = request.GET.get("to", "").strip()
    found = [each for each in mails(Path(folder)) if to.lower() in each.to.lower()]
    return render(request, "dev/mail.html", {"mails": found, "to": to, "folder": folder})
