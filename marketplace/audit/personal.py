"""What the trail keeps of people: numbers and hashes; words they typed stand beside it and can be erased (AUD-3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.lib import personal
from marketplace.lib.personal import CONTRACT, Basis, Ending


def register() -> None:
    """Enter this room's fields into the inventory; called from AuditConfig.ready()."""
    personal.keep(
        "audit.Entry", "facts",
        what=_("Your number beside what you did: no name, no address"),
        purpose=_("Show afterwards who did what, so that nobody can deny or change it"),
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "audit.Said", "text",
        what=_("Reasons that were typed with a decision"),
        purpose=_("Show afterwards who did what, so that nobody can deny or change it"),
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.GONE,
    )  # fmt: skip
