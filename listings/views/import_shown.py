"""What the page of an upload shows: its rows, its columns, what still stands between a patent and an offer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from listings.importing import remarks, template
from listings.importing.columns import FIELDS
from listings.importing.plan import ENDING_IN_A_PATENT, totals
from listings.models import ImportRow, ImportRun, ImportState, Outcome, Track
from listings.rules import RULES
from marketplace.accounts.requests import PersonRequest
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.numbers import patent_number

ROWS_A_PAGE = 50
_ASKED = "asked"  # rows whose filing date is missing


class ShownRow(NamedTuple):
    """A row of the sheet with what is said about it, in words."""

    row: ImportRow
    title: str
    number: str
    tone: str
    findings: list[Finding]  # what has to be mended or checked
    notes: list[Finding]  # what is only good to know
    asks_filing_date: bool


class Column(NamedTuple):
    """A column of the sheet: its place as people count, its name, some of its cells, what it is taken for."""

    place: str
    heading: str
    samples: list[str]
    field: str


def page(request: PersonRequest, run: ImportRun) -> dict[str, Any]:
    """The template's context."""
    counts = totals(run.counts)
    asking = _asking(run.rows.all())
    show = request.GET.get("show", "")
    rows = run.rows.all()
    if show == _ASKED:
        rows = asking
    elif show in Outcome.values:
        rows = rows.filter(outcome=show)
    shown = Paginator(rows.select_related("patent").order_by("number"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    asked = asking.count()
    return {
        "run": run,
        "counts": counts,
        "storing": counts["new"] + counts["changed"],
        "asked": asked,
        "filters": _filters(run, counts, asked, show),
        "page": shown,
        "rows": [_shown(row, staged=run.state == ImportState.STAGED) for row in shown],
        "columns": _columns(run),
        "parts": range(1, template.parts(run) + 1),
        "gates": _gates(run),
        "fields": [(key, field.label) for key, field in FIELDS.items()],
        "is_staged": run.state == ImportState.STAGED,
    }


def _asking(rows: QuerySet[ImportRow]) -> QuerySet[ImportRow]:
    return rows.filter(outcome__in=ENDING_IN_A_PATENT, facts__filed_on__isnull=True)


def _filters(run: ImportRun, counts: dict[str, int], asked: int, show: str) -> list[tuple[str, str, bool]]:
    """Ways to show the rows: words with a count, address, whether it is the present one."""
    base = run.get_absolute_url()
    made = [(_counted(_("All rows"), sum(counts.values())), base, show == "")]
    for value, count in counts.items():
        if count:
            made.append((_counted(Outcome(value).label, count), f"{base}?show={value}", show == value))
    if asked:
        made.append((_counted(_("Filing date missing"), asked), f"{base}?show={_ASKED}", show == _ASKED))
    return made


def _counted(what: object, count: int) -> str:
    return _("%(what)s (%(count)d)") % {"what": what, "count": count}


_TONES = {"new": "good", "changed": "open", "same": "plain", "double": "warn", "refused": "stop"}


def _shown(row: ImportRow, *, staged: bool) -> ShownRow:
    facts = row.facts
    raw = " · ".join(cell for cell in row.cells if cell)[:80]
    findings = []
    for stored in row.findings:
        told = remarks.told(stored)
        about = _("%(column)s: %(message)s") % {"column": remarks.column_words(told.field), "message": told.message}
        findings.append(replace(told, message=about))
    order = [Severity.BLOCK, Severity.WARN, Severity.INFO]
    findings.sort(key=lambda one: order.index(one.severity))
    return ShownRow(
        row=row,
        title=str(facts.get("title") or raw),
        number=patent_number(str(facts.get("application_number", ""))),
        tone=_TONES.get(row.outcome, "plain"),
        findings=[one for one in findings if one.severity is not Severity.INFO],
        notes=[one for one in findings if one.severity is Severity.INFO],
        asks_filing_date=staged and row.outcome in ENDING_IN_A_PATENT and _is_asked(row),
    )


def _is_asked(row: ImportRow) -> bool:
    """Whether the sheet itself gives no filing date, so that what was typed can still be changed."""
    asked = "filed_on" not in row.facts or bool(row.answers)
    return asked and bool(row.facts.get("application_number"))


def _columns(run: ImportRun) -> list[Column]:
    first = [row.cells for row in run.rows.order_by("number")[:3]]
    width = max((len(cells) for cells in first), default=0)
    made = []
    for place in range(width):
        samples = [text[:40] for cells in first if place < len(cells) and (text := cells[place])]
        heading = run.header[place] if place < len(run.header) else ""
        if heading or samples:
            name = heading or _("Column %(number)d") % {"number": place + 1}
            made.append(Column(str(place), name, samples, run.mapping.get(str(place), "")))
    return made


class Gate(NamedTuple):
    """One rule that still forbids an offer, and for how many rows."""

    rule: str
    title: str
    needs: str
    rows: int


class TrackGates(NamedTuple):
    """A track: how many rows it would take as they are, and what the others lack."""

    track: str
    ready: int
    lacking: list[Gate]


def _gates(run: ImportRun) -> list[TrackGates]:
    made = []
    for track in (Track.PRESET, Track.OPEN):
        told = dict(run.gates.get(track.value, {}))
        ready = told.pop("", 0)
        lacking = [
            Gate(rule, str(RULES[rule].title), str(RULES[rule].needs), rows)
            for rule, rows in sorted(told.items(), key=lambda pair: -pair[1])
            if rule in RULES
        ]
        if ready or lacking:
            made.append(TrackGates(str(track.label), ready, lacking))
    return made
