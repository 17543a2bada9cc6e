"""How messages look as mail: plain text and HTML, in the reader's language, with a way to stop them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from marketplace.lib import mailing
from marketplace.notices import groups, paces
from marketplace.notices.models import Message, Pace

if TYPE_CHECKING:
    from django.core.mail import EmailMultiAlternatives

    from marketplace.accounts.models import User
    from marketplace.notices.digests import Entry


def identity(message: Message) -> str:
    """Whose message it is and what it tells, without showing either."""
    return hashlib.sha256(f"{message.user_id}:{message.key}".encode()).hexdigest()[:40]


def one(message: Message) -> EmailMultiAlternatives:
    """The mail of one message."""
    needed = groups.needed(message.kind)
    with translation.override(message.user.language):
        group = groups.of(message.kind)
        stop = "" if needed else _stop(message.user, group)
        context = _context(message.user) | {
            "message": message,
            "needed": str(needed) if needed else "",
            "group": groups.GROUPS[group].label if group in groups.GROUPS else "",
            "stop_url": stop,
        }
        return mailing.letter(
            identity(message),
            message.user.email,
            message.subject,
            render_to_string("notices/mail.txt", context),
            html=render_to_string("notices/mail.html", context),
            stop=stop,
        )


def digest(user: User, pace: Pace, entries: list[Entry], *, key: str) -> EmailMultiAlternatives:
    """The mail of a digest."""
    with translation.override(user.language):
        stop = _stop(user, pace)
        told = ngettext("%(count)d message: %(first)s", "%(count)d messages: %(first)s", len(entries))
        subject = told % {"count": len(entries), "first": entries[-1].message.subject}
        context = _context(user) | {"entries": entries, "pace": pace, "stop_url": stop, "subject": subject}
        return mailing.letter(
            hashlib.sha256(f"{key}:{user.pk}".encode()).hexdigest()[:40],
            user.email,
            subject,
            render_to_string("notices/digest.txt", context),
            html=render_to_string("notices/digest.html", context),
            stop=stop,
        )


def _context(user: User) -> dict[str, Any]:
    site = settings.SITE_URL.rstrip("/")
    return {"reader": user, "site_url": site, "settings_url": f"{site}{reverse('notices:settings')}"}


def _stop(user: User, group: str) -> str:
    path = reverse("notices:off", args=[paces.off_token(user, group)])
    return f"{settings.SITE_URL.rstrip('/')}{path}"
