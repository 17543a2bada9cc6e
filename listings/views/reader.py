"""Who reads the public pages of finding, and how much."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from listings.offers import classes_of
from marketplace.accounts.models import Organization
from marketplace.accounts.requests import asker_of
from marketplace.lib import limits

View = Callable[..., HttpResponseBase]


def reader(request: HttpRequest) -> Organization | None:
    """The organization the reader acts for; None for strangers and people without one."""
    organization = getattr(request, "organization", None)
    return organization if request.user.is_authenticated and organization else None


def classes(request: HttpRequest) -> tuple[str, ...]:
    """The licensee classes whose prices the reader pays."""
    organization = reader(request)
    return tuple(classes_of(organization)) if organization else ()


def limited(name: str) -> Callable[[View], View]:
    """Answer 429 to whoever asks more often than settings.RATE_LIMITS[name] allows (WEB-7)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not limits.allow(name, asker_of(request)):
                return render(request, "listings/find_busy.html", status=429)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
