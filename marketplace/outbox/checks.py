"""System checks of the outbox."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from marketplace.lib import crash
from marketplace.lib.checking import START


@register(Tags.security, START)
def no_kill_points(**_kwargs: Any) -> list[CheckMessage]:
    """E101: a production site does not start with the tests' kill points switched on."""
    if settings.PRODUCTION and os.environ.get(crash.VARIABLE):
        return [
            Error(
                f"{crash.VARIABLE} is set: it kills processes at named points and is for tests only.",
                hint=f"Unset {crash.VARIABLE}.",
                id="kaixu.E101",
            )
        ]
    return []
