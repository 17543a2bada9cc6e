"""What an organization decides for all its members: proposals of offers, a second factor for signing."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts import security
from marketplace.accounts.current import may
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.outbox import outbox

MATCHING = "organization.matching"  # rooms that propose something hear of it


def set_matching(organization: Organization, *, on: bool, by: User) -> None:
    """Propose offers that may fit, or nothing (PII-3). Raises Refused unless `by` may write for the organization."""
    if not may(by, organization, Role.LISTER):
        raise refuse("PII-3", _("Only owners and listers decide about proposals."), _("Ask one of them."))
    with transaction.atomic():
        if Organization.objects.filter(pk=organization.pk, matching=not on).update(matching=on):
            trail.record(Action.ORGANIZATION_CHANGE, organization, by=by, changed=["matching"], matching=on)
            outbox.add(MATCHING, organization=organization.pk)


def set_second_factor(organization: Organization, *, on: bool, by: User) -> None:
    """Ask every signatory for a second factor, or no longer (IDN-1). Raises Refused unless `by` is an owner.

    No longer asking is told to every owner and signatory, and nobody signs for a day: whoever took over an owner's
    session gains nothing by it.
    """
    if not may(by, organization, Role.OWNER):
        raise refuse("IDN-1", _("Only an owner decides about the second factor."), _("Ask an owner."))
    with transaction.atomic():
        if not Organization.objects.filter(pk=organization.pk, second_factor=not on).update(second_factor=on):
            return
        trail.record(Action.ORGANIZATION_CHANGE, organization, by=by, changed=["second_factor"], second_factor=on)
        if not on:
            security.policy_dropped(organization, by=by)
