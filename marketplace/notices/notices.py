"""Telling people: a message in the inbox now, the same by mail from the outbox, as soon as the person wants it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone, translation

from marketplace.lib.transactions import require_transaction
from marketplace.notices import kinds, paces
from marketplace.notices.models import Message, Pace
from marketplace.outbox import outbox

if TYPE_CHECKING:
    from marketplace.accounts.models import User

MAIL = "notices.mail"


def tell(users: Iterable[User], kind: str, *, key: str, path: str = "", **facts: Any) -> list[Message]:
    """Write each person a message in his or her language, in the surrounding transaction, and leave the mail.

    `key` makes it once per person: the same key again tells nothing new. `path` is the page of the next step on this
    site ("/deals/…"). `facts` fill the kind's words; lazy translations among them follow the person's language. Persons
    who were deactivated are left out. Raises KeyError for an unknown kind or a missing fact, ValueError for a path that
    leads off the site, NotInTransaction where none is open.
    """
    require_transaction(kind)
    if path and (not path.startswith("/") or path.startswith(("//", "/\\"))):
        raise ValueError("the next step lies on this site: a path beginning with one slash")
    words = kinds.kind_of(kind)
    told = []
    people = {user.pk: user for user in users if user.is_active}
    wanted = paces.of(people.values(), kind) if people else {}
    for user in people.values():
        pace = wanted[user.pk]
        how = {"pace": pace, "mail_at": paces.due(pace, timezone.now())}
        message, created = Message.objects.get_or_create(
            user=user,
            key=key,
            defaults={"kind": kind, "action_path": path, **how, **_in_language_of(user, words, facts)},
        )
        if created:
            if pace == Pace.NOW:
                outbox.add(MAIL, key=f"message:{message.pk}", message=message.pk)
            told.append(message)
    return told


def _in_language_of(user: User, words: kinds.Kind, facts: dict[str, Any]) -> dict[str, str]:
    known = dict(settings.LANGUAGES)
    with translation.override(user.language if user.language in known else settings.LANGUAGE_CODE):
        subject = " ".join((str(words.subject) % facts).split())  # one line: it becomes a mail header
        return {"subject": subject[:200], "body": str(words.body) % facts, "action_label": str(words.action)[:80]}


def unread(user: User) -> int:
    """How many messages of a person are unread."""
    return Message.objects.filter(user=user, read_at=None).count()


__all__ = ["MAIL", "kinds", "tell", "unread"]
