"""The mail that tells new offers of a saved search: once, and with a way to stop it by one click (RFC 8058)."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from listings import saved
from listings.models import Alert, Pace
from listings.search import asked
from listings.search.whole import confirmed
from listings.views import showing
from marketplace.lib import mailing
from marketplace.outbox import outbox


def send(key: str, payload: dict[str, Any]) -> None:
    """Handler of saved.TOPIC: mail an alert that was not mailed yet. What is no longer on offer is left out; nothing
    goes to somebody who stopped it meanwhile or was deactivated.
    """
    alert = Alert.objects.select_related("saved__user").filter(pk=payload["alert"], mailed_at=None).first()
    if alert is None or alert.saved.pace == Pace.NEVER or not alert.saved.user.is_active:
        return
    mail = build(alert)
    if mail is not None:
        mail.send()
    Alert.objects.filter(pk=alert.pk, mailed_at=None).update(mailed_at=timezone.now())


def build(alert: Alert) -> EmailMultiAlternatives | None:
    """The mail in its reader's language and prices; None where nothing in it is on offer any more."""
    keep = alert.saved
    listings = confirmed(list(alert.items.order_by("pk").values_list("listing_id", flat=True)))
    if not listings:
        return None
    site = settings.SITE_URL.rstrip("/")
    with translation.override(keep.user.language):
        query = saved.query_of(keep)
        words = showing.search_words(query)
        stop = f"{site}{reverse('listings:saved_off', args=[saved.off_token(keep)])}"
        told = ngettext("%(count)d new offer: %(search)s", "%(count)d new offers: %(search)s", len(listings))
        subject = " ".join((told % {"count": len(listings), "search": words}).split())[:200]
        context = {
            "rows": showing.compact(listings, saved.organization_of(keep.user)),
            "words": words,
            "subject": subject,
            "user": keep.user,
            "site_url": site,
            "all_url": f"{site}{reverse('listings:find')}{keep.query}",
            "saved_url": f"{site}{reverse('listings:saved')}",
            "stop_url": stop,
        }
        mail = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("listings/alert.txt", context),
            to=[keep.user.email],
            headers=mailing.headers(_identity(alert))
            | {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
        mail.attach_alternative(render_to_string("listings/alert.html", context), "text/html")
    return mail


def _identity(alert: Alert) -> str:
    """Which mail it is, without showing whose."""
    return hashlib.sha256(f"alert:{alert.pk}:{alert.saved.code}".encode()).hexdigest()[:40]


def register() -> None:
    """Let the outbox look at saved searches and mail what is new; old counts of asked words are forgotten."""
    outbox.handles(saved.TOPIC, "mail")(send)
    outbox.every(600, "listings.tell_saved")(saved.tell_due)
    outbox.every(86_400, "listings.sweep_asked")(asked.sweep)
