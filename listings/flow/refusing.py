"""A refusal that several steps share."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.lib.findings import refuse


def require_reason(reason: str) -> None:
    """A decision that takes something away says why. Raises Refused."""
    if not reason.strip():
        raise refuse(
            "LIC-12", _("The reason is missing."), _("Say in a sentence what is wrong and what to do."), field="reason"
        )
