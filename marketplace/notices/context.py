"""What the header of every page may ask: how many messages are unread."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from marketplace.notices.notices import unread


def inbox(request: HttpRequest) -> dict[str, Any]:
    """`unread_notices`: a count that asks the database only when a template shows it, and once for a page."""
    return {"unread_notices": SimpleLazyObject(lambda: _count(request))}


def _count(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return unread(user) if user is not None and user.is_authenticated else 0
