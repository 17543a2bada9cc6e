"""The words of this room's messages, and who may read its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.models import Listing, Patent
from marketplace.accounts.models import Membership, Organization
from marketplace.notices.kinds import register
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
    _to_licensors()
    _to_licensors_about_the_end()
    _to_moderators()
    _to_objectors()
    _about_vetoes()
    _about_term_sheets()


def _to_licensors() -> None:
    register(
        "listing.returned",
        subject=_("To correct: %(title)s"),
        body=_("A moderator sent the listing of “%(title)s” back. The reason: %(reason)s Correct it and submit again."),
        action=_("Correct it"),
    )
    register(
        "listing.refused",
        subject=_("Refused: %(title)s"),
        body=_(
            "A moderator refused the listing of “%(title)s”. The reason: %(reason)s The patent can be listed anew once"
            " this is settled."
        ),
        action=_("See the listing"),
    )
    register(
        "listing.publicity",
        subject=_("In publicity: %(title)s"),
        body=_(
            "A moderator approved the listing of “%(title)s”. Its terms are public for fifteen days; then it opens by"
            " itself unless somebody objects."
        ),
        action=_("See the publicity"),
    )
    register(
        "listing.awaiting",
        subject=_("Waiting for the announcement: %(title)s"),
        body=_(
            "Everything is ready to offer “%(title)s” as an open license. Record the declaration's number and date as"
            " soon as the patent office has announced it."
        ),
        action=_("Record the declaration"),
    )
    register(
        "listing.published",
        subject=_("On offer: %(title)s"),
        body=_("“%(title)s” can be found now, and licenses can be asked for. Confirm its status every 30 days."),
        action=_("See the listing"),
    )
    register(
        "listing.held_up",
        subject=_("Cannot open yet: %(title)s"),
        body=_("The listing of “%(title)s” should have opened, but something stands against it: %(reason)s"),
        action=_("Settle it"),
    )
    register(
        "listing.overridden",
        subject=_("Rule %(rule)s was let pass: %(title)s"),
        body=_("A moderator let the listing of “%(title)s” pass rule %(rule)s. The reason, shown to all: %(reason)s"),
        action=_("See the listing"),
    )
    register(
        "listing.objection_to_you",
        subject=_("Objection: %(title)s"),
        body=_(
            "Somebody objects to the listing of “%(title)s”. It is paused until a moderator has recorded the decision;"
            " you will be asked for your answer."
        ),
        action=_("See the listing"),
    )
    register(
        "listing.objection_decided",
        subject=_("Objection decided: %(title)s"),
        body=_("The objection to “%(title)s” has been decided: %(reason)s"),
        action=_("See the listing"),
    )


def _to_licensors_about_the_end() -> None:
    register(
        "listing.suspended",
        subject=_("Suspended: %(title)s"),
        body=_("“%(title)s” takes no new licenses for now. Licenses in force stay. The reason: %(reason)s"),
        action=_("See what to settle"),
    )
    register(
        "listing.resumed",
        subject=_("Resumed: %(title)s"),
        body=_("The suspension of “%(title)s” has ended. It stands now as: %(state)s."),
        action=_("See the listing"),
    )
    register(
        "listing.withdrawn",
        subject=_("Withdrawn: %(title)s"),
        body=_("The withdrawal of “%(title)s” has taken effect. Licenses given before stay in force."),
        action=_("See the listing"),
    )
    register(
        "listing.expired",
        subject=_("Ended with the patent: %(title)s"),
        body=_("The patent “%(title)s” has ended, and its offer with it."),
        action=_("See the listing"),
    )
    register(
        "listing.confirm_alive",
        subject=_("Still in force? %(title)s"),
        body=_(
            "Confirm that the recorded status of “%(title)s” still holds. From %(day)s on nobody can take a license"
            " until you have done so."
        ),
        action=_("Confirm it"),
    )


def _to_objectors() -> None:
    register(
        "listing.your_objection_upheld",
        subject=_("Your objection is upheld: %(title)s"),
        body=_("A moderator has upheld your objection to “%(title)s”; it goes back to be changed. %(reason)s"),
        action=_("See the publicity"),
    )
    register(
        "listing.your_objection_dismissed",
        subject=_("Your objection is not upheld: %(title)s"),
        body=_("A moderator has not upheld your objection to “%(title)s”; the publicity goes on. %(reason)s"),
        action=_("See the publicity"),
    )


def _about_vetoes() -> None:
    register(
        "listing.vetoed",
        subject=_("Taken down by the veto: offers of %(organization)s"),
        body=_(
            "%(count)s offers of %(organization)s take no new licenses while the veto stands. The reason: %(reason)s"
            " Licenses in force stay."
        ),
        action=_("See the listings"),
    )


def _to_moderators() -> None:
    look = _("Look at it")
    register(
        "listing.given",
        subject=_("Given to you to check: %(title)s"),
        body=_("%(name)s gave you the listing of “%(title)s” to check."),
        action=look,
    )
    register(
        "listing.submitted",
        subject=_("To check: %(title)s"),
        body=_("%(organization)s submitted a listing of “%(title)s”."),
        action=look,
    )
    register(
        "listing.corrected",
        subject=_("Text corrected: %(title)s"),
        body=_("%(organization)s corrected texts of the approved listing of “%(title)s”. Its terms are unchanged."),
        action=look,
    )
    register(
        "listing.publicity_recorded",
        subject=_("Publicity elsewhere: %(title)s"),
        body=_("%(organization)s recorded a publicity of “%(title)s” held at: %(held_at)s. The proof is on file."),
        action=look,
    )
    register(
        "listing.declaration_recorded",
        subject=_("Declaration %(number)s: %(title)s"),
        body=_("%(organization)s recorded the announcement of declaration %(number)s for “%(title)s”."),
        action=look,
    )
    register(
        "listing.suspended_by_rule",
        subject=_("Suspended by a rule: %(title)s"),
        body=_("The offer of “%(title)s” (%(organization)s) was suspended at once. The reason: %(reason)s"),
        action=look,
    )
    register(
        "listing.objection",
        subject=_("Objection to decide: %(title)s"),
        body=_("Somebody objects to “%(title)s” of %(organization)s. It is paused until you record a decision."),
        action=look,
    )
    register(
        "listing.withdrawal_requested",
        subject=_("Withdrawal requested: %(title)s"),
        body=_("%(organization)s will withdraw the declaration of “%(title)s”. The reason: %(reason)s"),
        action=look,
    )


def _about_term_sheets() -> None:
    register(
        "term_sheet.signed",
        subject=_("Signed: term sheet %(name)s, version %(version)s"),
        body=_("The term sheet “%(name)s”, version %(version)s, stands as an offer now. Listings can use it."),
        action=_("See the term sheet"),
    )
    register(
        "term_sheet.revoked",
        subject=_("Revoked: term sheet %(name)s, version %(version)s"),
        body=_(
            "Nobody can accept the terms of “%(name)s”, version %(version)s, any more. Licenses given under it stay in"
            " force."
        ),
        action=_("See the term sheet"),
    )
