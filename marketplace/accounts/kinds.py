"""The words of this room's messages, and who may read its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Membership, Organization, Role
from marketplace.notices.kinds import register
from marketplace.vault.reading import readable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.utils.functional import _StrOrPromise as Words

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


# kind: subject, body, and the words of the next step
MESSAGES: dict[str, tuple[Words, Words, Words]] = {
    "accounts.verification_submitted": (
        _("To check: %(organization)s"),
        _("%(organization)s has handed in evidence of who it is. Please look at it and decide."),
        _("Check it"),
    ),
    "accounts.authority_asked": (
        _("To confirm: signing authority of %(name)s"),
        _("%(name)s asks to sign for %(organization)s. Please check the basis and confirm it."),
        _("Check it"),
    ),
    "accounts.organization_verified": (
        _("%(organization)s is verified"),
        _("The platform has checked who %(organization)s is. Its signatories can now sign."),
        _("See the state"),
    ),
    "accounts.organization_refused": (
        _("%(organization)s could not be verified yet"),
        _("The moderator's reason: %(reason)s Please hand in what is missing; everything you prepared stays."),
        _("Hand it in again"),
    ),
    "accounts.organization_suspended": (
        _("%(organization)s is suspended"),
        _(
            "%(organization)s cannot sign or publish for now. The reason: %(reason)s Licenses in force stay in force. "
            "You can object by writing to us."
        ),
        _("See the state"),
    ),
    "accounts.organization_reinstated": (
        _("%(organization)s is no longer suspended"),
        _("The suspension is lifted. The reason: %(reason)s"),
        _("See the state"),
    ),
    "accounts.organization_vetoed": (
        _("%(organization)s may not offer or sign for now"),
        _(
            "A moderator has laid a veto on %(organization)s. The reason: %(reason)s Nothing new can be published or"
            " signed, and what was on offer takes no new licenses. Licenses given before stay in force. You can object"
            " by writing to us."
        ),
        _("See the state"),
    ),
    "accounts.organization_vetoed_shown": (
        _("Veto: %(organization)s"),
        _("A veto stands on %(organization)s. The reason: %(reason)s"),
        _("See the organization"),
    ),
    "accounts.veto_lifted": (
        _("The veto on %(organization)s is lifted"),
        _(
            "An administrator has lifted the veto on %(organization)s. The reason: %(reason)s What it took down goes to"
            " the moderators to be checked again; you need not submit it anew."
        ),
        _("See the state"),
    ),
    "accounts.veto_lifted_shown": (
        _("Veto lifted: %(organization)s"),
        _("The veto on %(organization)s is lifted. The reason: %(reason)s Its listings wait to be checked again."),
        _("See the organization"),
    ),
    "accounts.authority_confirmed": (
        _("You may sign for %(organization)s"),
        _("A moderator has confirmed your signing authority for %(organization)s."),
        _("See what it covers"),
    ),
    "accounts.authority_revoked": (
        _("Your signing authority for %(organization)s has ended"),
        _("It was revoked. What you signed under it stays; you cannot sign anything new with it."),
        _("See the state"),
    ),
    "accounts.member_joined": (
        _("%(name)s has joined %(organization)s"),
        _("%(name)s accepted the invitation to %(organization)s. Role: %(role)s."),
        _("See the members"),
    ),
    "accounts.contact_asked": (
        _("%(university)s would like to call you"),
        _("%(university)s asks for your contact: %(about)s. It reads nothing unless you say yes."),
        _("Decide"),
    ),
    "accounts.contact_given": (
        _("You may call: %(about)s"),
        _("The firm lets your institution read its contact. Use it for this matter only."),
        _("Read the contact"),
    ),
    "accounts.contact_kept": (
        _("No contact: %(about)s"),
        _("The firm does not pass its contact on, or has taken it back. The deal goes on here as before."),
        _("Open"),
    ),
    "accounts.copy_ready": (
        _("The copy of your data is ready"),
        _("Fetch it within seven days; it can be fetched once."),
        _("Fetch the copy"),
    ),
    "accounts.security_changed": (
        _("Your way to log in was changed"),
        _("%(what)s. Until %(until)s you cannot sign. Was it not you? Change your password and write to us at once."),
        _("Look at your ways to log in"),
    ),
    "accounts.security_changed_other": (
        _("%(name)s changed the way to log in"),
        _(
            "%(name)s, who signs for %(organization)s: %(what)s. Until %(until)s this person cannot sign. If you know"
            " nothing of it, ask by telephone."
        ),
        _("See the members"),
    ),
    "accounts.factor_dropped": (
        _("%(organization)s no longer asks for a second factor"),
        _("%(name)s switched it off. For a day nobody signs for %(organization)s. If this is a surprise, write to us."),
        _("Look at the details"),
    ),
    "accounts.account_changed": (
        _("The bank account of %(organization)s was changed"),
        _(
            "%(name)s changed the bank details of %(organization)s. If this is a surprise, change them back and write "
            "to us at once."
        ),
        _("Look at the details"),
    ),
}


def register_messages() -> None:
    """What this room tells people."""
    for kind, (subject, body, action) in MESSAGES.items():
        register(kind, subject=subject, body=body, action=action)
