"""What notices keep of people: the messages told to them, and how they want mail."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.lib import personal
from marketplace.lib.personal import INBOX, Basis, Ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marketplace.accounts.models import User


def register() -> None:
    """Enter this room's fields into the inventory; called from NoticesConfig.ready()."""
    personal.keep(
        "notices.Message", "body",
        what=_("Messages in your inbox, and how you want them mailed"),
        purpose=_("Tell you what happened and what to do next"),
        basis=Basis.CONTRACT, kept=INBOX, ending=Ending.GONE,
    )  # fmt: skip
    personal.part("inbox", _("Messages to you"), _messages)
    personal.eraser("notices", _erase)
    personal.sweep("notices.messages", delete_old)


def _messages(user: User) -> Iterator[Mapping[str, Any]]:
    rows = user.messages.order_by("-pk")
    yield from rows.values("created_at", "subject", "body", "action_path", "mailed_at", "read_at")


def _erase(user: User) -> int:
    gone = sum(user.messages.all().delete()[1].values())
    gone += sum(user.digests.all().delete()[1].values())
    return gone + user.notice_preferences.all().delete()[0]


def delete_old(after: timedelta | None = INBOX.after) -> int:
    """Delete messages past their time."""
    from marketplace.notices.models import Message

    return Message.objects.filter(created_at__lt=timezone.now() - (after or timedelta())).delete()[0]
