"""What an office types into the sheets it gets: dates, the register's statements, stories (all invented)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.browser.tour_data import today

OFFERS = 20
NUMBER = re.compile(r"(?:ZL|CN)?\s*((?:19|20)\d{2})\s*\d?\s*\d{7}\s*\.?\s*[\dX]?", re.IGNORECASE)
STORY: dict[str, str] = {
    "一句话说清楚": "质检不再靠人眼，漏检少一半（示例）",
    "解决的问题": "人盯着屏幕看八小时，眼睛花了就漏检，客户退货还要赔钱（示例）。",
    "适用产品": "流水线相机, 质检台（示例）",
    "量的是什么": "漏检率",
    "现在的做法": "4 %",
    "用这件专利": "2 %",
    "这些数字的来源": "示例：试验记录第 3 页",
    "采用的成本和时间": "约 3 万元，两周装完（示例）。",
    "还需要什么": "一台普通相机。",
    "成熟度（1-9）": "6",
    "成熟度依据": "示例：中试报告",
    "联系人": "示例",
    "电话": "000-0000000",
    "邮箱": "head@supply.example",
}


def rows_of(data: bytes) -> list[list[str]]:
    """The first sheet as texts."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return [[str(cell).strip() for cell in row] for row in sheet.to_python()]


def written(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows as a workbook."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            page.write_string(at, column, str(value))
    book.close()
    return out.getvalue()


def _header(rows: list[list[str]], *names: str) -> tuple[int, list[int]]:
    """The row of the header, and the places of some of its columns."""
    for at, row in enumerate(rows[:20]):
        if all(name in row for name in names):
            return at, [row.index(name) for name in names]
    raise AssertionError(f"no header with {names} in {rows[:4]}")


def filled_inventory(marked: bytes) -> bytes:
    """The marked sheet with what it lacks: class, filed in June of the number's year, granted two years later."""
    rows = rows_of(marked)
    at, (number, granted) = _header(rows, "专利号", "授权日期")
    rows[at] += ["主分类号", "申请日"]
    width = len(rows[at])
    for row in rows[at + 1 :]:
        found = NUMBER.search(row[number])
        row += [""] * (width - len(row))
        if found:
            year = int(found[1])
            row[granted] = row[granted] or str(min(date(year + 2, 3, 1), today() - timedelta(days=30)))
            row[width - 2 :] = ["G06V 20/40", str(date(year, 6, 11))]
    return written(rows)


def used_numbers(inventory: bytes) -> list[str]:
    """The patent numbers of an inventory."""
    rows = rows_of(inventory)
    at, (number,) = _header(rows, "专利号")
    return [row[number] for row in rows[at + 1 :] if NUMBER.search(row[number])]


def statuses(inventory: bytes) -> bytes:
    """The register's statement about each: in force, fees paid for the year that runs."""
    told = [["专利号", "法律状态", "已缴年费年度"]]
    for number in used_numbers(inventory):
        found = NUMBER.search(number)
        year = today().year - int(found[1]) + 1 if found else 1
        told.append([number, "有效", str(year)])
    return written(told)


def filled_stories(handed_out: bytes, *, enough: bool) -> bytes:
    """The sheet of stories filled in: a sentence only, or all that a factory owner wants to know."""
    rows = rows_of(handed_out)
    header = rows[0]
    missing = set(STORY) - set(header)
    if missing:
        raise AssertionError(f"the sheet of stories has no {missing}, but {header}")
    for row in rows[1:]:
        for name, text in list(STORY.items())[: None if enough else 1]:
            row[header.index(name)] = text
    return written(rows)
