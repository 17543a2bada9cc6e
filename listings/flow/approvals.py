"""An institution's own steps of approval (INST-4): set by its owners, in an order of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from listings.models import ApprovalStep
from marketplace.accounts.current import may
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse

MOST = 12  # steps; more than that nobody waits for


def _require_owner(by: User, organization: Organization) -> None:
    if not may(by, organization, Role.OWNER):
        raise PermissionDenied(_("Only an owner sets who approves. Ask an owner of the organization."))


def put_step(organization: Organization, *, by: User, columns: Mapping[str, Any]) -> ApprovalStep:
    """Add a step behind the others. `columns` are those of ApprovalStep. Raises Refused, PermissionDenied."""
    _require_owner(by, organization)
    with transaction.atomic():
        Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
        if organization.approval_steps.count() >= MOST:
            raise refuse("INST-4", _("There are twelve steps already."), _("Remove one first."))
        last = organization.approval_steps.aggregate(last=Max("position"))["last"] or 0
        step = ApprovalStep.objects.create(organization=organization, position=last + 1, **columns)
        _record(organization, by)
    return step


def change_step(step: ApprovalStep, *, by: User, columns: Mapping[str, Any]) -> ApprovalStep:
    """Change whom a step asks and between which amounts. Raises PermissionDenied."""
    _require_owner(by, step.organization)
    with transaction.atomic():
        for name, value in columns.items():
            setattr(step, name, value)
        step.save(update_fields=[*columns])
        _record(step.organization, by)
    return step


def remove_step(step: ApprovalStep, *, by: User) -> None:
    """Take a step out; the others keep their places, and what was agreed stays agreed. Raises PermissionDenied."""
    _require_owner(by, step.organization)
    with transaction.atomic():
        step.delete()
        _record(step.organization, by)


def _record(organization: Organization, by: User) -> None:
    """The trail keeps the whole chain as it stands after a change; names and addresses stay in their rows."""
    rows = organization.approval_steps.order_by("position")
    chain = [[row.pk, row.position, row.capacity, row.above_minor, row.up_to_minor] for row in rows]
    trail.record(Action.APPROVAL_STEPS, organization, by=by, steps=chain)
