"""A party's word on whether the public record of licenses names it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Role, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.licensing.flow.moving import holds
from marketplace.licensing.models import Agreement, Naming, Party

DECIDES = frozenset({Role.OWNER, Role.SIGNATORY})


def may_name(agreement: Agreement, party: Party, user: User) -> bool:
    """Whether a person speaks for this party about its name."""
    organization = agreement.licensee if party == Party.LICENSEE else agreement.licensor
    return holds(user, organization, DECIDES)


def set_named(agreement: Agreement, party: Party, *, named: bool, by: User) -> None:
    """Let the public record name this party, or no longer. Raises Refused for whoever does not speak for it."""
    if not may_name(agreement, party, by):
        raise refuse("PII-2", _("Owners and signatories decide whether you are named."), _("Ask one of them."))
    with transaction.atomic():
        before = Naming.objects.select_for_update().filter(agreement=agreement, party=party).first()
        if before is not None and before.named == named:
            return
        Naming.objects.update_or_create(
            agreement=agreement, party=party, defaults={"named": named, "by": by, "at": timezone.now()}
        )
        trail.record(Action.AGREEMENT_NAME, agreement, by=by, party=str(party), named=named)
