"""What the public pages keep of people: what somebody wrote to us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.lib import personal
from marketplace.lib.personal import SETTLED, Basis, Ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from marketplace.accounts.models import User


def register() -> None:
    """Enter this room's fields into the inventory; called from CmsConfig.ready()."""
    personal.keep(
        "cms.ContactMessage", "name", "email", "phone", "text", "answer",
        what=_("What you wrote to us, with name, e-mail and phone, and our answer"),
        purpose=_("Answer questions and complaints"),
        basis=Basis.LAW, kept=SETTLED, ending=Ending.OVERWRITTEN,
    )  # fmt: skip
    personal.part("letters", _("What you wrote to us"), _letters)
    personal.eraser("cms.letters", _erase)
    personal.sweep("cms.letters", delete_old)


def _letters(user: User) -> Iterator[Mapping[str, Any]]:
    from cms.models import ContactMessage

    rows = ContactMessage.objects.filter(user=user).order_by("pk")
    yield from rows.values("reference", "received_at", "kind", "name", "email", "phone", "about", "text", "answer")


def _erase(user: User) -> int:
    from cms.models import ContactMessage

    words = {"name": "—", "email": "", "phone": "", "text": "—", "user": None}
    return ContactMessage.objects.filter(user=user).update(**words)


def delete_old(after: timedelta | None = SETTLED.after) -> int:
    """Delete letters that were answered long ago."""
    from cms.models import ContactMessage

    if after is None:
        return 0
    return ContactMessage.objects.filter(answered_at__lt=timezone.now() - after).delete()[0]
