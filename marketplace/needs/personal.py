"""What needs keep of people: whom to call, and who posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.lib import personal
from marketplace.lib.personal import DRAFTS, SETTLED, Basis, Ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from marketplace.accounts.models import User

_CONTACT = ("contact_name", "contact_phone", "contact_email")


def register() -> None:
    """Enter this room's fields into the inventory; called from NeedsConfig.ready()."""
    personal.keep(
        "needs.Need", *_CONTACT,
        what=_("Whom to call about a need: name, phone, e-mail"),
        purpose=_("Pass it on to a university that you allow it to, and to no other"),
        basis=Basis.CONSENT, kept=DRAFTS, ending=Ending.GONE,
    )  # fmt: skip
    personal.keep(
        "needs.Need", "problem", "hidden_reason",
        what=_("Needs in your own words"),
        purpose=_("Find patents that may fit, and show universities what is wanted, without your name"),
        basis=Basis.CONTRACT, kept=SETTLED, ending=Ending.OVERWRITTEN,
    )  # fmt: skip
    personal.part("needs", _("Needs you posted"), _needs)
    personal.eraser("needs", _erase)
    personal.sweep("needs.closed", delete_old)


def _needs(user: User) -> Iterator[Mapping[str, Any]]:
    from marketplace.needs.models import Need

    rows = Need.objects.filter(created_by=user).order_by("pk")
    yield from rows.values("created_at", "problem", "product", "industry", "division", "state", "ending", *_CONTACT)


def _erase(user: User) -> int:
    """Needs of the person alone are closed and emptied; those of an organization lose the person's contact."""
    from marketplace.needs.models import LIVE, Need, NeedState
    from marketplace.needs.models import Ending as How

    bare: dict[str, Any] = dict.fromkeys(_CONTACT, "") | {"contact_consent_at": None}
    own = Need.objects.filter(created_by=user, organization=None)
    closed = {"state": NeedState.CLOSED, "ending": How.NO_LONGER, "hidden_reason": "", "closed_at": timezone.now()}
    touched = own.filter(state__in=[*LIVE, NeedState.HIDDEN]).update(**closed)
    own.update(problem="—", product="", **bare)
    named = Need.objects.filter(contact_email__iexact=user.email).exclude(contact_email="")
    return touched + named.update(**bare)


def delete_old(after: timedelta | None = SETTLED.after) -> int:
    """Delete needs that were closed long ago."""
    from marketplace.needs.models import Need

    if after is None:
        return 0
    return Need.objects.filter(closed_at__lt=timezone.now() - after).delete()[0]
