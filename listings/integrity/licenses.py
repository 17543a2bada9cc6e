"""Licenses that look taken for the count: dozens of free ones in one hand, and those without a sign of use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from listings.integrity.facts import Found, Grant

MANY_FREE = "many_free"
NO_USE = "no_use"
FREE_FROM = 8  # free licenses of one firm
FIELDS_FROM = 4  # sections of the classification; a firm that makes one thing takes from few
DOZENS = 24  # so many look odd even within one field, where they are more than its people
HANDS = 10  # people for each license, above which a large house may simply be curious
SILENT_DAYS = 365


def many_free(grants: Sequence[Grant]) -> list[Found]:
    """Licensees that hold many free licenses, the stronger the more fields of technology they span."""
    held: dict[str, list[Grant]] = defaultdict(list)
    for grant in grants:
        if grant.free:
            held[grant.licensee].append(grant)
    return [found for licensee, rows in held.items() if (found := _many(licensee, rows))]


def _many(licensee: str, rows: list[Grant]) -> Found | None:
    sections = {row.field_of[:1] for row in rows if row.field_of}
    people = next((row.people for row in rows if row.people is not None), None)
    more_than_people = people is not None and len(rows) > people
    scattered = len(rows) >= FREE_FROM and len(sections) >= FIELDS_FROM
    if not scattered and not (len(rows) >= DOZENS and more_than_people):
        return None
    if people is not None and people > HANDS * len(rows):
        return None
    used = sum(bool(row.signs) for row in rows)
    score = 40 + min(30, len(rows)) + 5 * min(4, len(sections)) + (10 if more_than_people else 0)
    evidence = {
        "count": len(rows),
        "fields": sorted({row.field_of for row in rows if row.field_of}),
        "used": used,
        "people": people,
        "first": min(row.since for row in rows).isoformat(),
        "last": max(row.since for row in rows).isoformat(),
        "licenses": [row.key for row in rows][:60],
    }
    score = max(10, min(100, score - 40 * used // len(rows)))
    return Found(MANY_FREE, licensee, score, {"organization": licensee}, evidence)


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
