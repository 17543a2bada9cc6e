"""Licenses that look taken for the count: dozens of free ones in one hand, and those without a sign of use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from listings.integrity.facts import Found, Grant

MANY_FREE = "many_free"
NO_USE = "no_use"
FREE_FROM = 10  # free licenses of one firm
FIELDS_FROM = 4  # fields of technology; a firm that makes one thing takes few
SILENT_DAYS = 365


def many_free(grants: Sequence[Grant]) -> list[Found]:
    """Licensees that hold many free licenses, the stronger the more fields of technology they span."""
    held: dict[str, list[Grant]] = defaultdict(list)
    for grant in grants:
        if grant.free:
            held[grant.licensee].append(grant)
    found = []
    for licensee, rows in held.items():
        fields = sorted({row.field_of for row in rows if row.field_of})
        people = next((row.people for row in rows if row.people is not None), None)
        few_hands = people is not None and len(rows) > people
        if len(rows) < FREE_FROM and not (few_hands and len(fields) >= FIELDS_FROM and len(rows) >= FREE_FROM // 2):
            continue
        used = sum(bool(row.signs) for row in rows)
        score = 40 + min(30, len(rows)) + 5 * min(4, len(fields)) + (10 if few_hands else 0) - 40 * used // len(rows)
        evidence = {
            "count": len(rows),
            "fields": fields,
            "used": used,
            "people": people,
            "first": min(row.since for row in rows).isoformat(),
            "last": max(row.since for row in rows).isoformat(),
            "licenses": [row.key for row in rows][:60],
        }
        found.append(Found(MANY_FREE, licensee, max(10, min(100, score)), {"organization": licensee}, evidence))
    return found


def no_use(grants: Sequence[Grant], on: date) -> list[Found]:
    """Licenses in force for a year without a payment, a report or a question: "use confirmed" is what counts."""
    found = []
    for grant in grants:
        days = (on - grant.since).days
        if grant.signs or days < SILENT_DAYS:
            continue
        score = min(90, 40 + 10 * (days // SILENT_DAYS) + (15 if grant.free else 0))
        evidence = {"license": grant.key, "since": grant.since.isoformat(), "days": days, "free": grant.free}
        subjects = {"organization": grant.licensee, "other_organization": grant.licensor}
        found.append(Found(NO_USE, grant.key, score, subjects, evidence))
    return found
