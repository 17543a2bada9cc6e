"""Questions put in one act: what goes to the same address goes in one letter with one link."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from listings.asking import entry
from listings.asking.mail import LETTER_TOPIC
from listings.models import Asking, Letter
from marketplace.outbox import outbox

LIFETIME = timedelta(days=14)
PATIENCE = timedelta(minutes=2)  # a letter goes out then at the latest, if the act that fills it dies before its end


@dataclass(frozen=True, slots=True)
class Post:
    """The letters of one act. Nothing is kept in memory, so that a question that is rolled back leaves no trace."""

    batch: UUID = field(default_factory=uuid4)

    def letter_of(self, asking: Asking) -> Letter:
        """The letter a question travels in, made for the first one to its address. Requires a transaction."""
        known = Letter.objects.filter(batch=self.batch, email=asking.email).first()
        if known is not None:
            return known
        letter = Letter(
            organization=asking.organization,
            batch=self.batch,
            name=asking.name,
            capacity=asking.capacity,
            email=asking.email,
            asked_by=asking.asked_by,
            expires_at=timezone.now() + LIFETIME,
        )
        letter.token_hash = entry.token_hash(entry.token_of(letter))
        letter.save()
        outbox.add(LETTER_TOPIC, key=f"letter:{letter.pk}", due=timezone.now() + PATIENCE, letter=letter.pk)
        return letter

    def send(self) -> int:
        """Let the letters go now: the act is over. Returns how many there are."""
        letters = Letter.objects.filter(batch=self.batch).values_list("pk", flat=True)
        return sum(outbox.hasten(LETTER_TOPIC, key=f"letter:{pk}") > 0 for pk in letters)
