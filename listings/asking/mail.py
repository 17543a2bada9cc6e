"""The mails of a question: the link, once more before its days are over, and the code at the door."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from listings.asking import entry
from listings.models import Asking
from marketplace.accounts import seeds
from marketplace.accounts.models import User
from marketplace.lib import mailing
from marketplace.lib.look import short_fingerprint
from marketplace.lib.terms import day_of
from marketplace.outbox import outbox

LINK_TOPIC = "listings.asking"


def language_of(asking: Asking) -> str:
    """The language of whoever has the address here, else that of who asks."""
    known = dict(settings.LANGUAGES)
    receiver = User.objects.filter(email=asking.email).first()
    language = (receiver or asking.asked_by).language
    return language if language in known else settings.LANGUAGE_CODE


def _open(pk: int) -> Asking | None:
    rows = Asking.objects.select_related("organization", "patent", "asked_by").open_now()
    return rows.filter(pk=pk).first()


def send_link(key: str, payload: dict[str, Any]) -> None:
    """Mail the link of a question, unless it was answered or replaced meanwhile."""
    asking = _open(payload["asking"])
    if asking is None:
        return
    with translation.override(language_of(asking)):
        path = reverse("listings:consent", args=[entry.token_of(asking)])
        context = {
            "asking": asking,
            "url": f"{settings.SITE_URL.rstrip('/')}{path}",
            "until": day_of(asking.expires_at).isoformat(),
            "again": bool(payload.get("again")),
        }
        subject = _("%(organization)s asks for your answer: %(title)s") % {
            "organization": asking.organization.name,
            "title": asking.patent.title,
        }
        _mail(key, asking.email, subject, render_to_string("listings/email/asking.txt", context))


def send_code(key: str, payload: dict[str, Any]) -> None:
    """Mail the code that opens a question, unless its minutes are over."""
    asking = _open(payload["asking"])
    if asking is None or asking.entry_expires_at is None or asking.entry_expires_at <= timezone.now():
        return
    with translation.override(language_of(asking)):
        context = {
            "asking": asking,
            "code": seeds.digits(payload["seed"]),
            "fingerprint": short_fingerprint(asking.sha256),
            "minutes": int(entry.CODE_LIFETIME.total_seconds() // 60),
        }
        subject = _("Your code to open the question of %(organization)s") % {"organization": asking.organization.name}
        _mail(key, asking.email, subject, render_to_string("listings/email/asking_code.txt", context))


def _mail(key: str, to: str, subject: str, body: str) -> None:
    EmailMessage(" ".join(subject.split())[:200], body, to=[to], headers=mailing.headers(key)).send()


def register() -> None:
    """Hear of links and codes that wait to be mailed."""
    outbox.handles(LINK_TOPIC, "mail")(send_link)
    outbox.handles(entry.CODE_TOPIC, "mail")(send_code)
