"""The mails of a question: the link, once more before its days are over, and the code at the door."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from listings.asking import entry
from listings.models import Asking, Letter
from marketplace.accounts import seeds
from marketplace.accounts.models import User
from marketplace.lib import mailing
from marketplace.lib.look import short_fingerprint
from marketplace.lib.terms import day_of
from marketplace.outbox import outbox

LINK_TOPIC = "listings.asking"
LETTER_TOPIC = "listings.asking_letter"
TITLES = 20  # named in a letter; the others are counted


def language_of(asking: Asking | Letter) -> str:
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


def send_letter(key: str, payload: dict[str, Any]) -> None:
    """Mail the one link of several questions, unless all were answered or replaced meanwhile."""
    letter = _open_letter(payload["letter"])
    if letter is None:
        return
    askings = list(letter.askings.open_now().select_related("patent").order_by("pk"))
    with translation.override(language_of(letter)):
        path = reverse("listings:letter", args=[entry.token_of(letter)])
        context = {
            "letter": letter,
            "titles": [asking.patent.title for asking in askings[:TITLES]],
            "count": len(askings),
            "more": max(0, len(askings) - TITLES),
            "url": f"{settings.SITE_URL.rstrip('/')}{path}",
            "until": day_of(letter.expires_at).isoformat(),
            "again": bool(payload.get("again")),
        }
        count = len(askings)
        subject = ngettext(
            "%(organization)s asks for your answer about %(count)d offer",
            "%(organization)s asks for your answer about %(count)d offers",
            count,
        ) % {"organization": letter.organization.name, "count": count}
        _mail(key, letter.email, subject, render_to_string("listings/email/letter.txt", context))


def _open_letter(pk: int) -> Letter | None:
    return Letter.objects.select_related("organization", "asked_by").open_now().filter(pk=pk).first()


def send_code(key: str, payload: dict[str, Any]) -> None:
    """Mail the code that opens a question or a letter, unless its minutes are over."""
    asking = _open_letter(payload["pk"]) if payload["door"] == "letter" else _open(payload["pk"])
    if asking is None or asking.entry_expires_at is None or asking.entry_expires_at <= timezone.now():
        return
    with translation.override(language_of(asking)):
        context = {
            "asking": asking,
            "code": seeds.digits(payload["seed"]),
            "fingerprint": short_fingerprint(asking.sha256) if isinstance(asking, Asking) else "",
            "minutes": int(entry.CODE_LIFETIME.total_seconds() // 60),
        }
        subject = _("Your code to open the question of %(organization)s") % {"organization": asking.organization.name}
        _mail(key, asking.email, subject, render_to_string("listings/email/asking_code.txt", context))


def _mail(key: str, to: str, subject: str, body: str) -> None:
    mailing.letter(key, to, subject, body).send()


def register() -> None:
    """Hear of links and codes that wait to be mailed."""
    outbox.handles(LINK_TOPIC, "mail")(send_link)
    outbox.handles(LETTER_TOPIC, "mail")(send_letter)
    outbox.handles(entry.CODE_TOPIC, "mail")(send_code)
