"""Refuses addresses with a NUL in them: nobody asks that, and PostgreSQL keeps no such text (WEB-11)."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class NoNul:
    """Answers 400. Posted fields are not looked at here: forms name the field, and `lib.posted` leaves NUL out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info or "%00" in query or "\0" in query:
            raise BadRequest("a NUL in the address")
        return self.get_response(request)
