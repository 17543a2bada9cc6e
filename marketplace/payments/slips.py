"""Payment slips: the reference that a transfer carries, and finding again what it names."""

from __future__ import annotations

import re
import unicodedata

from django.conf import settings

from marketplace.accounts.models import Organization
from marketplace.licensing.models import Obligation

_REFERENCE = re.compile(r"(?:^|[^A-Z0-9])(KX-?\d{4}-?\d{3,10})-(\d{1,3})(?!\d)")


def reference_of(obligation: Obligation) -> str:
    """The reference of a transfer for this obligation: the agreement's, and which of its obligations this is.

    Obligations are never deleted, so the number stays the same.
    """
    earlier = Obligation.objects.filter(agreement=obligation.agreement_id, pk__lte=obligation.pk).count()
    return f"{obligation.agreement.reference}-{earlier}"


def find(text: str, licensor: Organization) -> Obligation | None:
    """The obligation towards `licensor` that a payer's words name; None when they name none (PAY-12).

    Tolerant of full-width characters, small letters and blanks, of nothing else.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text).upper()).replace("—", "-").replace("–", "-")
    names = set(_REFERENCE.findall(plain))
    if len(names) != 1:
        return None  # two references in one text are for a person to sort out
    reference, number = names.pop()
    owed = (
        Obligation.objects.filter(agreement__reference=reference, agreement__licensor=licensor)
        .select_related("agreement__licensee", "agreement__licensor")
        .order_by("pk")
    )
    place = int(number) - 1
    return owed[place : place + 1].first() if place >= 0 else None


def needs_second_person(amount_minor: int) -> bool:
    """Whether an arrival of this size is confirmed by two people (PAY-13)."""
    limit: int = settings.SECOND_PERSON_FROM_MINOR
    return amount_minor >= limit
