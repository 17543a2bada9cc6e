"""Inventories of any length, invented: numbers with right check digits, and the spread of a technical university's.

The spread (years, kinds, lengths of titles and abstracts, co-owners, what is missing) follows counts taken from real
sheets; no word of them is used.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from marketplace.lib.numbers import application_check_digit, patent_number

HEADER = (
    "专利名称", "专利号", "授权公告号", "申请日", "授权公告日", "专利权人", "发明人", "主分类号", "分类号", "法律状态",
    "年费已缴至第几年", "摘要", "所属学院",
)  # fmt: skip
_KINDS, _KIND_WEIGHTS = "123", (72, 25, 3)
_YEARS, _YEAR_WEIGHTS = range(2015, 2024), (4, 6, 8, 11, 14, 16, 17, 15, 9)
_CLASSES = ("F27D 17/00", "C22B 7/00", "G06F 17/30", "H01M 10/54", "B01D 53/04", "C02F 1/44", "G01N 21/64", "A61K 31/7")
_WHAT = ("回收", "检测", "控制", "制备", "分离", "冷却", "干燥", "成型", "监测", "焊接", "过滤", "输送")
_OF = ("余热", "烟气", "废水", "铝灰", "电解液", "粉尘", "铜渣", "电池", "图像", "轴承", "炉渣", "薄膜")
_SORTS = ("方法", "装置", "系统", "设备", "组合物", "材料")
_SAYS = "本发明公开一种示例技术方案，用于示范数据，由若干步骤组成，能够减少消耗并提高稳定性。"
_SURNAMES, _GIVEN = "甲乙丙丁戊己庚辛", "一二三四五六七八"


def rows(owner: str, count: int, seed: int = 7) -> Iterator[list[str]]:
    """So many rows of an owner: one in a hundred is bad in some way, one in two hundred stands there twice."""
    chance = random.Random(seed)  # noqa: S311 - the same file every time
    earlier: list[str] = []
    for serial in range(count):
        row = _row(chance, owner, serial)
        if serial % 100 == 50:
            row = _spoilt(chance, row)
        elif serial % 200 == 120:
            row = [*earlier[:1], patent_number("".join(c for c in earlier[1] if c.isalnum())[2:]), *earlier[2:]]
        else:
            earlier = row
        yield row


def _row(chance: random.Random, owner: str, serial: int) -> list[str]:
    kind = chance.choices(_KINDS, _KIND_WEIGHTS)[0]
    filed = date(chance.choices(_YEARS, _YEAR_WEIGHTS)[0], 1, 1) + timedelta(days=chance.randrange(360))
    digits = f"{filed.year}{kind}{serial:07d}"
    number = f"ZL{digits}.{application_check_digit(digits)}"
    granted = filed + timedelta(days=chance.randrange(250, 900))
    others = ";示范企业有限公司" if chance.random() < 0.12 else ""
    names = ";".join(chance.choice(_SURNAMES) + chance.choice(_GIVEN) for _ in range(chance.randrange(2, 7)))
    main = "09-03" if kind == "3" else chance.choice(_CLASSES)
    length = max(60, int(chance.gauss(210, 60)))
    return [
        f"一种{chance.choice(_OF)}{chance.choice(_WHAT)}{chance.choice(_SORTS)}（示例{serial}）",
        number,
        f"CN{100_000_000 + serial}{'BUS'['123'.index(kind)]}",
        filed.isoformat(),
        granted.isoformat() if chance.random() < 0.97 else "",
        owner + others,
        names,
        main,
        main if kind == "3" else ";".join({main, chance.choice(_CLASSES)}),
        "有效" if chance.random() < 0.93 else "未缴年费专利权终止",
        str(chance.randrange(3, 9)),
        (_SAYS * (length // len(_SAYS) + 1))[:length],
        f"第{serial % 20}学院",
    ]


def _spoilt(chance: random.Random, row: list[str]) -> list[str]:
    """The row with one of the mistakes that offices make."""
    place, text = chance.choice([(0, ""), (1, "ZL2020999"), (1, row[1][:-1] + "Y"), (3, "去年"), (5, "别的大学")])
    return [text if at == place else cell for at, cell in enumerate(row)]


def write(path: Path, owner: str, count: int) -> Path:
    """The rows as an xlsx file, written row by row."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, HEADER)
        for number, row in enumerate(rows(owner, count), start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return path
