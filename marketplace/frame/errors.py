"""Pages that say what went wrong: in the reader's language, with what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from marketplace.frame import kept
from marketplace.frame.language import chosen
from marketplace.lib.findings import Finding


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where more was sent than the site takes."""
    too_big = isinstance(exception, RequestDataTooBig)
    with translation.override(chosen(request)):
        return render(request, "413.html" if too_big else "400.html", status=413 if too_big else 400)


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """403, with the reason when the view gave one in words."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """404 with a search box, in the language the reader chose: an address that does not exist has none."""
    with translation.override(chosen(request)):
        return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that is too old. What was typed is offered again, but only if it came from our own pages.

    A stranger's page could otherwise have a reader send what the stranger wrote.
    """
    own = urlsplit(request.headers.get("Origin", "")).netloc == request.get_host()
    form = kept.typed(request) if own else kept.Typed([], had_files=False)
    return render(request, "403_csrf.html", kept.offer(request.get_full_path(), form), status=403)


def wrong_method(request: HttpRequest, *, allowed: str) -> HttpResponse:
    """405 for an address that only forms send to; `allowed` lists its methods, as RFC 9110 asks."""
    response = render(request, "405.html", status=405)
    response.headers["Allow"] = allowed
    return response


def refused(request: HttpRequest, findings: Iterable[Finding], *, back: str = "") -> HttpResponse:
    """422: rules forbid the act, with every finding; `back` is where to go on. Nothing was changed."""
    return render(request, "422.html", {"findings": list(findings), "back": back}, status=422)


def too_many(request: HttpRequest, *, seconds: int = 60) -> HttpResponse:
    """429: too often in a short time; `seconds` says when to try again."""
    response = render(request, "429.html", {"seconds": seconds}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
