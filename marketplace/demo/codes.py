"""Reads the one-time codes that the demonstration's people would find in their mailboxes."""

from __future__ import annotations

from marketplace.accounts import codes, seeds
from marketplace.accounts.models import OneTimeCode, User
from marketplace.outbox.models import Effect


def read(user: User, purpose: str) -> str:
    """The newest code for a purpose, as the mail waiting in the outbox would tell it."""
    row = OneTimeCode.objects.filter(user=user, purpose=purpose).latest("pk")
    effect = Effect.objects.filter(topic=codes.TOPIC, payload__row=row.pk).latest("pk")
    return seeds.digits(str(effect.payload["seed"]))
