"""The names an agreement is known by outside: its reference and the code on its papers."""

from __future__ import annotations

from django.db.models import F

from marketplace.lib import terms
from marketplace.lib.readable import characters
from marketplace.licensing.models import ReferenceCounter


def next_reference() -> str:
    """KX-2026-00417: the next number of the year. Needs a transaction; holds the year's row until it ends."""
    year = terms.today().year
    ReferenceCounter.objects.get_or_create(year=year)
    ReferenceCounter.objects.filter(year=year).update(last=F("last") + 1)
    number = ReferenceCounter.objects.values_list("last", flat=True).get(year=year)
    return f"KX-{year}-{number:05d}"


def new_verify_code() -> str:
    """Twelve random characters (59 bits) in groups of four: K7QF-M2XR-9TPD. Nobody finds a paper by guessing."""
    text = characters(12)
    return "-".join((text[:4], text[4:8], text[8:]))
