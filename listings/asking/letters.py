"""The words by which an organization hears what became of its questions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.notices.kinds import register


def register_messages() -> None:
    """What this part tells people who have an account."""
    look = _("See consents and approvals")
    register(
        "asking.agreed",
        subject=_("Agreed: %(title)s"),
        body=_("%(who)s agreed to your offer of “%(title)s”. The consent is on file now."),
        action=look,
    )
    register(
        "asking.refused",
        subject=_("Refused: %(title)s"),
        body=_("%(who)s refused your offer of “%(title)s”. The reason: %(reason)s"),
        action=look,
    )
    register(
        "asking.approved",
        subject=_("Approved inside your institution: %(title)s"),
        body=_("Every step approved the price of “%(title)s”. It is with the moderators now."),
        action=look,
    )
    register(
        "asking.expired",
        subject=_("No answer: %(title)s"),
        body=_("%(who)s did not answer about “%(title)s” within fourteen days. The link is void; ask again."),
        action=look,
    )
