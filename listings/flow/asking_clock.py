"""What the clock does to questions: a reminder before their days are over, and the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from listings.asking import entry
from listings.asking.mail import LETTER_TOPIC, LINK_TOPIC
from listings.flow import moving
from listings.models import Asking, AskingState, Letter
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.outbox import outbox

REMIND = timedelta(days=3)  # before the end


def expire_askings() -> int:
    """End the questions whose days are over, and tell who asked; returns how many."""
    over = Asking.objects.filter(state=AskingState.WAITING, expires_at__lte=timezone.now()).order_by("pk")
    return sum(_expire(asking) for asking in over.select_related("listing"))


def _expire(asking: Asking) -> bool:
    with transaction.atomic():
        listing = moving.lock(asking.listing)
        if not Asking.objects.filter(pk=asking.pk, state=AskingState.WAITING).update(state=AskingState.EXPIRED):
            return False
        trail.record(Action.ASKING_EXPIRE, listing, by=None, asking=asking.pk)
        moving.remind_owners(listing, "asking.expired", mark=str(asking.pk), who=asking.owner_name or asking.capacity)
    return True


def remind_askings() -> int:
    """Mail the link once more to whom has three days left; once per mail. Returns how many were reminded."""
    now = timezone.now()
    soon = {"reminded_at__isnull": True, "expires_at__lte": now + REMIND}
    alone = Asking.objects.open_now().filter(letter__isnull=True, **soon).order_by("pk")
    letters = Letter.objects.open_now().filter(**soon).order_by("pk")
    return sum(_remind(asking, now) for asking in alone) + sum(_remind_of_all(letter, now) for letter in letters)


def _remind_of_all(letter: Letter, now: datetime) -> bool:
    with transaction.atomic():
        fresh = entry.token_hash(entry.token_of(letter))
        moved = Letter.objects.filter(pk=letter.pk, reminded_at__isnull=True).update(reminded_at=now, token_hash=fresh)
        if moved:
            outbox.add(LETTER_TOPIC, key=f"letter_again:{letter.pk}", letter=letter.pk, again=True)
    return bool(moved)


def _remind(asking: Asking, now: datetime) -> bool:
    with transaction.atomic():
        # The site's key may have changed since the first mail: the link of this one counts from now on.
        fresh = entry.token_hash(entry.token_of(asking))
        moved = Asking.objects.filter(pk=asking.pk, state=AskingState.WAITING, reminded_at__isnull=True).update(
            reminded_at=now, token_hash=fresh
        )
        if moved:
            outbox.add(LINK_TOPIC, key=f"asking_again:{asking.pk}", asking=asking.pk, again=True)
    return bool(moved)
