"""What is past its time is deleted every night: codes, links, log-ins, copies, what rooms registered (KEEP-1)."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from marketplace.accounts.models import ContactConsent, Invitation, LogIn, OneTimeCode, PersonalCopy, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib import personal
from marketplace.lib.personal import CODES, LINKS, LOGS, SETTLED
from marketplace.outbox import outbox

log = logging.getLogger(__name__)
NIGHTLY = 86_400


def run() -> dict[str, int]:
    """Delete what is past its time, room by room; how many rows of what. One room that fails stops no other."""
    deleted: dict[str, int] = {}
    for name, delete in personal.sweeps():
        try:
            with transaction.atomic():
                deleted[name] = delete()
        except Exception:
            log.exception("nothing was deleted of %s", name)
            deleted[name] = -1
    subject = User.objects.filter(is_superuser=True).order_by("pk").first()
    if subject is not None and any(deleted.values()):
        with transaction.atomic():
            trail.record(Action.RETENTION_RUN, subject, by=None, deleted=deleted)
    return deleted


def _before(after: timedelta | None) -> object:
    return timezone.now() - (after or timedelta())


def _codes() -> int:
    return OneTimeCode.objects.filter(expires_at__lt=_before(CODES.after)).delete()[0]


def _sessions() -> int:
    return Session.objects.filter(expire_date__lt=_before(CODES.after)).delete()[0]


def _log_ins() -> int:
    return LogIn.objects.filter(at__lt=_before(LOGS.after)).delete()[0]


def _copies() -> int:
    """The zips go at once when they were fetched or expired; the rows a month later."""
    gone = PersonalCopy.objects.filter(expires_at__lt=timezone.now(), data__isnull=False).update(data=None)
    return gone + PersonalCopy.objects.filter(expires_at__lt=_before(LINKS.after)).delete()[0]


def _invitations() -> int:
    """The address goes; that somebody was invited stays with the trail."""
    old = Invitation.objects.filter(expires_at__lt=_before(LINKS.after)).exclude(email="")
    return old.update(email="")


def _user_sessions() -> int:
    from allauth.usersessions.models import UserSession

    return int(UserSession.objects.filter(last_seen_at__lt=_before(LOGS.after)).delete()[0])


def _consents() -> int:
    return ContactConsent.objects.filter(ended_at__lt=_before(SETTLED.after)).delete()[0]


def register() -> None:
    """Delete every night, and let rooms above add theirs."""
    personal.sweep("accounts.codes", _codes)
    personal.sweep("accounts.sessions", _sessions)
    personal.sweep("accounts.log_ins", _log_ins)
    personal.sweep("accounts.copies", _copies)
    personal.sweep("accounts.invitations", _invitations)
    personal.sweep("accounts.user_sessions", _user_sessions)
    personal.sweep("accounts.consents", _consents)
    outbox.every(NIGHTLY, "accounts.retention")(run)
