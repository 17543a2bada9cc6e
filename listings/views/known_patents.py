"""Filling a patent's record in from what the site knows already, by its number alone."""

from __future__ import annotations

from typing import Any

from listings.flow.adopting import FILLED_IN, reference
from listings.forms.patents import PatentForm
from listings.models import Patent
from marketplace.accounts.models import Organization
from marketplace.lib.findings import Finding
from marketplace.lib.numbers import BadNumber, parse_application_number

LONGEST = 80  # characters


def look_up(text: str, organization: Organization) -> dict[str, Any]:
    """What is known under a typed number, for the form of a new patent.

    `asked` is the text as typed; then one of: `asked_wrong` (Findings), `own` (the organization's patent of that
    number), `known` (a reference record, with `initial` for the form), or none of them. Another organization's patent
    is not told.
    """
    text = text.strip()[:LONGEST]
    told: dict[str, Any] = {"asked": text, "asked_wrong": [], "own": None, "known": None, "initial": {}}
    if not text:
        return told
    number = _number(text)
    if isinstance(number, Finding):
        return told | {"asked_wrong": [number]}
    own = Patent.objects.filter(organization=organization, application_number=number).first()
    known = None if own else reference(number)
    initial: dict[str, Any] = {"application_number": text}
    if known:
        values = PatentForm.initial_of(known)
        initial = {name: values[name] for name in ("application_number", *FILLED_IN)}
    return told | {"own": own, "known": known, "initial": initial}


def _number(text: str) -> str | Finding:
    try:
        return parse_application_number(text).value
    except BadNumber as error:
        return error.finding
