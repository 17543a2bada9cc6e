"""Organizations: registered, changed, checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.current import may
from marketplace.accounts.flow.authorities import SELF_KINDS, grant_authority
from marketplace.accounts.models import (
    AuthorityBasis,
    Membership,
    Organization,
    OrganizationKind,
    Role,
    User,
    Verification,
    VerificationState,
)
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, refuse
from marketplace.notices import notices
from marketplace.vault.models import VaultFile

RULE = "IDN-4"
# Who it is: after a change of these a moderator must look again.
IDENTITY = ("kind", "name", "credit_code", "legal_representative", "country", "state_established")
PAYEE = ("bank_name", "bank_account_name", "bank_account")
EDITABLE = frozenset(
    field.name
    for field in Organization._meta.concrete_fields
    if field.name not in {"id", "code", "kind", "state", "state_reason", "vetoed_at", "is_demo", "created_at"}
)


def register_organization(
    *, by: User, kind: OrganizationKind | str, is_legal_representative: bool = False, **details: Any
) -> Organization:
    """Store a new organization; `by` becomes its owner.

    He or she becomes a signatory too, with an authority asked for, when acting for oneself (individual, sole trader)
    or as legal representative. `details` are fields of Organization. Raises Refused when the credit code is taken.
    """
    kind = OrganizationKind(kind)
    _only_editable(details)
    organization = Organization(kind=kind, **details)
    try:
        with transaction.atomic():
            organization.save(force_insert=True)
            trail.record(Action.ORGANIZATION_REGISTER, organization, by=by, kind=str(kind))
            roles = [Role.OWNER]
            basis = AuthorityBasis.LEGAL_REPRESENTATIVE if is_legal_representative else None
            if kind in SELF_KINDS:
                basis = AuthorityBasis.SELF
            if basis:
                roles.append(Role.SIGNATORY)
            for role in roles:
                Membership.objects.create(user=by, organization=organization, role=role)
                trail.record(Action.MEMBERSHIP_START, organization, by=by, user=by.pk, role=str(role))
            if basis:
                grant_authority(organization, user=by, by=by, basis=basis)
    except IntegrityError as error:
        raise _taken(error) from error
    return organization


def _only_editable(details: dict[str, Any]) -> None:
    unknown = set(details) - EDITABLE
    if unknown:
        raise TypeError(f"not details of an organization: {sorted(unknown)}")


def _taken(error: IntegrityError) -> Refused:
    if "credit_code" not in str(error):
        raise error
    return code_taken()


def code_taken() -> Refused:
    """The refusal of a credit code that another organization has."""
    return refuse(
        "NUM-2",
        _("An organization with this credit code is registered already."),
        _("Ask its owner to invite you, or write to us if somebody uses your code."),
        field="credit_code",
    )


def change_organization(organization: Organization, *, by: User, **details: Any) -> list[str]:
    """Change details; returns the names of the fields that changed.

    A changed identity takes a verification back until a moderator has looked again; changed bank details are told to
    every owner (IDN-1). Raises Refused unless `by` is an owner, and when the credit code is taken.
    """
    _only_editable(details)
    if not may(by, organization, Role.OWNER):
        raise refuse(RULE, _("Only an owner may change these details."), _("Ask an owner."))
    try:
        with transaction.atomic():
            locked = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
            changed = [name for name, value in details.items() if getattr(locked, name) != value]
            if not changed:
                return []
            if locked.state == VerificationState.SUSPENDED and set(changed) & set(IDENTITY):
                raise refuse(
                    RULE, _("While suspended an organization cannot change who it is."), _("Write to the platform.")
                )
            for name in changed:
                setattr(locked, name, details[name])
            locked.save(update_fields=changed)
            trail.record(Action.ORGANIZATION_CHANGE, locked, by=by, changed=changed)
            if set(changed) & set(IDENTITY):
                _look_again(locked, by)
            if set(changed) & set(PAYEE):
                _tell_owners_of_new_account(locked, by)
    except IntegrityError as error:
        raise _taken(error) from error
    organization.refresh_from_db()
    return changed


def _look_again(organization: Organization, by: User) -> None:
    """What a moderator saw or is looking at is no longer true: evidence has to be submitted again."""
    Organization.objects.filter(
        pk=organization.pk, state__in=[VerificationState.VERIFIED, VerificationState.PENDING]
    ).update(state=VerificationState.UNVERIFIED, state_reason="")
    Verification.objects.filter(organization=organization, decision="").update(
        decision="refused", reason="details changed", decided_by=by, decided_at=timezone.now()
    )


def _tell_owners_of_new_account(organization: Organization, by: User) -> None:
    notices.tell(
        people.members(organization, Role.OWNER, Role.FINANCE),
        "accounts.account_changed",
        key=f"account_changed:{organization.pk}:{timezone.now().timestamp()}",
        path=reverse("accounts:organization"),
        organization=organization.name,
        name=by.name,
    )


def submit_verification(
    organization: Organization, *, by: User, evidence: Iterable[VaultFile], note: str = ""
) -> Verification:
    """Hand the evidence of who the organization is to the moderators.

    Raises Refused unless `by` is an owner, without evidence, and where one is being checked or it is verified or
    suspended.
    """
    files = list(evidence)
    if not may(by, organization, Role.OWNER):
        raise refuse(RULE, _("Only an owner may ask for verification."), _("Ask an owner."))
    if not files:
        raise refuse(RULE, _("There is no evidence."), _("Attach the scan that proves who you are."), field="evidence")
    with transaction.atomic():
        moved = Organization.objects.filter(
            pk=organization.pk, state__in=[VerificationState.UNVERIFIED, VerificationState.REFUSED]
        ).update(state=VerificationState.PENDING, state_reason="")
        if not moved:
            raise refuse(RULE, _("There is nothing to ask for now: see the state on this page."))
        verification = Verification.objects.create(organization=organization, note=note, submitted_by=by)
        verification.evidence.set(files)
        trail.record(
            Action.VERIFICATION_SUBMIT, organization, by=by, verification=verification.pk,
            evidence=[file.sha256 for file in files],
        )  # fmt: skip
        notices.tell(
            people.moderators(),
            "accounts.verification_submitted",
            key=f"verification_submitted:{verification.pk}",
            path=reverse("accounts_moderation:organization", args=[organization.pk]),
            organization=organization.name,
        )
    organization.refresh_from_db()
    return verification


_DECISIONS = {
    "verified": (VerificationState.VERIFIED, Action.ORGANIZATION_VERIFY, "accounts.organization_verified"),
    "refused": (VerificationState.REFUSED, Action.ORGANIZATION_REFUSE, "accounts.organization_refused"),
}


def decide_verification(verification: Verification, *, by: User, decision: str, reason: str = "") -> None:
    """A moderator answers: "verified", or "refused" with a reason. The first decision wins.

    Raises Refused for others than moderators, for a refusal without reason, and when it is decided already.
    """
    state, action, kind = _DECISIONS[decision]
    _moderator_only(by)
    if decision == "refused":
        _reason_needed(reason)
    organization = verification.organization
    with transaction.atomic():
        decided = Verification.objects.filter(pk=verification.pk, decision="").update(
            decision=decision, reason=reason, decided_by=by, decided_at=timezone.now()
        )
        moved = decided and Organization.objects.filter(pk=organization.pk, state=VerificationState.PENDING).update(
            state=state, state_reason=reason
        )
        if not moved:
            raise refuse(RULE, _("This was decided already."), _("Reload the page to see how."))
        trail.record(action, organization, by=by, verification=verification.pk, reason=reason)
        _tell_members(organization, kind, f"verification:{verification.pk}", reason)
    organization.refresh_from_db()
    verification.refresh_from_db()


def suspend_organization(organization: Organization, *, by: User, reason: str) -> None:
    """A moderator stops an organization from signing and publishing. Raises Refused without reason."""
    _moderator_only(by)
    _reason_needed(reason)
    with transaction.atomic():
        was = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk).state
        if was == VerificationState.SUSPENDED:
            raise refuse(RULE, _("It is suspended already."))
        Organization.objects.filter(pk=organization.pk).update(state=VerificationState.SUSPENDED, state_reason=reason)
        Verification.objects.filter(organization=organization, decision="").update(
            decision="refused", reason=reason, decided_by=by, decided_at=timezone.now()
        )
        entry = trail.record(Action.ORGANIZATION_SUSPEND, organization, by=by, was=str(was), reason=reason)
        _tell_members(organization, "accounts.organization_suspended", f"suspended:{entry.number}", reason)
    organization.refresh_from_db()


def reinstate_organization(organization: Organization, *, by: User, reason: str) -> None:
    """A moderator lifts a suspension. What was verified before counts again; everything else has to be submitted.

    Raises Refused without reason, and when it is not suspended.
    """
    _moderator_only(by)
    _reason_needed(reason)
    suspensions = trail.of(organization).filter(action=Action.ORGANIZATION_SUSPEND)
    with transaction.atomic():
        last = suspensions.last()
        verified = last is not None and last.facts.get("was") == VerificationState.VERIFIED
        state = VerificationState.VERIFIED if verified else VerificationState.UNVERIFIED
        moved = Organization.objects.filter(pk=organization.pk, state=VerificationState.SUSPENDED).update(
            state=state, state_reason=""
        )
        if not moved:
            raise refuse(RULE, _("It is not suspended."))
        entry = trail.record(Action.ORGANIZATION_REINSTATE, organization, by=by, now=str(state), reason=reason)
        _tell_members(organization, "accounts.organization_reinstated", f"reinstated:{entry.number}", reason)
    organization.refresh_from_db()


def _moderator_only(by: User) -> None:
    if not by.is_staff:
        raise refuse(RULE, _("Only a moderator decides this."))


def _reason_needed(reason: str) -> None:
    if not reason.strip():
        raise refuse(RULE, _("A reason is needed."), _("Say in one sentence what is missing."), field="reason")


def _tell_members(organization: Organization, kind: str, key: str, reason: str) -> None:
    notices.tell(
        people.members(organization, Role.OWNER, Role.SIGNATORY),
        kind,
        key=f"{kind}:{key}",
        path=reverse("accounts:verification"),
        organization=organization.name,
        reason=reason,
    )
