"""The right to sign: asked for, confirmed, revoked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.current import may
from marketplace.accounts.models import (
    AuthorityBasis,
    AuthorityState,
    Membership,
    Organization,
    OrganizationKind,
    Role,
    SigningAuthority,
    User,
)
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.lib.terms import today
from marketplace.notices import notices
from marketplace.vault.models import VaultFile

RULE = "SIG-3"
SELF_KINDS = (OrganizationKind.INDIVIDUAL, OrganizationKind.SOLE_TRADER)


def grant_authority(
    organization: Organization,
    *,
    user: User,
    by: User,
    basis: AuthorityBasis | str,
    scope_term_sheets: bool = True,
    scope_contracts: bool = True,
    ceiling_minor: int | None = None,
    currency: str = "CNY",
    valid_from: date | None = None,
    valid_until: date | None = None,
    document: VaultFile | None = None,
) -> SigningAuthority:
    """Ask for the authority of `user`; a moderator confirms it, except where a person acts for himself or herself.

    `ceiling_minor` is the highest amount of one contract in minor units, None without limit. Days are Shanghai's.
    Raises Refused when `by` may not ask, `user` is no signatory, or the basis does not fit.
    """
    authority = SigningAuthority(
        user=user,
        organization=organization,
        basis=AuthorityBasis(basis),
        scope_term_sheets=scope_term_sheets,
        scope_contracts=scope_contracts,
        ceiling_minor=ceiling_minor,
        currency=currency,
        valid_from=valid_from or today(),
        valid_until=valid_until,
        document=document,
    )
    _may_ask(organization, user, by)
    _basis_fits(organization, AuthorityBasis(basis), document)
    _days_in_order(valid_from, valid_until)
    return _store(authority, by)


def _store(authority: SigningAuthority, by: User) -> SigningAuthority:
    """Keep an authority: confirmed at once where a person acts for himself or herself, else for a moderator."""
    if authority.basis == AuthorityBasis.SELF:
        authority.state, authority.confirmed_at = AuthorityState.CONFIRMED, timezone.now()
    with transaction.atomic():
        authority.save()
        trail.record(Action.AUTHORITY_GRANT, authority, by=by, **_facts(authority))
        if authority.state == AuthorityState.PENDING:
            _tell_moderators(authority)
    return authority


def _tell_moderators(authority: SigningAuthority) -> None:
    notices.tell(
        people.moderators(),
        "accounts.authority_asked",
        key=f"authority_asked:{authority.pk}",
        path=reverse("accounts_moderation:organization", args=[authority.organization_id]),
        name=authority.user.name,
        organization=authority.organization.name,
    )


def _may_ask(organization: Organization, user: User, by: User) -> None:
    if by != user and not may(by, organization, Role.OWNER):
        raise refuse(RULE, _("Only an owner may ask for another person's authority."), _("Ask an owner."))
    if not Membership.objects.live().filter(organization=organization, user=user, role=Role.SIGNATORY).exists():
        raise refuse(
            RULE,
            _("Only a signatory can hold signing authority."),
            _("An owner gives the role “signatory” under “Members”."),
            field="user",
        )


def _days_in_order(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        raise refuse(RULE, _("The last day lies before the first."), _("Correct the dates."), field="valid_until")


def _basis_fits(organization: Organization, basis: AuthorityBasis, document: VaultFile | None) -> None:
    if basis == AuthorityBasis.SELF and organization.kind not in SELF_KINDS:
        raise refuse(
            RULE,
            _("Only individuals and sole traders act for themselves."),
            _("Choose legal representative or power of attorney."),
            field="basis",
        )
    if basis == AuthorityBasis.POWER_OF_ATTORNEY and document is None:
        raise refuse(
            RULE,
            _("A power of attorney must be uploaded."),
            _("Scan the signed and stamped document and attach it as PDF or picture."),
            field="document",
        )


def _facts(authority: SigningAuthority) -> dict[str, Any]:
    return {
        "organization": authority.organization_id,
        "user": authority.user_id,
        "basis": str(authority.basis),
        "scope_term_sheets": authority.scope_term_sheets,
        "scope_contracts": authority.scope_contracts,
        "ceiling_minor": authority.ceiling_minor,
        "currency": authority.currency,
        "valid_from": authority.valid_from.isoformat(),
        "valid_until": authority.valid_until.isoformat() if authority.valid_until else None,
        "document": authority.document.sha256 if authority.document else None,
    }


def confirm_authority(authority: SigningAuthority, *, by: User) -> None:
    """A moderator has checked the basis. Raises Refused for others and when it is no longer waiting."""
    if not by.is_staff:
        raise refuse(RULE, _("Only a moderator confirms signing authority."))
    with transaction.atomic():
        moved = SigningAuthority.objects.filter(pk=authority.pk, state=AuthorityState.PENDING).update(
            state=AuthorityState.CONFIRMED, confirmed_by=by, confirmed_at=timezone.now()
        )
        if not moved:
            raise refuse(RULE, _("This authority is not waiting to be confirmed."), _("Reload the page."))
        authority.refresh_from_db()
        trail.record(Action.AUTHORITY_CONFIRM, authority, by=by, **_facts(authority))
        _tell_holder(authority, "accounts.authority_confirmed")


def revoke_authority(authority: SigningAuthority, *, by: User, reason: str = "") -> None:
    """End an authority at once; what was signed under it stays. For the holder, owners and moderators.

    Raises Refused for others and when it is revoked already.
    """
    if not (by.is_staff or by.pk == authority.user_id or may(by, authority.organization, Role.OWNER)):
        raise refuse(RULE, _("Only an owner or a moderator may revoke signing authority."), _("Ask an owner."))
    with transaction.atomic():
        if not _revoke(authority, by, reason):
            raise refuse(RULE, _("This authority was revoked already."))
        _tell_holder(authority, "accounts.authority_revoked")


def revoke_all(organization: Organization, user: User, *, by: User, reason: str) -> None:
    """Revoke every authority of a person there, in the surrounding transaction."""
    held = SigningAuthority.objects.filter(organization=organization, user=user).exclude(state=AuthorityState.REVOKED)
    for authority in held:
        _revoke(authority, by, reason)


def _revoke(authority: SigningAuthority, by: User, reason: str) -> bool:
    moved = (
        SigningAuthority.objects.filter(pk=authority.pk)
        .exclude(state=AuthorityState.REVOKED)
        .update(state=AuthorityState.REVOKED, revoked_at=timezone.now())
    )
    if moved:
        authority.refresh_from_db()
        trail.record(Action.AUTHORITY_REVOKE, authority, by=by, reason=reason, organization=authority.organization_id)
    return bool(moved)


def _tell_holder(authority: SigningAuthority, kind: str) -> None:
    notices.tell(
        [authority.user],
        kind,
        key=f"{kind}:{authority.pk}",
        path=reverse("accounts:authorities"),
        organization=authority.organization.name,
    )
