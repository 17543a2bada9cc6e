"""Puts the organization a person is acting for on each request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from marketplace.accounts.current import organization_of


class CurrentOrganization:
    """Sets `request.organization`: the live membership's organization chosen in the session, else the first one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.organization = organization_of(request)  # type: ignore[attr-defined]
        return self.get_response(request)
