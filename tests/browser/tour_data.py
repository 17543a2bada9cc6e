"""What the tour brings along: invented patents in the layout of a department's own sheet, texts and scans."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from python_calamine import load_workbook

UNIVERSITY = "巡检示范大学"
FIRM = "巡检示例铸造厂"
PASSWORD = "kaixu-tour-2026-x"
NAMES = ("专利权人", "申请（专利权）人", "申请人")


@dataclass(frozen=True, slots=True)
class Offer:
    """One of the three offers: its patent's title, the story a factory owner reads, and how he would ask for it."""

    key: str
    title: str
    ipc: str
    headline: str
    problem: str
    sentence: str
    industry: str


OFFERS = (
    Offer(
        "open", "一种熔体流量闭环控制装置", "B22D 37/00", "每一勺都一样重，料头少三成",
        "浇铸的时候铁水有时多有时少，工人凭手感倒，铸件不是缺肉就是满溢，废品堆了一院子。",
        "铁水倒多倒少凭手感，废品太多", "nonferrous",
    ),
    Offer(
        "free", "基于声发射的回转支承状态辨识方法", "G01M 13/04", "提前两周知道轴承要坏",
        "大轴承突然卡死，半夜停产，配件要等十天。坏之前其实有细小的响声，人耳听不见。",
        "半夜突然卡死停产，配件等十天", "equipment",
    ),
    Offer(
        "cheap", "多孔陶瓷复合滤芯及其烧制工艺", "B01D 39/20", "滤芯能洗，一年少换十次",
        "车间灰大，布袋两个月就糊死，换一次要爬高停机，还得当危废处理。",
        "布袋糊死老要爬高换", "environment",
    ),
)  # fmt: skip


def check_digit(digits: str) -> str:
    """The check digit of an application number, reckoned here on its own."""
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    rest = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def sheet() -> bytes:
    """A sheet as departments keep them: a title above the header, mixed spellings, no filing dates, one bad row."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("专利台账")
    page.write(0, 0, "学院专利台账（在册，示例）")
    for column, name in enumerate(("序号", "成果名称", "专利号", "授权公告号", "授权日期", "专利权人", "备注")):
        page.write(2, column, name)
    for row, offer in enumerate(OFFERS, start=1):
        digits = f"2019199800{row:02d}"
        number = f"{digits}.{check_digit(digits)}"
        spelled = (f"ZL{number}", number, f"ZL {number[:4]} {number[4]} {number[5:]}")[row - 1]
        told = (row, offer.title, spelled, f"CN19980{row:04d}B", f"2021-0{row}-15", UNIVERSITY, "示例")
        for column, value in enumerate(told):
            page.write(2 + row, column, value)
    for column, value in enumerate((4, "一种尚未授权的装置", "202419980099.0", "", "", UNIVERSITY, "实审中")):
        page.write(6, column, value)
    book.close()
    return out.getvalue()


def patentee(file: Path) -> str:
    """The patentee most rows of a sheet name: the university that brings it in."""
    rows = load_workbook(str(file)).get_sheet_by_index(0).to_python()
    for header in rows[:10]:
        for name in NAMES:
            if name in header:
                column = header.index(name)
                names = Counter(str(row[column]).strip() for row in rows[rows.index(header) + 1 :] if row[column])
                return names.most_common(1)[0][0]
    raise SystemExit(f"{file}: no column of patentees was found ({', '.join(NAMES)}).")


def today() -> date:
    """The day in Shanghai, where the law's days run."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def scan(title: str) -> bytes:
    """A one-page PDF that stands for a scan."""
    from marketplace.demo import evidence

    return evidence.page(title)
