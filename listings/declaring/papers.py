"""Declarations as PDF (PDF/A-2a, PDF/UA-1) and as a sheet of many patents."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from listings.declaring.facts import Stated, declaration, withdrawal
from listings.models import Listing
from marketplace.lib import papers, sheets

BRAND = "开许"
NOTE = (
    "本件按《专利法实施细则》第85条和《专利审查指南》第五部分第十一章所列事项整理，供提交时核对；向国家知识产权局办理时，"
    "以其当时的标准表格为准。"
)
MARK = "示例 · TEST · 无法律效力"
DATED = "日期：　　　　　年　　　月　　　日"
NUMERALS = "一二三四五六七八九十"
COLUMNS = (
    "专利号", "名称", "专利类型", "申请日", "授权公告日", "专利权届满日", "专利权人", "统一社会信用代码",
    "支付方式", "标准", "入门费", "提成", "支付时间", "许可期限", "联系人", "电话", "电子邮箱", "通信地址",
    "说明（不超过2000字）", "专利权评价报告", "共有人同意", "收款账户", "技术指导", "许可类型", "承诺",
)  # fmt: skip


def pdf(stated: Sequence[Stated]) -> bytes:
    """One or several declarations in one file, each on pages of its own; equal facts give equal bytes.

    Raises lib.papers.CannotPrint, and ValueError for none at all.
    """
    if not stated:
        raise ValueError("nothing is declared")
    day = max(one.dated for one in stated)
    title = stated[0].title if len(stated) == 1 else f"{stated[0].title}（共{len(stated)}件）"
    data = {
        "title": title,
        "brand": BRAND,
        "mark": MARK if settings.DEMO else "",
        "footer": title,
        "note": NOTE,
        "date": [day.year, day.month, day.day],
        "papers": [_paper(one) for one in stated],
    }
    return papers.compile(_template(), {"data": json.dumps(data, ensure_ascii=False)})


def _paper(stated: Stated) -> dict[str, object]:
    return {
        "title": papers.printable(stated.title),
        "number": stated.number,
        "items": [
            [f"{NUMERALS[place]}、{heading}", [[papers.printable(part) for part in line] for line in lines]]
            for place, (heading, lines) in enumerate(stated.items)
        ],
        "signing": [papers.printable(f"专利权人（签章）：{name}") for name in stated.signers] + [DATED],
    }


@cache
def _template() -> str:
    return Path(__file__).with_name("paper.typ").read_text(encoding="utf-8")


def workbook(stated: Iterable[Stated]) -> bytes:
    """Many declarations in one sheet, a row each; every cell is text (WEB-5)."""
    return sheets.write_xlsx("专利开放许可声明", COLUMNS, (_row(one) for one in stated))


def _row(stated: Stated) -> list[str]:
    told: dict[str, str] = {}
    agreed = []
    for _heading, lines in stated.items:
        for label, text in lines:
            if label.startswith("共有人 "):
                agreed.append(f"{label.removeprefix('共有人 ')}：{text}")
            else:
                told.setdefault(label, text)
    told["共有人同意"] = "；".join(agreed)
    return [told.get(column, "") for column in COLUMNS]


def declarations(listings: Iterable[Listing], on: date) -> list[Stated]:
    """The declarations of several listings, in their order. Raises Refused where one's terms are not written."""
    return [declaration(listing, on) for listing in listings]


__all__ = ["declaration", "declarations", "pdf", "withdrawal", "workbook"]
