"""Accepting the site's own rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from marketplace.accounts.models import Acceptance, LegalText
from marketplace.audit import trail
from marketplace.audit.trail import Action

if TYPE_CHECKING:
    from marketplace.accounts.models import User


def accept_texts(user: User, texts: Iterable[LegalText]) -> list[Acceptance]:
    """Record that `user` accepted these versions. Those accepted before stay as they are; returns the new ones."""
    made = []
    with transaction.atomic():
        for text in texts:
            acceptance, created = Acceptance.objects.get_or_create(user=user, text=text)
            if created:
                trail.record(
                    Action.ACCEPTANCE_GIVE, text, by=user, kind=text.kind, version=text.version, sha256=text.sha256
                )
                made.append(acceptance)
    return made
