"""A moderator's answer to a flag: dismissed or acted upon, with the reason; the first of two counts."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from listings.flow import moving
from listings.flow.refusing import require_reason
from listings.models import FlagState, IntegrityFlag
from listings.states import NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action


def dismiss(flag: IntegrityFlag, *, by: User, reason: str) -> IntegrityFlag:
    """It means nothing here; it comes back only when it grows stronger. Raises NotNow, Refused, PermissionDenied."""
    return _answer(flag, FlagState.DISMISSED, Action.FLAG_DISMISS, by, reason)


def act(flag: IntegrityFlag, *, by: User, reason: str) -> IntegrityFlag:
    """Something was done about it; the reason says what. Raises NotNow, Refused, PermissionDenied."""
    return _answer(flag, FlagState.ACTED, Action.FLAG_ACT, by, reason)


def _answer(flag: IntegrityFlag, state: FlagState, action: Action, by: User, reason: str) -> IntegrityFlag:
    moving.require_moderator(by)
    require_reason(reason)
    with transaction.atomic():
        moved = IntegrityFlag.objects.filter(pk=flag.pk, state=FlagState.OPEN).update(
            state=state, decided_by=by, decided_at=timezone.now(), reason=reason.strip()
        )
        if not moved:
            raise NotNow(f"flag {flag.pk} was decided before or is found no more")
        trail.record(action, flag, by=by, kind=str(flag.kind), reason=reason.strip())
    flag.refresh_from_db()
    return flag
