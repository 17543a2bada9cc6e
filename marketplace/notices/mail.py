"""Sending a message by mail: text, and the same as simple HTML."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from marketplace.lib import mailing
from marketplace.notices.models import Message
from marketplace.outbox import outbox


def identity(message: Message) -> str:
    """Whose message it is and what it tells, without showing either."""
    return hashlib.sha256(f"{message.user_id}:{message.key}".encode()).hexdigest()[:40]


def build(message: Message) -> EmailMultiAlternatives:
    """The mail of a message, in its reader's language."""
    with translation.override(message.user.language):
        context = {"message": message, "site_url": settings.SITE_URL.rstrip("/")}
        mail = EmailMultiAlternatives(
            subject=message.subject,
            body=render_to_string("notices/mail.txt", context),
            to=[message.user.email],
            headers=mailing.headers(identity(message)),
        )
        mail.attach_alternative(render_to_string("notices/mail.html", context), "text/html")
    return mail


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
