"""System checks of this room: a site that would take money wrongly does not start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from marketplace.lib.checking import START
from marketplace.payments.models import Way


@checks.register(checks.Tags.security, START)
def gateways_are_safe(**_kwargs: Any) -> list[checks.CheckMessage]:
    """payments.E001 to E004: practice in production, missing secrets, keys of the wrong mode, unknown names."""
    found: list[checks.CheckMessage] = []
    names = list(settings.GATEWAYS)
    if Way.PRACTICE in names:
        if settings.PRODUCTION:
            found.append(
                checks.Error("The practice gateway settles without money: not in production.", id="payments.E001")
            )
        if not settings.PRACTICE_WEBHOOK_SECRET:
            found.append(checks.Error("PRACTICE_WEBHOOK_SECRET is empty.", id="payments.E002"))
    if Way.STRIPE in names:
        key, secret, live = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_LIVE
        if not key or not secret:
            found.append(
                checks.Error("STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET must both be set.", id="payments.E002")
            )
        elif ("_live_" in key) is not bool(live):
            found.append(
                checks.Error("STRIPE_SECRET_KEY is of another mode than STRIPE_LIVE says.", id="payments.E003")
            )
    unknown = sorted(set(names) - {str(way) for way in Way})
    if unknown:
        found.append(checks.Error(f"GATEWAYS names what does not exist: {', '.join(unknown)}", id="payments.E004"))
    return found
