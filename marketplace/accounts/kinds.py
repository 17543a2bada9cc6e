"""The words of this room's messages, and who may read its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Membership, Organization, Role
from marketplace.notices.kinds import register
from marketplace.vault.reading import readable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from marketplace.accounts.models import User
    from marketplace.vault.models import VaultFile


def _reads(user: User | AnonymousUser, file: VaultFile) -> bool:
    """Owners and signatories of the organization the file is about, by live membership."""
    if not user.is_authenticated or file.subject_type != Organization._meta.label_lower:
        return False
    live = Membership.objects.live().filter(user=user, organization_id=file.subject_id)
    return live.filter(role__in=[Role.OWNER, Role.SIGNATORY]).exists()


def register_files() -> None:
    """Evidence and powers of attorney."""
    readable("organization_evidence", _reads)
    readable("power_of_attorney", _reads)


def register_messages() -> None:
    """What this room tells people."""
    register(
        "accounts.verification_submitted",
        subject=_("To check: %(organization)s"),
        body=_("%(organization)s has handed in evidence of who it is. Please look at it and decide."),
        action=_("Check it"),
    )
    register(
        "accounts.authority_asked",
        subject=_("To confirm: signing authority of %(name)s"),
        body=_("%(name)s asks to sign for %(organization)s. Please check the basis and confirm it."),
        action=_("Check it"),
    )
    register(
        "accounts.organization_verified",
        subject=_("%(organization)s is verified"),
        body=_("The platform has checked who %(organization)s is. Its signatories can now sign."),
        action=_("See the state"),
    )
    register(
        "accounts.organization_refused",
        subject=_("%(organization)s could not be verified yet"),
        body=_("The moderator's reason: %(reason)s Please hand in what is missing; everything you prepared stays."),
        action=_("Hand it in again"),
    )
    register(
        "accounts.organization_suspended",
        subject=_("%(organization)s is suspended"),
        body=_(
            "%(organization)s cannot sign or publish for now. The reason: %(reason)s Licenses in force stay in force. "
            "You can object by writing to us."
        ),
        action=_("See the state"),
    )
    register(
        "accounts.organization_reinstated",
        subject=_("%(organization)s is no longer suspended"),
        body=_("The suspension is lifted. The reason: %(reason)s"),
        action=_("See the state"),
    )
    register(
        "accounts.authority_confirmed",
        subject=_("You may sign for %(organization)s"),
        body=_("A moderator has confirmed your signing authority for %(organization)s."),
        action=_("See what it covers"),
    )
    register(
        "accounts.authority_revoked",
        subject=_("Your signing authority for %(organization)s has ended"),
        body=_("It was revoked. What you signed under it stays; you cannot sign anything new with it."),
        action=_("See the state"),
    )
    register(
        "accounts.member_joined",
        subject=_("%(name)s has joined %(organization)s"),
        body=_("%(name)s accepted the invitation to %(organization)s. Role: %(role)s."),
        action=_("See the members"),
    )
    register(
        "accounts.account_changed",
        subject=_("The bank account of %(organization)s was changed"),
        body=_(
            "%(name)s changed the bank details of %(organization)s. If this is a surprise, change them back and write "
            "to us at once."
        ),
        action=_("Look at the details"),
    )
