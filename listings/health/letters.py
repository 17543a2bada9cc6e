"""The words in which licensors hear about the health of their patents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.notices import kinds

_LETTERS = {
    "patent.event": (
        _("Recorded: %(title)s"),
        _("%(what)s (%(day)s, by %(source)s). Record on the patent's page how it ends; licenses in force stay."),
        _("See what to settle"),
    ),
    "listing.frozen": (
        _("No new licenses until you confirm: %(title)s"),
        _(
            "For thirty days nobody has confirmed that “%(title)s” is in force, so nobody can take a license now."
            " One click on the listing's page opens it again. Without it the offer is suspended on %(day)s."
        ),
        _("Confirm it"),
    ),
    "listing.stale": (
        _("Suspended, not confirmed: %(title)s"),
        _(
            "The offer of “%(title)s” is suspended, because its status was not confirmed for sixty days. Confirm it and"
            " the offer stands again; otherwise it expires on %(day)s. Licenses in force stay."
        ),
        _("Confirm it"),
    ),
    "listing.stale_expired": (
        _("Expired, not confirmed: %(title)s"),
        _(
            "The offer of “%(title)s” has expired, because its status was not confirmed for half a year. You can copy"
            " it and submit it again. Licenses in force stay."
        ),
        _("See the listing"),
    ),
    "listing.withdrawn_late": (
        _("Licenses after the withdrawal: %(title)s"),
        _(
            "%(organization)s recorded today that the open license of “%(title)s” was withdrawn on %(day)s. %(count)s"
            " licenses were taken since then. Look at them with both sides; nothing was changed by itself."
        ),
        _("Look at it"),
    ),
    "patent.event_settled": (
        _("To resume: %(title)s"),
        _("%(organization)s recorded how “%(title)s” was settled: %(how)s Look whether the offer can be resumed."),
        _("Look at it"),
    ),
}


def register_messages() -> None:
    """Name the letters; called from ListingsConfig.ready()."""
    kinds.register_all(_LETTERS)
