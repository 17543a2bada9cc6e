"""The veto of an organization (INST-5): laid by a moderator, lifted by an administrator, each with its reason."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.models import Organization, Role, User, Veto
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.notices import notices
from marketplace.outbox import outbox

RULE = "INST-5"
VETOED = "organization.vetoed"  # payload: organization, veto
LIFTED = "organization.veto_lifted"  # the same


def veto(organization: Organization, *, by: User, reason: str) -> Veto:
    """Stop an organization from offering and signing anything; what was licensed before stays.

    The rooms above hear `organization.vetoed` and take down what is on offer; until they have, the gates refuse by
    `vetoed_at`. Raises Refused for others than moderators, without a reason, and where one stands already.
    """
    if not (by.is_staff and by.is_active):
        raise refuse(RULE, _("Only a moderator lays a veto."))
    _reason_needed(reason)
    with transaction.atomic():
        now = timezone.now()
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if not Organization.objects.filter(pk=organization.pk, vetoed_at__isnull=True).update(vetoed_at=now):
            raise refuse(RULE, _("A veto stands already."), _("Reload the page to read it."))
        laid = Veto.objects.create(organization=organization, reason=reason.strip(), by=by, at=now)
        trail.record(Action.ORGANIZATION_VETO, organization, by=by, veto=laid.pk, reason=laid.reason)
        outbox.add(VETOED, key=f"veto:{laid.pk}", organization=organization.pk, veto=laid.pk)
        _tell(organization, laid, "accounts.organization_vetoed", laid.reason)
    organization.refresh_from_db()
    return laid


def lift_veto(organization: Organization, *, by: User, reason: str) -> Veto:
    """Take the veto back. What it took down comes back by another check only, never by itself.

    Raises Refused for others than administrators, without a reason, and where none stands.
    """
    if not (by.is_superuser and by.is_active):
        raise refuse(
            RULE, _("Only an administrator lifts a veto."), _("Tell an administrator why it should be lifted.")
        )
    _reason_needed(reason)
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        standing = Veto.objects.filter(organization=organization, lifted_at__isnull=True).first()
        lifted = standing is not None and Veto.objects.filter(pk=standing.pk, lifted_at__isnull=True).update(
            lifted_at=timezone.now(), lifted_by=by, lift_reason=reason.strip()
        )
        if standing is None or not lifted:
            raise refuse(RULE, _("No veto stands."), _("Reload the page to see how it ended."))
        Organization.objects.filter(pk=organization.pk).update(vetoed_at=None)
        standing.refresh_from_db()
        trail.record(Action.ORGANIZATION_VETO_LIFT, organization, by=by, veto=standing.pk, reason=standing.lift_reason)
        outbox.add(LIFTED, key=f"veto_lifted:{standing.pk}", organization=organization.pk, veto=standing.pk)
        _tell(organization, standing, "accounts.veto_lifted", standing.lift_reason)
    organization.refresh_from_db()
    return standing


def _reason_needed(reason: str) -> None:
    if not reason.strip():
        raise refuse(
            RULE,
            _("A reason is needed."),
            _("Name the facts and the paper they stand in; the organization reads it."),
            field="reason",
        )


def _tell(organization: Organization, row: Veto, kind: str, reason: str) -> None:
    """The organization's owners and signatories, and every moderator."""
    facts = {"organization": organization.name, "reason": reason}
    notices.tell(
        people.members(organization, Role.OWNER, Role.SIGNATORY),
        kind,
        key=f"{kind}:{row.pk}",
        path=reverse("accounts:verification"),
        **facts,
    )
    notices.tell(
        people.moderators(),
        f"{kind}_shown",
        key=f"{kind}_shown:{row.pk}",
        path=reverse("accounts_moderation:organization", args=[organization.pk]),
        **facts,
    )
