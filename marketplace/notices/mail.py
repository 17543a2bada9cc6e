"""Sending a message by mail."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from marketplace.notices import letters
from marketplace.notices.letters import identity as identity
from marketplace.notices.models import Message
from marketplace.outbox import outbox


def build(message: Message) -> EmailMultiAlternatives:
    """The mail of a message, in its reader's language."""
    return letters.one(message)


def send(key: str, payload: dict[str, Any]) -> None:
    """Send the message the effect names, once; one that was erased or already mailed is left alone."""
    message = Message.objects.select_related("user").filter(pk=payload["message"], mailed_at=None).first()
    if message is None or not message.user.is_active:
        return
    build(message).send()
    Message.objects.filter(pk=message.pk, mailed_at=None).update(mailed_at=timezone.now())


def register() -> None:
    """Hear of messages that wait to be mailed."""
    from marketplace.notices.notices import MAIL

    outbox.handles(MAIL, "mail")(send)
