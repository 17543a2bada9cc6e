"""Mail of the log-in pages, by way of the outbox: sealed there, because it carries codes and links (OUT-5)."""

from __future__ import annotations

import base64
import json
import uuid
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.encoding import force_bytes

from marketplace.lib import mailing
from marketplace.outbox import outbox
from marketplace.outbox.models import Effect

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

TOPIC = "accounts.login_mail"
HANDLER = "mail"


def _seal() -> MultiFernet:
    """Under the site's key, and those before it (KEY-1)."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = [sha256(b"kaixu:login-mail:" + force_bytes(key)).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def leave(mail: EmailMessage) -> None:
    """Keep a written mail for the worker, before everything else that waits: somebody sits before the page."""
    told = {"to": mail.to[0], "subject": str(mail.subject), "text": str(mail.body)}
    sealed = _seal().encrypt(json.dumps(told).encode()).decode()
    with transaction.atomic():
        made = outbox.add(TOPIC, key=f"login:{uuid.uuid4().hex}", sealed=sealed)
        outbox.hurry(made)


def send(key: str, payload: dict[str, Any]) -> None:
    """Handler of TOPIC: send it, then forget what it said."""
    if "sealed" not in payload:
        return  # sent before, and forgotten
    try:
        told = json.loads(_seal().decrypt(payload["sealed"].encode()))
    except InvalidToken:
        return  # its key is gone; the code in it is too
    mailing.letter(key, told["to"], told["subject"], told["text"]).send()
    Effect.objects.filter(topic=TOPIC, key=f"{HANDLER}:{key}").update(payload={})


def register() -> None:
    """Hear of mail of the log-in pages."""
    outbox.handles(TOPIC, HANDLER)(send)
