"""Who belongs to an organization: invitations, roles, and their end."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people, seeds
from marketplace.accounts.current import may
from marketplace.accounts.flow.authorities import revoke_all
from marketplace.accounts.models import Invitation, Membership, OneTimeCode, Organization, Role, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.notices import notices
from marketplace.outbox import outbox

RULE = "IDN-3"
INVITATION_LIFETIME = timedelta(days=7)
INVITATION_TOPIC = "accounts.invitation"


def _owner_only(organization: Organization, by: User) -> None:
    if not may(by, organization, Role.OWNER):
        raise refuse(RULE, _("Only an owner may change who belongs to the organization."), _("Ask an owner."))


def token_sha256(token: str) -> str:
    """What is kept of an invitation's token."""
    return sha256(token.encode()).hexdigest()


def invite(organization: Organization, *, email: str, role: Role | str, by: User) -> Invitation:
    """Mail a single-use way in, valid for seven days. An earlier open one for the same address and role is void.

    Raises Refused unless `by` is an owner.
    """
    _owner_only(organization, by)
    email = email.strip().lower()
    role = Role(role)
    if Membership.objects.live().filter(organization=organization, user__email=email, role=role).exists():
        raise refuse(RULE, _("This person has that role already."), field="email")
    seed = seeds.new_seed()
    now = timezone.now()
    with transaction.atomic():
        open_ones = organization.invitations.filter(email=email, role=role, accepted_at__isnull=True)
        open_ones.filter(expires_at__gt=now).update(expires_at=now)
        invitation = Invitation.objects.create(
            organization=organization,
            email=email,
            role=role,
            token_sha256=token_sha256(seeds.token(seed)),
            invited_by=by,
            expires_at=now + INVITATION_LIFETIME,
        )
        trail.record(Action.INVITATION_SEND, organization, by=by, invitation=invitation.pk, role=str(role))
        outbox.add(INVITATION_TOPIC, key=f"invitation:{invitation.pk}", invitation=invitation.pk, seed=seed)
    return invitation


def find_invitation(token: str) -> Invitation | None:
    """The invitation that still waits behind a token, or None."""
    return (
        Invitation.objects.select_related("organization", "invited_by")
        .filter(token_sha256=token_sha256(token), accepted_at__isnull=True, expires_at__gt=timezone.now())
        .first()
    )


def cancel_invitation(invitation: Invitation, *, by: User) -> None:
    """Make an open invitation void. Raises Refused unless `by` is an owner."""
    _owner_only(invitation.organization, by)
    now = timezone.now()
    Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, expires_at__gt=now).update(expires_at=now)


def accept_invitation(token: str, *, by: User) -> Membership:
    """Turn the invitation into a membership of `by`, once.

    Raises Refused when the token is unknown, used, expired, or was mailed to another address than `by`'s.
    """
    invitation = Invitation.objects.select_related("organization").filter(token_sha256=token_sha256(token)).first()
    gone = refuse(
        RULE,
        _("This invitation is no longer valid: it was used, replaced, or its seven days are over."),
        _("Ask the owner who invited you for a new one."),
    )
    if invitation is None:
        raise gone
    if invitation.email != by.email.lower():
        raise refuse(
            RULE,
            _("This invitation was sent to another e-mail address."),
            _("Log in with the address that received it, or ask for an invitation to yours."),
        )
    now = timezone.now()
    with transaction.atomic():
        taken = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, expires_at__gt=now).update(
            accepted_at=now, accepted_by=by
        )
        # The right to invite is the inviter's right of today.
        if not taken or not may(invitation.invited_by, invitation.organization, Role.OWNER):
            raise gone
        membership = _start(invitation.organization, by, Role(invitation.role), by=by)
        trail.record(Action.INVITATION_ACCEPT, invitation.organization, by=by, invitation=invitation.pk)
        notices.tell(
            people.members(invitation.organization, Role.OWNER).exclude(pk=by.pk),
            "accounts.member_joined",
            key=f"member_joined:{membership.pk}",
            path=reverse("accounts:members"),
            name=by.name,
            organization=invitation.organization.name,
            role=Role(invitation.role).label,
        )
    return membership


def _start(organization: Organization, user: User, role: Role, *, by: User) -> Membership:
    membership, created = Membership.objects.get_or_create(
        organization=organization, user=user, role=role, ended_at=None
    )
    if created:
        trail.record(Action.MEMBERSHIP_START, organization, by=by, user=user.pk, role=str(role))
    return membership


def add_role(organization: Organization, *, user: User, role: Role | str, by: User) -> Membership:
    """Give a person who already belongs to the organization one more role. Raises Refused unless `by` is an owner."""
    _owner_only(organization, by)
    if not organization.memberships.live().filter(user=user).exists():
        raise refuse(RULE, _("This person does not belong to the organization."), _("Send an invitation instead."))
    with transaction.atomic():
        return _start(organization, user, Role(role), by=by)


def end_membership(membership: Membership, *, by: User) -> None:
    """End one role at once, with what hangs on it: a signatory's authorities and unused codes.

    A member may end his or her own roles, an owner everybody's. Raises Refused for others, and for the last owner.
    """
    with transaction.atomic():
        organization = Organization.objects.select_for_update(no_key=True).get(pk=membership.organization_id)
        _end(organization, [membership], by)


def remove_member(organization: Organization, *, user: User, by: User) -> None:
    """End all roles of a person there. Raises Refused as end_membership does."""
    with transaction.atomic():
        locked = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        _end(locked, list(locked.memberships.filter(user=user, ended_at__isnull=True)), by)


def _end(organization: Organization, ending: list[Membership], by: User) -> None:
    """Callers hold the lock on the organization, so two owners cannot remove each other at once."""
    for membership in ending:
        if membership.user_id != by.pk:
            _owner_only(organization, by)
        if membership.role == Role.OWNER and not _other_owner(organization, membership):
            raise refuse(
                RULE,
                _("An organization needs at least one owner."),
                _("Make somebody else owner first."),
            )
        ended = Membership.objects.filter(pk=membership.pk, ended_at__isnull=True).update(ended_at=timezone.now())
        if not ended:
            continue
        trail.record(Action.MEMBERSHIP_END, organization, by=by, user=membership.user_id, role=membership.role)
        if membership.role == Role.SIGNATORY:
            revoke_all(organization, membership.user, by=by, reason="membership ended")
            OneTimeCode.objects.filter(user=membership.user, used_at__isnull=True).update(expires_at=timezone.now())


def _other_owner(organization: Organization, membership: Membership) -> bool:
    owners = organization.memberships.live().filter(role=Role.OWNER)
    return owners.exclude(user=membership.user_id).exists()
