"""Answers in words when the database broke a wait off: somebody else held the same rows for seconds (LIC-1, LIC-7)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from marketplace.frame import kept
from marketplace.lib.contention import broken_off

logger = logging.getLogger(__name__)
PAUSE = 5  # seconds until another try is worth its while


class BusyPage:
    """Gives 503 with what was typed instead of a failure, for every view of every room.

    The transaction was undone as a whole before this is asked, so the page may say that nothing was changed. Programs,
    which ask for no HTML, get the status and `Retry-After` alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer for a wait that was broken off, None for what is truly broken."""
        if not broken_off(exception):
            return None
        logger.warning("a wait for the database was broken off: %s %s", request.method, request.path)
        response = _page(request) if request.accepts("text/html") else HttpResponse(status=503)
        response.headers["Retry-After"] = str(PAUSE)
        return response


def _page(request: HttpRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = kept.typed(request) if sent else kept.Typed([], had_files=False)
    # Even an empty form is sent again by its button: many acts are a button and nothing else.
    context = kept.offer(request.get_full_path(), form) | {"sent": sent, "secrets": _had_secrets(request, form)}
    return render(request, "503.html", context, status=503)


def _had_secrets(request: HttpRequest, form: kept.Typed) -> bool:
    """Whether a code or password was typed, which the page does not carry along."""
    carried = {name for name, _value in form.fields}
    return any(name not in carried and name != "csrfmiddlewaretoken" for name in request.POST)
