"""What is asked of each request: the organization a person acts for, and that he or she accepted the site's rules."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from marketplace.accounts import legal
from marketplace.accounts.current import organization_of
from marketplace.accounts.requests import address_of

Answer = Callable[[HttpRequest], HttpResponse]


class LastSeen:
    """Notes when a logged-in person was last here and from where, at most every five minutes for the same place.

    The library's own middleware writes with every page: five statements, and a lock that readers need not wait for.
    """

    EVERY = 300.0  # seconds
    MOST = 10_000  # sessions this process remembers

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self._noted: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated:
            place = (key, address_of(request), request.headers.get("User-Agent", ""))
            if time.monotonic() - self._noted.get(place, -self.EVERY) >= self.EVERY:
                UserSession.objects.create_from_request(request)
                self._noted[place] = time.monotonic()
                self._noted.move_to_end(place)
                while len(self._noted) > self.MOST:
                    self._noted.popitem(last=False)
        return self.get_response(request)


class CurrentOrganization:
    """Sets `request.organization`: the live membership's organization chosen in the session, else the first one."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.organization = organization_of(request)  # type: ignore[attr-defined]
        return self.get_response(request)


class AcceptedTexts:
    """Sends a logged-in person to the texts that came into force since, before the next page.

    One small query for each page that is read; what is posted is never turned away, so nothing typed is lost.
    """

    # Logging in and out, the texts themselves, and what pages load.
    FREE = ("/accounts/", "/texts/", "/legal/", "/i18n/", "/static/", "/media/", "/files/", "/dev/")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._reads_a_page(request) and legal.missing(request.user):  # type: ignore[arg-type]
            return redirect(f"{reverse('accounts:texts')}?{urlencode({'next': request.get_full_path()})}")
        return self.get_response(request)

    def _reads_a_page(self, request: HttpRequest) -> bool:
        return (
            settings.TEXTS_ENFORCED
            and request.method == "GET"
            and not request.path.startswith(self.FREE)
            and request.user.is_authenticated
        )
