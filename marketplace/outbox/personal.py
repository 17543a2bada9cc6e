"""What the outbox keeps of people: ids and, where something failed, words of the error."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.lib import personal
from marketplace.lib.personal import LINKS, Basis, Ending


def register() -> None:
    """Enter this room's fields into the inventory; called from OutboxConfig.ready()."""
    personal.keep(
        "outbox.Effect", "payload", "last_error",
        what=_("Numbers of the rows a mail or a seal is about"),
        purpose=_("Send every mail exactly once"),
        basis=Basis.CONTRACT, kept=LINKS, ending=Ending.STAYS,
    )  # fmt: skip
    personal.sweep("outbox.effects", empty_old)


def empty_old(after: timedelta | None = LINKS.after) -> int:
    """Empty what was carried out long ago; the key stays, so that nothing is done twice."""
    from marketplace.outbox.models import Effect, EffectState

    before = timezone.now() - (after or timedelta())
    old = Effect.objects.filter(state=EffectState.DONE, done_at__lt=before).exclude(payload={}, last_error="")
    return old.update(payload={}, last_error="")
