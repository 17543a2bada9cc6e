"""Rights that outlived what they hang on: looked for every night, ended and told to the log (IDN-3).

Every act asks for the live membership anyway; a row found here means that some path forgot to end it.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from marketplace.accounts.models import AuthorityState, Invitation, Membership, Role, SigningAuthority
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib import personal

log = logging.getLogger(__name__)


def end() -> int:
    """Revoke authorities of people who are no signatories there, and void invitations by former owners."""
    now = timezone.now()
    signs = Membership.objects.live().filter(
        user=OuterRef("user"), organization=OuterRef("organization"), role=Role.SIGNATORY
    )
    owns = Membership.objects.live().filter(
        user=OuterRef("invited_by"), organization=OuterRef("organization"), role=Role.OWNER
    )
    held = SigningAuthority.objects.exclude(state=AuthorityState.REVOKED).filter(~Exists(signs))
    open_ones = Invitation.objects.filter(accepted_at__isnull=True, expires_at__gt=now).filter(~Exists(owns))
    ended = 0
    with transaction.atomic():
        for authority in held.filter(state=AuthorityState.CONFIRMED):
            SigningAuthority.objects.filter(pk=authority.pk).update(state=AuthorityState.REVOKED, revoked_at=now)
            trail.record(Action.AUTHORITY_REVOKE, authority, by=None, reason="no live membership")
            ended += 1
        ended += open_ones.update(expires_at=now)
    if ended:
        log.error("rights without a membership were ended", extra={"number": ended})
    return ended


def register() -> None:
    """Look with the nightly deletion."""
    personal.sweep("accounts.orphans", end)
