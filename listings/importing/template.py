"""Sheets to take away: an empty one to fill in, and the uploader's own with what has to be mended in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from listings.importing import remarks
from listings.importing.columns import FIELDS, HINT, evened
from listings.models import ImportRow, ImportRun, Outcome
from marketplace.lib import sheets
from marketplace.lib.findings import Severity
from marketplace.lib.sheets import Marked

# Our own columns, in the order of a certificate; the names are those that the import reads.
COLUMNS = (
    "title", "number", "publication", "filed_on", "granted_on", "patentee", "inventors", "ipc_main", "ipc", "status",
    "fees", "abstract", "note",
)  # fmt: skip
ROWS_A_PART = 5_000  # a sheet of so many rows is written in about a second


def empty() -> bytes:
    """A template (xlsx): the columns, and one invented row as an example."""
    example = {
        "title": "（示例，请删除本行）一种示例装置",
        "number": "ZL202110000001.0",
        "publication": "CN100000001B",
        "filed_on": "2021-03-15",
        "granted_on": "2023-05-02",
        "patentee": "示范理工大学;另一共有人",
        "inventors": "张某;李某",
        "ipc_main": "F27D 17/00",
        "ipc": "F27D 17/00;F22B 1/18",
        "status": "有效",
        "fees": "6",
        "abstract": "",
        "note": "",
    }
    header = [FIELDS[key].heading for key in COLUMNS]
    return sheets.write_xlsx("专利台账", header, [[example[key] for key in COLUMNS]])


def to_mend(run: ImportRun) -> QuerySet[ImportRow]:
    """The rows of the marked sheet: all of a short upload, those with something to mend of a long one."""
    rows = run.rows.order_by("number")
    if run.total <= ROWS_A_PART:
        return rows
    return rows.filter(Q(outcome=Outcome.REFUSED) | Q(outcome=Outcome.DOUBLE))


def parts(run: ImportRun) -> int:
    """In how many files the marked sheet comes; 0 where a long upload has nothing to mend."""
    return -(-to_mend(run).count() // ROWS_A_PART)


def corrected(run: ImportRun, part: int = 1) -> bytes:
    """The uploader's own rows and columns (xlsx), bad cells marked, and one more column: what to mend.

    It can be mended and uploaded again: the added column means nothing to the import.
    """
    columns = _Columns(run)
    rows = to_mend(run)[(part - 1) * ROWS_A_PART : part * ROWS_A_PART]
    table = [*run.preamble, columns.header()] if run.preamble else [columns.header()]
    return sheets.write_xlsx("专利台账", table[0], _rows(table[1:], rows, columns))


def _rows(head: Sequence[Sequence[str]], rows: QuerySet[ImportRow], columns: _Columns) -> Iterator[Sequence[str]]:
    yield from head
    for row in rows.iterator(chunk_size=1_000):
        yield columns.row(row)


class _Columns:
    """The columns of the upload, without hints of an earlier round, and with those for which answers were typed."""

    def __init__(self, run: ImportRun) -> None:
        """Look at the header, or make one up."""
        self.run = run
        width = len(run.header) or max(
            (len(cells) for cells in run.rows.values_list("cells", flat=True)[:200]), default=0
        )
        names = [run.header[at] if at < len(run.header) else self._made_up(at) for at in range(width)]
        self.places = [at for at, name in enumerate(names) if evened(name) != evened(HINT)]
        self.names = names
        answered = {key for told in run.rows.exclude(answers={}).values_list("answers", flat=True) for key in told}
        self.added = sorted(answered - set(run.mapping.values()))

    def _made_up(self, at: int) -> str:
        key = self.run.mapping.get(str(at), "")
        return FIELDS[key].heading if key else f"列{at + 1}"

    def header(self) -> list[str]:
        """The names, then what was added."""
        return [*(self.names[at] for at in self.places), *(FIELDS[key].heading for key in self.added), HINT]

    def row(self, row: ImportRow) -> list[str]:
        """The cells as they came, with typed answers, bad ones marked; then what to mend."""
        told = [one for one in map(remarks.told, row.findings) if one.severity is not Severity.INFO]
        bad = {one.field for one in told}
        cells = []
        for at in self.places:
            key = self.run.mapping.get(str(at), "")
            text = row.answers.get(key) or (row.cells[at] if at < len(row.cells) else "")
            cells.append(Marked(text) if key in bad else text)
        cells += [row.answers.get(key, "") for key in self.added]
        words = (
            _("%(column)s: %(message)s %(remedy)s (%(rule)s)")
            % {
                "column": remarks.column_words(one.field),
                "message": one.message,
                "remedy": one.remedy,
                "rule": one.rule,
            }
            for one in told
        )
        return [*cells, "\n".join(words)]
