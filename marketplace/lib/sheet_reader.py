"""Reads one spreadsheet from standard input in a process of its own and writes its cells as JSON lines.

`sheets` starts it with hard limits of memory and time, because a file of a few kilobytes can claim billions of cells
(IMP-3). It imports nothing of the site. Arguments: most rows, most columns, most characters altogether. Blanks around
texts and empty cells at the end of a row are taken off. Exit codes: 0 read, 3 too big, 4 protected by a password,
5 nothing in it, anything else: not readable.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import resource
import sys
from typing import Any

MEMORY = 768 * 2**20  # bytes of address space; the process itself takes about 60 MB
SECONDS = 20  # of processor time
TOO_BIG, PROTECTED, EMPTY = 3, 4, 5


def text_of(cell: object) -> str:
    """A cell as people see it: whole numbers without point, days as 2026-11-24."""
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case dt.datetime():
            day = cell.date().isoformat()
            return day if cell.time() == dt.time() else f"{day} {cell.time().isoformat('seconds')}"
        case dt.date():
            return cell.isoformat()
        case _:
            return str(cell)


def texts_of(row: list[object]) -> list[str]:
    """The cells of a row as texts, without what is empty at its end."""
    cells = [cell.strip() if type(cell) is str else text_of(cell).strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def opened() -> Any:
    """The first visible sheet with something in it; None where there is none."""
    import python_calamine as calamine

    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    for meta in book.sheets_metadata:
        if meta.typ == calamine.SheetTypeEnum.WorkSheet and meta.visible == calamine.SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_name(meta.name)
            if sheet.end is not None:
                return sheet
    return None


def main() -> int:
    """Read standard input, write a line with the sheet's name and then one line for each row."""
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (most, most))
    import python_calamine as calamine

    rows_most, columns_most, characters_left = (int(argument) for argument in sys.argv[1:4])
    try:
        sheet = opened()
    except calamine.PasswordError:
        return PROTECTED
    if sheet is None:
        return EMPTY
    last_row, last_column = sheet.end
    if last_row >= rows_most or last_column >= columns_most:
        return TOO_BIG
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace", write_through=False)
    encode = json.JSONEncoder(ensure_ascii=False).encode
    out.write(encode(sheet.name) + "\n")
    # iter_rows begins at the first row; rows are numbered as people see them in their program.
    for row in sheet.iter_rows():
        cells = texts_of(row)
        characters_left -= sum(map(len, cells))
        if characters_left < 0:
            return TOO_BIG
        out.write(encode(cells) + "\n")
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
