"""Gives a reader who opens an address meant for forms a page instead of nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from marketplace.frame.errors import wrong_method


class WrongMethodPage:
    """Fills the empty 405 of a view that takes no such request; programs, which ask for no HTML, get it as it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and request.accepts("text/html"):
            return wrong_method(request, allowed=response.headers.get("Allow", ""))
        return response
