"""The dry run: what storing each row of a sheet would do, row against row and against what is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from listings.importing.reading import Reading, field_words, names_in, read_row, same_name
from listings.importing.remarks import Stored, blocks, note
from listings.models import ImportRow, ImportRun, Outcome, Patent
from marketplace.accounts.models import Organization
from marketplace.lib import terms

# Columns of Patent that a sheet may fill in or correct; a status is only ever stated with source and date.
PLAIN = (
    "title", "patentee", "inventors", "abstract", "publication_number", "ipc_main", "ipc", "filed_on", "granted_on",
)  # fmt: skip
DECLARED = ("status", "fees_paid_through")
_CHUNK = 500


@dataclass(slots=True)
class Planned:
    """One row with its reading and what would become of it. `changes` are columns of Patent with their new values."""

    row: ImportRow
    reading: Reading
    outcome: Outcome = Outcome.NEW
    patent: Patent | None = None
    changes: dict[str, object] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The application number, '' where it is unreadable."""
        return str(self.reading.facts.get("application_number", ""))

    @property
    def remarks(self) -> list[Stored]:
        """What is said about the row."""
        return self.reading.remarks


def plan(run: ImportRun) -> list[Planned]:
    """Look at every row of a staged sheet; changes nothing."""
    planned = [Planned(row, read_row(row.cells, run.mapping, row.answers)) for row in run.rows.order_by("number")]
    if run.organization:
        for one in planned:
            _owner(one, run.organization)
    _doubles(planned)
    _announcements(planned)
    known = _known(one.number for one in planned)
    for one in planned:
        if not blocks(one.remarks) and one.outcome != Outcome.DOUBLE:
            _against_known(one, known.get(one.number), run.organization)
        _term(one, reference=run.organization is None)
        if blocks(one.remarks):
            one.outcome = Outcome.REFUSED
    _announcements_taken(planned)
    return planned


def save(run: ImportRun, planned: Sequence[Planned]) -> dict[str, int]:
    """Keep what the dry run found beside the rows; returns the counts by outcome."""
    counts: dict[str, int] = defaultdict(int)
    for one in planned:
        one.row.outcome, one.row.facts, one.row.findings = one.outcome, one.reading.facts, one.remarks
        # A refused row may name another owner's patent: it is not told which.
        one.row.patent = None if one.outcome == Outcome.REFUSED else one.patent
        counts[one.outcome.value] += 1
    ImportRow.objects.bulk_update(
        [one.row for one in planned], ["outcome", "facts", "findings", "patent"], batch_size=_CHUNK
    )
    run.counts = dict(counts)
    run.save(update_fields=["counts"])
    return dict(counts)


def _owner(one: Planned, organization: Organization) -> None:
    """IMP-5: each row says itself whose patent it is."""
    if "application_number" not in one.reading.facts and not one.reading.facts.get("patentee"):
        return
    patentee = str(one.reading.facts.get("patentee", ""))
    if not patentee:
        one.reading.say("patentee_missing", "patentee")
    elif not any(same_name(name, organization.name) for name in names_in(patentee)):
        one.reading.say("patentee_other", "patentee", patentee=patentee, organization=organization.name)


def _doubles(planned: Iterable[Planned]) -> None:
    """IMP-2: one patent, one row, whatever the spelling; the first row that is not refused counts."""
    first: dict[str, Planned] = {}
    for one in planned:
        if not one.number or blocks(one.remarks):
            continue
        earlier = first.setdefault(one.number, one)
        if earlier is not one:
            same = earlier.reading.facts.get("title") == one.reading.facts.get("title")
            one.reading.say("double" if same else "double_differs", "number", row=earlier.row.number)
            one.outcome = Outcome.DOUBLE


def _announcements(planned: Iterable[Planned]) -> None:
    """One announcement number under two application numbers is wrong in at least one of them: it is left out of all."""
    rows: dict[str, list[Planned]] = defaultdict(list)
    for one in planned:
        if number := str(one.reading.facts.get("publication_number", "")):
            rows[number].append(one)
    for number, several in rows.items():
        if len({one.number for one in several}) > 1:
            for one in several:
                told = ", ".join(str(other.row.number) for other in several)
                one.reading.say("announcement_doubled", "publication", number=number, rows=told)
                del one.reading.facts["publication_number"]


def _announcements_taken(planned: Sequence[Planned]) -> None:
    """The same against what is stored already."""
    wanted = {str(n): one for one in planned if (n := one.reading.facts.get("publication_number"))}
    for chunk in _chunks(list(wanted)):
        for patent in Patent.objects.filter(publication_number__in=chunk):
            one = wanted[patent.publication_number]
            if one.number and patent.application_number != one.number:
                one.reading.say("announcement_taken", "publication", number=patent.publication_number)
                one.reading.facts.pop("publication_number", None)
                one.changes.pop("publication_number", None)


def _known(numbers: Iterable[str]) -> dict[str, Patent]:
    wanted = sorted({number for number in numbers if number})
    return {
        patent.application_number: patent
        for chunk in _chunks(wanted)
        for patent in Patent.objects.filter(application_number__in=chunk)
    }


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _against_known(one: Planned, patent: Patent | None, organization: Organization | None) -> None:
    """New, or what would change; another owner's patent is refused, hand-corrected columns stay (IMP-5)."""
    facts = one.reading.facts
    if patent is None:
        one.changes = {name: facts[name] for name in PLAIN if name in facts}
        return
    one.patent = patent
    if patent.organization_id and patent.organization_id != (organization.pk if organization else None):
        one.reading.say("held_elsewhere", "number")
        return
    adopted = organization is not None and patent.organization_id is None
    if adopted:
        one.reading.say("adopts")
    for name in PLAIN:
        if name in facts:
            _column(one, patent, name, facts[name])
    declared = any(name in facts and facts[name] != _json(getattr(patent, name)) for name in DECLARED)
    one.outcome = Outcome.CHANGED if one.changes or adopted or declared else Outcome.SAME


def _column(one: Planned, patent: Patent, name: str, value: object) -> None:
    was = _json(getattr(patent, name))
    about = field_words(name)
    if was == value:
        return
    if name in patent.locked_fields:
        one.reading.say("locked", about, field=about)
        return
    one.changes[name] = value
    if was:
        one.reading.say("changes", about, field=about, was=_short(was), now=_short(value))
    else:
        one.reading.say("completes", about, field=about, now=_short(value))


def _json(value: Any) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _term(one: Planned, *, reference: bool) -> None:
    """NUM-3, and that a reference record is never on offer."""
    filed_on, kind = one.reading.day("filed_on"), str(one.reading.facts.get("kind", ""))
    if filed_on and kind:
        last = terms.last_day(kind, filed_on)
        if last < terms.today():
            one.remarks.append(note("ended", "filed_on", day=last))
    if reference and not blocks(one.remarks):
        one.remarks.append(note("reference"))


def totals(counts: Mapping[str, int]) -> dict[str, int]:
    """Every outcome with its number, zeros included."""
    return {outcome.value: counts.get(outcome.value, 0) for outcome in Outcome}
