"""How the practice gateway's messages reach our own door: signed, by the outbox, again until they are taken."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from marketplace.payments import signing, webhooks
from marketplace.payments.models import PracticeEvent, Way


class Undelivered(RuntimeError):
    """Our own door refused a message; the outbox brings it again."""


def deliver(key: str, payload: dict[str, Any]) -> None:
    """Hand a message to our webhook door, signed anew at each try as gateways do. Raises Undelivered for a refusal."""
    event = PracticeEvent.objects.get(event_id=payload["event"])
    body = event.body.encode()
    status = webhooks.receive(str(Way.PRACTICE), body, signing.sign(body, settings.PRACTICE_WEBHOOK_SECRET))
    if status >= 400:
        raise Undelivered(f"{key}: {status}")
