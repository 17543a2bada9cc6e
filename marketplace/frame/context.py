"""What every template may ask for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The demo and development flags and the organization the person acts for."""
    return {
        "DEMO": settings.DEMO,
        "DEV_PAGES": settings.DEV_PAGES,
        "SITE_URL": settings.SITE_URL,
        "organization": getattr(request, "organization", None),
    }
