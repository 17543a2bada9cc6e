"""What several refusing steps share."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from listings.models import Listing
from marketplace.lib.findings import refuse


def require_reason(reason: str) -> None:
    """A decision that takes something away says why. Raises Refused."""
    if not reason.strip():
        raise refuse(
            "LIC-12", _("The reason is missing."), _("Say in a sentence what is wrong and what to do."), field="reason"
        )


def language_of(listing: Listing) -> str:
    """The submitter's language, for what is written down once; the site's where nobody submitted."""
    submitter = listing.submitted_by
    known = dict(settings.LANGUAGES)
    return submitter.language if submitter and submitter.language in known else settings.LANGUAGE_CODE
