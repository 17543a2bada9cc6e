"""Mailing the decision on an objection to a guest who objected (INST-2)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from listings.models import Objection
from marketplace.lib import mailing


def address_of(objection: Objection) -> str:
    """The mail address among what a guest left as contact, '' where he left none (a telephone, a postal address)."""
    for word in objection.contact.replace("，", " ").replace(",", " ").replace("；", " ").split():
        try:
            validate_email(word)
        except ValidationError:
            continue
        return word
    return ""


def mail_decision(key: str, payload: dict[str, Any]) -> None:
    """Send the recorded decision, in the site's language, where there is an address to send it to."""
    objection = (
        Objection.objects.select_related("listing__patent")
        .filter(pk=payload["objection"], decided_at__isnull=False)
        .first()
    )
    address = address_of(objection) if objection is not None else ""
    if objection is None or not address:
        return
    with translation.override(settings.LANGUAGE_CODE):
        context = {"objection": objection, "site_url": settings.SITE_URL.rstrip("/")}
        body = render_to_string("listings/mail/objection.txt", context)
        subject = _("Decided: your objection to “%(title)s”") % {"title": objection.listing.patent.title}
    mailing.letter(key, address, subject, body).send()
