"""Sheets to take away: an empty one to fill in, and an uploaded one as it was understood, with what to correct."""

from __future__ import annotations

from django.utils.translation import gettext as _

from listings.importing import remarks
from listings.importing.columns import FIELDS
from listings.models import ImportRow, ImportRun
from marketplace.lib import sheets
from marketplace.lib.findings import Severity
from marketplace.lib.numbers import patent_number

# Our own columns, in the order of a certificate; the names are those that the import reads.
COLUMNS = (
    "title", "number", "publication", "filed_on", "granted_on", "patentee", "inventors", "ipc_main", "ipc", "status",
    "fees", "abstract", "note",
)  # fmt: skip
_HINT = "需要核对的内容"  # a column of this name means nothing to the import
_FACTS = {"number": "application_number", "publication": "publication_number", "fees": "fees_paid_through"}


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
    return sheets.write_xlsx("专利台账", _header(), [[example[key] for key in COLUMNS]])


def corrected(run: ImportRun) -> bytes:
    """The upload in our layout (xlsx): what was read, and for each row what has to be looked at."""
    rows = [[*_row(row), _hints(row)] for row in run.rows.order_by("number")]
    return sheets.write_xlsx("专利台账", [*_header(), _HINT], rows)


def _header() -> list[str]:
    return [FIELDS[key].heading for key in COLUMNS]


def _row(row: ImportRow) -> list[str]:
    """What was understood; where nothing was, the cell as it came, so that nothing typed is lost."""
    cells: dict[str, str] = {}
    for place, key in row.run.mapping.items():
        text = row.cells[int(place)] if int(place) < len(row.cells) else ""
        cells[key] = cells.get(key) or text
    return [_cell(row, key, cells.get(key, "")) for key in COLUMNS]


def _cell(row: ImportRow, key: str, raw: str) -> str:
    value = row.facts.get(_FACTS.get(key, key))
    if key == "number" and value:
        return patent_number(str(value))
    if key == "status" or not value:
        return raw or str(row.answers.get(key, ""))
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _hints(row: ImportRow) -> str:
    told = (remarks.told(stored) for stored in row.findings)
    return "\n".join(
        _("%(column)s: %(message)s %(remedy)s")
        % {"column": remarks.column_words(one.field), "message": one.message, "remedy": one.remedy}
        for one in told
        if one.severity is not Severity.INFO
    )
