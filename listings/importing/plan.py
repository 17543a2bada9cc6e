"""The dry run: what storing each row of a sheet would do, by itself and against what is known. Works in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from listings.importing.reading import Reading, field_words, names_in, read_row, same_name
from listings.importing.remarks import Stored, blocks, note
from listings.models import ImportRow, ImportRun, LegalStatus, Outcome, Patent
from listings.rules import blocks_by_track
from marketplace.accounts.models import Organization
from marketplace.lib import terms

# Columns of Patent that a sheet may fill in or correct; a status is only ever stated with source and date.
PLAIN = (
    "title", "patentee", "inventors", "abstract", "publication_number", "ipc_main", "ipc", "filed_on", "granted_on",
)  # fmt: skip
DECLARED = ("status", "fees_paid_through")
STORED = (Outcome.NEW, Outcome.CHANGED)
ENDING_IN_A_PATENT = (*STORED, Outcome.SAME)
# What is said only against the patents we know, and therefore said again when they have changed.
_RELATED = ("co_owners", "encumbrances", "health_events")  # rows beside a patent that rules look at
_COMPARED = {"held_elsewhere", "adopts", "locked", "changes", "completes", "reference", "announcement_taken"}


@dataclass(slots=True)
class Planned:
    """One row and what would become of it. `changes` are columns of Patent with their new values."""

    row: ImportRow
    patent: Patent | None = None
    changes: dict[str, object] = field(default_factory=dict)

    def say(self, key: str, about: str = "", /, **values: object) -> None:
        """Add a remark."""
        self.row.findings.append(note(key, about, **values))


def look(run: ImportRun, rows: Sequence[ImportRow]) -> None:
    """Read the cells of rows as the run's columns say, then compare them with what is known; saves nothing."""
    for row in rows:
        reading = read_row(row.cells, run.mapping, row.answers)
        if run.organization:
            _owner(reading, run.organization)
        _term(reading)
        row.facts, row.findings = reading.facts, reading.remarks
        row.key = str(reading.facts.get("application_number", ""))
        row.announced = str(reading.facts.get("publication_number", ""))
    compare(run, rows)


def compare(run: ImportRun, rows: Sequence[ImportRow], *, gates: bool = True) -> list[Planned]:
    """What storing the rows would do to the patents that are known now; saves nothing."""
    known = _known(row.key for row in rows)
    taken = _announced_elsewhere(rows)
    planned = []
    for row in rows:
        row.findings = [stored for stored in row.findings if stored[0] not in _COMPARED]
        one = Planned(row)
        _announcement(one, taken)
        row.outcome = Outcome.REFUSED if blocks(row.findings) else Outcome.NEW
        if row.outcome == Outcome.NEW:
            _against_known(one, known.get(row.key), run.organization)
        if row.outcome != Outcome.REFUSED and run.organization is None:
            one.say("reference")
        # A refused row may name another owner's patent: it is not told which.
        row.patent = None if row.outcome == Outcome.REFUSED else one.patent
        row.gates = _gates(one, run) if gates and run.organization else {}
        planned.append(one)
    return planned


def _owner(reading: Reading, organization: Organization) -> None:
    """IMP-5: each row says itself whose patent it is."""
    patentee = str(reading.facts.get("patentee", ""))
    if "application_number" not in reading.facts and not patentee:
        return
    if not patentee:
        reading.say("patentee_missing", "patentee")
        return
    others = [name for name in names_in(patentee) if not same_name(name, organization.name)]
    if others:
        reading.facts["co_owners"] = others
    if len(others) == len(names_in(patentee)):
        reading.say("patentee_other", "patentee", patentee=patentee, organization=organization.name)


def _term(reading: Reading) -> None:
    """NUM-3: what has ended is said."""
    filed_on, kind = reading.day("filed_on"), str(reading.facts.get("kind", ""))
    if filed_on and kind:
        last = terms.last_day(kind, filed_on)
        reading.facts["last_day"] = last.isoformat()
        if last < terms.today():
            reading.say("ended", "filed_on", day=last)


def _known(numbers: Iterable[str]) -> dict[str, Patent]:
    wanted = sorted({number for number in numbers if number})
    found = Patent.objects.filter(application_number__in=wanted).select_related("organization")
    return {patent.application_number: patent for patent in found.prefetch_related(*_RELATED)}


def _announced_elsewhere(rows: Sequence[ImportRow]) -> dict[str, set[str]]:
    """The application numbers under which announcement numbers of these rows are stored already."""
    wanted = {str(number) for row in rows if (number := row.facts.get("publication_number"))}
    found: dict[str, set[str]] = {}
    stored = Patent.objects.filter(publication_number__in=sorted(wanted))
    for announced, number in stored.values_list("publication_number", "application_number"):
        found.setdefault(announced, set()).add(number)
    return found


def _announcement(one: Planned, taken: Mapping[str, set[str]]) -> None:
    """An announcement number that belongs to another patent here is left out."""
    announced = str(one.row.facts.get("publication_number", ""))
    if one.row.key and taken.get(announced, set()) - {one.row.key}:
        one.say("announcement_taken", "publication", number=announced)
        del one.row.facts["publication_number"]


def _against_known(one: Planned, patent: Patent | None, organization: Organization | None) -> None:
    """New, or what would change; another owner's patent is refused, hand-corrected columns stay (IMP-5)."""
    facts = one.row.facts
    if patent is None:
        one.changes = {name: facts[name] for name in PLAIN if name in facts}
        return
    one.patent = patent
    if patent.organization_id and patent.organization_id != (organization.pk if organization else None):
        one.say("held_elsewhere", "number")
        one.row.outcome = Outcome.REFUSED
        return
    adopted = organization is not None and patent.organization_id is None
    if adopted:
        one.say("adopts")
    for name in PLAIN:
        if name in facts:
            _column(one, patent, name, facts[name])
    declared = any(name in facts and facts[name] != _json(getattr(patent, name)) for name in DECLARED)
    one.row.outcome = Outcome.CHANGED if one.changes or adopted or declared else Outcome.SAME


def _column(one: Planned, patent: Patent, name: str, value: object) -> None:
    was = _json(getattr(patent, name))
    about = field_words(name)
    if was == value:
        return
    if name in patent.locked_fields:
        one.say("locked", about, field=about)
        return
    one.changes[name] = value
    if was:
        one.say("changes", about, field=about, was=_short(was), now=_short(value))
    else:
        one.say("completes", about, field=about, now=_short(value))


def _json(value: Any) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def values_of(changes: Mapping[str, object]) -> dict[str, Any]:
    """Columns of Patent with their Python values: days come as ISO text."""
    return {
        name: date.fromisoformat(str(value)) if name in ("filed_on", "granted_on") else value
        for name, value in changes.items()
    }


def fees_of(facts: Mapping[str, object]) -> int | None:
    """The patent year through which the annual fees are paid, where the sheet says so."""
    value = facts.get("fees_paid_through")
    return value if isinstance(value, int) else None


def _gates(one: Planned, run: ImportRun) -> dict[str, list[str]]:
    """Which rules of each track would forbid to offer the patent as it would stand after the import."""
    if one.row.outcome not in ENDING_IN_A_PATENT:
        return {}
    return {track.value: rules for track, rules in blocks_by_track(_as_stored(one, run)).items()}


def _as_stored(one: Planned, run: ImportRun) -> Patent:
    """The patent as the import would leave it; never saved."""
    facts, patent = one.row.facts, one.patent
    if patent is None:
        patent = Patent(pk=0, application_number=one.row.key, kind=str(facts["kind"]))
        patent._prefetched_objects_cache = dict.fromkeys(_RELATED, ())  # type: ignore[attr-defined]
    for name, value in values_of(one.changes).items():
        setattr(patent, name, value)
    patent.organization = run.organization
    patent.status = str(facts.get("status") or patent.status or LegalStatus.UNKNOWN)
    fees = fees_of(facts)
    patent.fees_paid_through = patent.fees_paid_through if fees is None else fees
    patent.last_day = patent.last_day_by_facts()
    return patent


def totals(counts: Mapping[str, int]) -> dict[str, int]:
    """Every outcome with its number, zeros included."""
    return {outcome.value: counts.get(outcome.value, 0) for outcome in Outcome}


__all__ = [
    "DECLARED", "ENDING_IN_A_PATENT", "PLAIN", "STORED", "Planned", "Stored", "compare", "fees_of", "look", "totals",
    "values_of",
]  # fmt: skip
