"""Several messages in one mail: made once for each person, pace and morning, however many workers look (OUT-5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from marketplace.notices import letters
from marketplace.notices.models import Digest, Message, Pace
from marketplace.outbox import outbox

TOPIC = "notices.digest"
EVERY = 300
AN_HOUR = timedelta(hours=1)
A_TURN = 500  # people in one turn


@dataclass(slots=True)
class Entry:
    """The newest message about one page, and what else was told about it within the hour."""

    message: Message
    also: list[Message] = field(default_factory=list)


def merged(messages: Iterable[Message]) -> list[Entry]:
    """The messages of a digest, oldest first; those about one page within an hour are one entry, told by the newest."""
    entries: list[Entry] = []
    latest: dict[str, Entry] = {}
    for message in sorted(messages, key=lambda one: (one.created_at, one.pk)):
        entry = latest.get(message.action_path) if message.action_path else None
        if entry is not None and message.created_at - entry.message.created_at <= AN_HOUR:
            entry.also.append(entry.message)
            entry.message = message
            continue
        entries.append(entry := Entry(message))
        latest[message.action_path] = entry
    return entries


def leave_due() -> int:
    """Gather what is due into digests and leave their mail; how many were left."""
    now = timezone.now()
    waiting = Message.objects.filter(mail_at__lte=now, mailed_at=None, digest=None, user__is_active=True)
    people = waiting.order_by("user").values_list("user", "pace").distinct()[:A_TURN]
    return sum(_gather(user, pace) for user, pace in people)


def _gather(user: int, pace: str) -> int:
    with transaction.atomic():
        mine = Message.objects.filter(
            user=user, pace=pace, mail_at__lte=timezone.now(), mailed_at=None, digest=None
        ).select_for_update(of=("self",))
        due = max((message.mail_at for message in mine if message.mail_at), default=None)
        if due is None:
            return 0
        digest, new = Digest.objects.get_or_create(user_id=user, pace=pace, due_at=due)
        if not new and digest.mailed_at is not None:  # what came late for this morning goes with a mail of its own
            digest = Digest.objects.create(user_id=user, pace=pace, due_at=timezone.now())
        Message.objects.filter(pk__in=[message.pk for message in mine]).update(digest=digest)
        return len(outbox.add(TOPIC, key=f"digest:{digest.pk}", digest=digest.pk))


def send(key: str, payload: dict[str, Any]) -> None:
    """Handler of TOPIC: one mail with everything in it, once; nothing to somebody who was deactivated."""
    digest = Digest.objects.select_related("user").filter(pk=payload["digest"], mailed_at=None).first()
    if digest is None or not digest.user.is_active:
        return
    messages = list(digest.messages.filter(mailed_at=None))
    if messages:
        letters.digest(digest.user, Pace(digest.pace), merged(messages), key=key).send()
    now = timezone.now()
    with transaction.atomic():
        Message.objects.filter(pk__in=[message.pk for message in messages]).update(mailed_at=now)
        Digest.objects.filter(pk=digest.pk, mailed_at=None).update(mailed_at=now)


def register() -> None:
    """Look every five minutes, and hear of digests to mail."""
    outbox.handles(TOPIC, "mail")(send)
    outbox.every(EVERY, "notices.digests")(leave_due)
