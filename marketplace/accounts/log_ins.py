"""Who logged in, when and from where: kept six months as the law asks, and shown to the person (KEEP-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.authentication import get_authentication_records
from django.utils import timezone

from marketplace.accounts.models import LogIn
from marketplace.accounts.requests import address_of

if TYPE_CHECKING:
    from django.http import HttpRequest


def record(request: HttpRequest, user: Any) -> None:
    """Keep one log-in."""
    records = get_authentication_records(request, user)
    LogIn.objects.create(
        user=user,
        at=timezone.now(),
        address=address_of(request) or None,
        agent=request.headers.get("User-Agent", "")[:200],
        how=str(records[-1].get("method", ""))[:20] if records else "",
    )
