"""How this room says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketplace.lib.findings import Finding, Refused, Severity

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


def refuse(rule: str, message: Words, remedy: Words = "", field: str = "") -> Refused:
    """A refusal with one finding, ready to be raised."""
    return Refused([Finding(rule, Severity.BLOCK, message, remedy, field=field)])
