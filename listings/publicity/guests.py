"""Objecting without an account: a link sent to the guest's address opens the form (INST-2).

Nothing is kept about a guest before he objects: the link carries the address, sealed, for three days.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from listings.models import Listing, ListingState
from marketplace.lib import mailing
from marketplace.outbox import outbox

TOPIC = "objection.link"
PURPOSE = "listings.objection"
LASTS = timedelta(days=3)


class BadLink(ValueError):
    """A link that was not made here, is too old, or belongs to another listing."""


def _box() -> MultiFernet:
    """Seals and opens links with the site's secret keys, the newest first."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = [hashlib.sha256(f"{PURPOSE}:".encode() + force_bytes(key)).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in made])


def token_for(listing: Listing, email: str) -> str:
    """What the link carries: sealed, so that no log of addresses shows whose it is."""
    return _box().encrypt(json.dumps([str(listing.code), email]).encode()).decode()


def address_in(token: str, code: UUID) -> str:
    """The confirmed address in a link of this listing. Raises BadLink."""
    try:
        listing, email = json.loads(_box().decrypt(token, ttl=int(LASTS.total_seconds())))
    except (InvalidToken, ValueError, TypeError) as error:
        raise BadLink("sealed elsewhere, or too old") from error
    if listing != str(code) or not isinstance(email, str):
        raise BadLink("another listing")
    return email


def send_link(listing: Listing, email: str) -> None:
    """Leave the mail with the link, in the language that is read now."""
    with transaction.atomic():
        outbox.add(TOPIC, listing=listing.pk, email=email, language=translation.get_language())


def mail_link(key: str, payload: dict[str, Any]) -> None:
    """Handler of `objection.link`: mails the link while the listing is in publicity."""
    listing = Listing.objects.select_related("patent").filter(pk=payload["listing"]).first()
    if listing is None or listing.state != ListingState.PUBLICITY:
        return
    with translation.override(payload.get("language") or settings.LANGUAGE_CODE):
        path = reverse("listings:objection_guest", args=[listing.code, token_for(listing, payload["email"])])
        context = {"title": listing.patent.title, "url": f"{settings.SITE_URL.rstrip('/')}{path}", "days": LASTS.days}
        body = render_to_string("listings/mail/objection_link.txt", context)
        subject = _("Your link to object: %(title)s") % {"title": listing.patent.title}
        mail = mailing.letter(key, payload["email"], subject, body)
    mail.send()


def register() -> None:
    """Hear of links that wait to be mailed."""
    outbox.handles(TOPIC, "mail")(mail_link)
