"""What was typed into a form that could not be accepted, for want of a session or of age, is kept and offered again.

A form sent without a session is answered with the log-in page, as any address would be; what was typed waits in the new
session, and after log-in the page `kept` offers to send it. Passwords, one-time codes and files are never kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

SESSION_KEY = "kept_form"
LIMIT = 100_000  # characters: a long contract note fits, a flood does not
LONGEST = 3_600  # seconds: who logs in later on this machine may be somebody else
SECRET_PARTS = ("password", "code", "token", "otp", "csrf")
SECRET_NAMES = frozenset({"pin"})  # as a part it would hit "opinion"
NO_SECRETS = frozenset({"credit_code", "credit_code_override"})  # printed on every business license


class Typed(NamedTuple):
    """The fields of a form as (name, value) pairs, and whether files had to be left out."""

    fields: list[tuple[str, str]]
    had_files: bool


def typed(request: HttpRequest) -> Typed:
    """What a person typed into the form that was just sent; secrets left out. Empty when there is too much of it."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name in NO_SECRETS or not _is_secret(name.lower())
        for value in values
        if isinstance(value, str)
    ]
    if sum(len(name) + len(value) for name, value in fields) > LIMIT:
        fields = []
    return Typed(fields, bool(request.FILES))


def _is_secret(name: str) -> bool:
    return name in SECRET_NAMES or any(part in name for part in SECRET_PARTS)


def _leads_to_login(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the answer is the log-in page that comes back to this very address."""
    if not isinstance(response, HttpResponseRedirect):
        return False
    parts = urlsplit(response.url)
    back = parse_qs(parts.query).get("next", [""])[0]
    return parts.path == resolve_url(settings.LOGIN_URL) and urlsplit(back).path == request.path


class KeepTyped:
    """Stores a sent form when the answer is the log-in page. CSRF was checked before any view could answer so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and not request.user.is_authenticated and _leads_to_login(request, response):
            kept = typed(request)
            if kept.fields:
                request.session[SESSION_KEY] = {
                    "path": request.get_full_path(),
                    "fields": [list(pair) for pair in kept.fields],
                    "had_files": kept.had_files,
                    "at": time.time(),
                }
                return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': reverse('kept')})}")
        return response


def kept(request: HttpRequest) -> HttpResponse:
    """After log-in: what was typed before the session ended, ready to be sent. Without any, the desk."""
    if not request.user.is_authenticated:
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")
    stored: dict[str, Any] | None = request.session.pop(SESSION_KEY, None)
    if stored and time.time() - stored.get("at", 0) > LONGEST:
        stored = None
    if not stored or not url_has_allowed_host_and_scheme(stored["path"], allowed_hosts=None):
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "kept.html", offer(stored["path"], Typed(stored["fields"], stored["had_files"])))


def offer(path: str, kept_form: Typed) -> dict[str, Any]:
    """The context of a page that offers to send a form again."""
    values = [value for _name, value in kept_form.fields]
    readable = [value for value in values if value.strip() and not _is_seal(value)]
    return {"path": path, "fields": kept_form.fields, "readable": readable, "had_files": kept_form.had_files}


def _is_seal(value: str) -> bool:
    """Whether it is a long token that a form carries along, which tells people nothing."""
    return value.isascii() and max(map(len, value.split())) > 80
