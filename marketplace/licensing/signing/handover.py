"""Taking one's own signing from the computer to the phone: a link that opens one page, once, for one person.

The link proves nothing and logs nobody in: on the phone the same person logs in and confirms who he is like anywhere
else. Kept is a hash of the secret, so that a reader of the database cannot open the link either.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum

from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.licensing.models import HandOver, Paper
from marketplace.licensing.signing import which

LIFETIME = timedelta(minutes=10)


class Spent(Exception):
    """The link was opened before, is too old, or never was one of this person."""


class Stage(StrEnum):
    """How far a hand-over has come."""

    NONE = "none"
    WAITS = "waits"
    OPENED = "opened"
    SIGNED = "signed"
    OLD = "old"


def begin(paper: Paper, *, by: User) -> str:
    """A new link's secret; earlier links of this person to this paper are void from now on."""
    now = timezone.now()
    HandOver.objects.filter(paper=paper, user=by, opened_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    secret = secrets.token_urlsafe(24)
    HandOver.objects.create(paper=paper, user=by, secret_hash=_hash(secret), expires_at=now + LIFETIME)
    return secret


def open_on_phone(secret: str, *, by: User) -> Paper:
    """The paper that the link leads to, for the person who made it, once. Raises Spent; others spend nothing."""
    now = timezone.now()
    mine = HandOver.objects.filter(secret_hash=_hash(secret), user=by)
    if not mine.filter(opened_at__isnull=True, expires_at__gt=now).update(opened_at=now):
        raise Spent
    return Paper.objects.select_related("agreement").get(handovers__in=mine)


def stage(paper: Paper, *, by: User) -> Stage:
    """What the computer shows while the phone is at work."""
    if which.signatures_of(paper).filter(user=by, term_sheet__isnull=True).exists():
        return Stage.SIGNED
    last = HandOver.objects.filter(paper=paper, user=by).order_by("-pk").first()
    if last is None:
        return Stage.NONE
    if last.opened_at is not None:
        return Stage.OPENED
    return Stage.WAITS if last.expires_at > timezone.now() else Stage.OLD


def _hash(secret: str) -> str:
    return hashlib.sha256(f"kaixu-handover-v1:{secret}".encode()).hexdigest()
