"""Refusals that several steps share."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.lib.findings import Finding, Refused, Severity


def refuse(rule: str, message: object, remedy: object = "", *, citation: str = "", field: str = "") -> Refused:
    """A Refused with one blocking finding, to be raised."""
    return Refused([Finding(rule, Severity.BLOCK, str(message), str(remedy), citation, field)])


def require_reason(reason: str) -> None:
    """A decision that takes something away says why. Raises Refused."""
    if not reason.strip():
        raise refuse(
            "LIC-12", _("The reason is missing."), _("Say in a sentence what is wrong and what to do."), field="reason"
        )
