"""The words of this room's messages, and who may read its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.models import Listing, Patent
from marketplace.accounts.models import Membership, Organization
from marketplace.notices import kinds
from marketplace.vault.reading import readable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from marketplace.accounts.models import User
    from marketplace.vault.models import VaultFile

FILES = (
    "co_owner_consent",
    "pledgee_consent",
    "evaluation_report",
    "status_evidence",
    "encumbrance_evidence",
    "publicity_proof",
    "declaration_evidence",
    "withdrawal_evidence",
    "consent_power",
    "approval_record",
)
# "objection_evidence" has no rule, so that moderators alone read it: whoever objects may need protection.
_ABOUT = {  # how a membership leads to the row that a file is about
    Patent._meta.label_lower: "organization__patents",
    Listing._meta.label_lower: "organization__listings",
}


def _reads(user: User | AnonymousUser, file: VaultFile) -> bool:
    """Members of the organization whose patent or listing the file is about, by live membership."""
    about = _ABOUT.get(file.subject_type)
    if not user.is_authenticated or about is None:
        return False
    return Membership.objects.live().filter(user=user, **{about: file.subject_id}).exists()


def _reads_sheet(user: User | AnonymousUser, file: VaultFile) -> bool:
    """Members of the organization whose term sheet the paper is."""
    if not user.is_authenticated:
        return False
    organization = Organization.objects.filter(term_sheets__paper=file)
    return Membership.objects.live().filter(user=user, organization__in=organization).exists()


def register_files() -> None:
    """Evidence beside the claims of an offer."""
    for kind in FILES:
        readable(kind, _reads)
    readable("term_sheet", _reads_sheet)


def register_messages() -> None:
    """What this room tells people."""
    kinds.register_all(_LETTERS)


_LETTERS = {
    "listing.returned": (
        _("To correct: %(title)s"),
        _("A moderator sent the listing of “%(title)s” back. The reason: %(reason)s Correct it and submit again."),
        _("Correct it"),
    ),
    "listing.refused": (
        _("Refused: %(title)s"),
        _(
            "A moderator refused the listing of “%(title)s”. The reason: %(reason)s The patent can be listed anew once"
            " this is settled."
        ),
        _("See the listing"),
    ),
    "listing.publicity": (
        _("In publicity: %(title)s"),
        _(
            "A moderator approved the listing of “%(title)s”. Its terms are public for fifteen days; then it opens by"
            " itself unless somebody objects."
        ),
        _("See the publicity"),
    ),
    "listing.awaiting": (
        _("Waiting for the announcement: %(title)s"),
        _(
            "Everything is ready to offer “%(title)s” as an open license. Record the declaration's number and date as"
            " soon as the patent office has announced it."
        ),
        _("Record the declaration"),
    ),
    "listing.published": (
        _("On offer: %(title)s"),
        _("“%(title)s” can be found now, and licenses can be asked for. Confirm its status every 30 days."),
        _("See the listing"),
    ),
    "listing.held_up": (
        _("Cannot open yet: %(title)s"),
        _("The listing of “%(title)s” should have opened, but something stands against it: %(reason)s"),
        _("Settle it"),
    ),
    "listing.overridden": (
        _("Rule %(rule)s was let pass: %(title)s"),
        _("A moderator let the listing of “%(title)s” pass rule %(rule)s. The reason, shown to all: %(reason)s"),
        _("See the listing"),
    ),
    "listing.objection_to_you": (
        _("Objection: %(title)s"),
        _(
            "Somebody objects to the listing of “%(title)s”. It is paused until a moderator has recorded the decision;"
            " you will be asked for your answer."
        ),
        _("See the listing"),
    ),
    "listing.objection_decided": (
        _("Objection decided: %(title)s"),
        _("The objection to “%(title)s” has been decided: %(reason)s"),
        _("See the listing"),
    ),
    "listing.suspended": (
        _("Suspended: %(title)s"),
        _("“%(title)s” takes no new licenses for now. Licenses in force stay. The reason: %(reason)s"),
        _("See what to settle"),
    ),
    "listing.resumed": (
        _("Resumed: %(title)s"),
        _("The suspension of “%(title)s” has ended. It stands now as: %(state)s."),
        _("See the listing"),
    ),
    "listing.withdrawn": (
        _("Withdrawn: %(title)s"),
        _("The withdrawal of “%(title)s” has taken effect. Licenses given before stay in force."),
        _("See the listing"),
    ),
    "listing.expired": (
        _("Ended with the patent: %(title)s"),
        _("The patent “%(title)s” has ended, and its offer with it."),
        _("See the listing"),
    ),
    "listing.confirm_alive": (
        _("Still in force? %(title)s"),
        _(
            "Confirm that the recorded status of “%(title)s” still holds. From %(day)s on nobody can take a license"
            " until you have done so."
        ),
        _("Confirm it"),
    ),
    "listing.your_objection_upheld": (
        _("Your objection is upheld: %(title)s"),
        _("A moderator has upheld your objection to “%(title)s”; it goes back to be changed. %(reason)s"),
        _("See the publicity"),
    ),
    "listing.your_objection_dismissed": (
        _("Your objection is not upheld: %(title)s"),
        _("A moderator has not upheld your objection to “%(title)s”; the publicity goes on. %(reason)s"),
        _("See the publicity"),
    ),
    "listing.vetoed": (
        _("Taken down by the veto: offers of %(organization)s"),
        _(
            "%(count)s offers of %(organization)s take no new licenses while the veto stands. The reason: %(reason)s"
            " Licenses in force stay."
        ),
        _("See the listings"),
    ),
    "listing.given": (
        _("Given to you to check: %(title)s"),
        _("%(name)s gave you the listing of “%(title)s” to check."),
        _("Look at it"),
    ),
    "listing.submitted": (
        _("To check: %(title)s"),
        _("%(organization)s submitted a listing of “%(title)s”."),
        _("Look at it"),
    ),
    "listing.corrected": (
        _("Text corrected: %(title)s"),
        _("%(organization)s corrected texts of the approved listing of “%(title)s”. Its terms are unchanged."),
        _("Look at it"),
    ),
    "listing.publicity_recorded": (
        _("Publicity elsewhere: %(title)s"),
        _("%(organization)s recorded a publicity of “%(title)s” held at: %(held_at)s. The proof is on file."),
        _("Look at it"),
    ),
    "listing.declaration_recorded": (
        _("Declaration %(number)s: %(title)s"),
        _("%(organization)s recorded the announcement of declaration %(number)s for “%(title)s”."),
        _("Look at it"),
    ),
    "listing.suspended_by_rule": (
        _("Suspended by a rule: %(title)s"),
        _("The offer of “%(title)s” (%(organization)s) was suspended at once. The reason: %(reason)s"),
        _("Look at it"),
    ),
    "listing.objection": (
        _("Objection to decide: %(title)s"),
        _("Somebody objects to “%(title)s” of %(organization)s. It is paused until you record a decision."),
        _("Look at it"),
    ),
    "listing.withdrawal_requested": (
        _("Withdrawal requested: %(title)s"),
        _("%(organization)s will withdraw the declaration of “%(title)s”. The reason: %(reason)s"),
        _("Look at it"),
    ),
    "term_sheet.signed": (
        _("Signed: term sheet %(name)s, version %(version)s"),
        _("The term sheet “%(name)s”, version %(version)s, stands as an offer now. Listings can use it."),
        _("See the term sheet"),
    ),
    "term_sheet.revoked": (
        _("Revoked: term sheet %(name)s, version %(version)s"),
        _(
            "Nobody can accept the terms of “%(name)s”, version %(version)s, any more. Licenses given under it stay in"
            " force."
        ),
        _("See the term sheet"),
    ),
}
