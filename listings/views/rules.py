"""The rules catalog, straight from the table."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings.rules import RULES, Rule
from listings.rules.needs import Needs, needs_of
from listings.states import STEPS


def _place(name: str) -> tuple[str, str]:
    """Rules by number: GATE-2 before GATE-10."""
    start, _dash, number = name.partition("-")
    return start, number.zfill(3)


def chapters() -> list[tuple[str, list[tuple[Rule, Needs]]]]:
    """The rules by chapter, each with its heading in the reader's language, and each rule with what it looks at."""
    headings = {
        "TRACK": _("Two tracks, never mixed"),
        "GATE": _("The gate of the open license"),
        "DECL": _("The declaration"),
        "PRESET": _("The gate of the preset license"),
        "INST": _("Institutions"),
        "LIC": _("Offer and contract"),
        "NUM": _("Numbers and dates"),
        "STORY": _("What a reader is told"),
    }
    return [
        (words, [(RULES[name], needs_of(name)) for name in sorted(RULES, key=_place) if name.split("-")[0] == start])
        for start, words in headings.items()
    ]


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule: id, what it needs, what it does, where it is written; and the steps of a listing."""
    return render(request, "listings/rules.html", {"chapters": chapters(), "steps": list(STEPS.items())})
