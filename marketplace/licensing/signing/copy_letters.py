"""What is said about scanned copies: to the side that must look, and to the side that waits."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.models import Organization, Role
from marketplace.lib.terms import day_of
from marketplace.licensing.models import StampedCopy
from marketplace.notices import kinds, notices

LOOKS = (Role.SIGNATORY, Role.LISTER, Role.OWNER)

_TEXTS = {
    "copy_look": (
        _("%(from)s has signed on paper: is the scan complete?"),
        _("Compare the scan of %(reference)s with the paper you know and answer by %(until)s."),
        _("Look at the scan"),
    ),
    "copy_remind": (
        _("Please look at the scan by %(until)s: %(reference)s"),
        _("%(from)s has signed on paper and waits for your answer. Without it the scan does not count."),
        _("Look at the scan"),
    ),
    "copy_confirmed": (
        _("Your stamped paper counts: %(reference)s"),
        _("The other side has confirmed the scan. Keep the stamped original."),
        _("See where it stands"),
    ),
    "copy_refused": (
        _("Your scan was not accepted: %(reference)s"),
        _("The other side says: %(reason)s. Hand in a new scan, or sign in another way."),
        _("Sign again"),
    ),
    "copy_lapsed": (
        _("Nobody answered about your scan: %(reference)s"),
        _("The other side did not look at it in time. Hand it in again, or sign in another way."),
        _("Sign again"),
    ),
}


def register() -> None:
    """Name the letters; called from LicensingConfig.ready()."""
    kinds.register_all(_TEXTS)


def _tell(copy: StampedCopy, kind: str, organization: Organization, path: str, **more: str) -> None:
    agreement = copy.paper.agreement
    sender = agreement.licensee if copy.party == "licensee" else agreement.licensor
    facts = {
        "reference": agreement.reference,
        "from": sender.name,
        "until": day_of(copy.answer_until).isoformat(),
        **more,
    }
    notices.tell(people.members(organization, *LOOKS), kind, key=f"{kind}:{copy.pk}", path=path, **facts)


def _page(copy: StampedCopy) -> str:
    return reverse("licensing:stamped_copy", args=[copy.paper.agreement.code, copy.code])


def _again(copy: StampedCopy) -> str:
    return reverse("licensing:sign_paper", args=[copy.paper.agreement.code, copy.paper_id])


def _own(copy: StampedCopy) -> Organization:
    agreement = copy.paper.agreement
    return agreement.licensee if copy.party == "licensee" else agreement.licensor


def handed_in(copy: StampedCopy, *, to: Organization) -> None:
    """The other side is asked to look."""
    _tell(copy, "copy_look", to, _page(copy))


def remind(copy: StampedCopy, *, to: Organization) -> None:
    """Once, before the time is over."""
    _tell(copy, "copy_remind", to, _page(copy))


def confirmed(copy: StampedCopy) -> None:
    """To the side that handed it in."""
    _tell(copy, "copy_confirmed", _own(copy), copy.paper.agreement.get_absolute_url())


def refused(copy: StampedCopy, reason: str) -> None:
    """To the side that handed it in."""
    _tell(copy, "copy_refused", _own(copy), _again(copy), reason=reason)


def lapsed(copy: StampedCopy) -> None:
    """To the side that handed it in."""
    _tell(copy, "copy_lapsed", _own(copy), _again(copy))
