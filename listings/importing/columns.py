"""Which row is the header and what its columns mean, guessed by names and by what stands in the cells."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.lib.numbers import BadNumber, parse_application_number, parse_ipc, parse_publication_number

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_HEADER_WITHIN = 30  # rows in which a header is looked for
_SAMPLE = 40  # filled cells of a column that are looked at
_ENOUGH = 6  # tenths of them that must look alike
_OWNER = re.compile(r"(大学|学院|研究院|研究所|公司|厂|集团|中心|University|Institute|Ltd)", re.IGNORECASE)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Field:
    """Something a column can mean: its words, the names it goes by (evened), whether a new patent needs it."""

    label: _StrPromise
    known_as: str  # split by blanks
    heading: str  # of our own template

    @property
    def names(self) -> list[str]:
        """The names one by one."""
        return self.known_as.split()


FIELDS: dict[str, Field] = {
    "title": Field(
        pgettext_lazy("patent", "Title"),
        "发明名称 专利名称 名称 成果名称 发明创造名称 专利题目 题目 标题 title patenttitle",
        "专利名称",
    ),
    "number": Field(
        _("Application or patent number"),
        "申请号 专利号 专利申请号 申请专利号 专利申请号专利号 申请号专利号 专利号申请号 授权号 "
        "applicationnumber patentnumber applicationno patentno",
        "专利号",
    ),
    "publication": Field(
        _("Announcement number"),
        "公告号 授权公告号 公开公告号 公开号 专利公告号 授权公开号 publicationnumber announcementnumber",
        "授权公告号",
    ),
    "patentee": Field(
        _("Patentee"),
        "专利权人 申请人 权利人 申请专利权人 专利权人申请人 第一专利权人 当前专利权人 所有人 单位 "
        "patentee applicant assignee owner",
        "专利权人",
    ),
    "filed_on": Field(
        _("Filing date"),
        "申请日 申请日期 专利申请日 申请时间 filingdate applicationdate",
        "申请日",
    ),
    "granted_on": Field(
        _("Grant date"),
        "授权日 授权日期 授权公告日 授权公告日期 授权时间 颁证日 grantdate dateofgrant",
        "授权公告日",
    ),
    "published_on": Field(
        _("Publication date"),
        "公开公告日 公告日 公开日 公告日期 公开日期 publicationdate",
        "公开（公告）日",
    ),
    "inventors": Field(
        _("Inventors"),
        "发明人 发明设计人 设计人 发明人设计人 全部发明人 完成人 inventors inventor",
        "发明人",
    ),
    "ipc_main": Field(
        _("Main class"),
        "主分类号 ipc主分类号 主分类 ipc主分类 mainclass mainipc",
        "主分类号",
    ),
    "ipc": Field(
        _("Classes"),
        "分类号 ipc ipc分类号 ipc分类 国际分类号 洛迦诺分类号 classes classification",
        "分类号",
    ),
    "status": Field(
        _("Legal status"),
        "法律状态 当前法律状态 专利状态 状态 案件状态 有效性 legalstatus status",
        "法律状态",
    ),
    "fees": Field(
        _("Annual fees paid through"),
        "年费 年费缴至 年费缴纳至 年费缴纳年度 已缴年费年度 年费已缴至第几年 年费状态 annualfee annualfees",
        "年费已缴至第几年",
    ),
    "kind": Field(
        _("Kind"),
        "专利类型 类型 专利类别 类别 专利种类 kind patenttype",
        "专利类型",
    ),
    "abstract": Field(
        _("Abstract"),
        "摘要 专利摘要 技术摘要 abstract",
        "摘要",
    ),
    "note": Field(
        _("Remarks"),
        "备注 说明 notes remarks",
        "备注",
    ),
}
SEVERAL = ("number",)  # may stand in two columns of one sheet
HINT = "需要修改的内容 (what to mend)"  # the column that our marked sheets carry; it means nothing to the import


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table of a sheet begins. `mapping` is {position of the column as text: field}."""

    header_row: int  # counted from 0
    header: list[str]  # empty where the sheet has none: its data begin in `header_row` then
    mapping: dict[str, str]

    @property
    def first_data_row(self) -> int:
        """Counted from 0."""
        return self.header_row + (1 if self.header else 0)


def evened(name: str) -> str:
    """A column's name as it is compared: half-width, lower case, letters and digits only."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).lower())


def named(heading: str) -> str:
    """The field a column's name means, '' when it means none."""
    name = evened(heading)
    for key, field in FIELDS.items():
        if name in field.names:
            return key
    bare = evened(re.sub(r"[(（\[【].*?[)）\]】]", "", heading))  # "申请日（必填）"
    return next((key for key, field in FIELDS.items() if bare in field.names), "") if bare != name else ""


def headings(header: Sequence[str]) -> list[str]:
    """The columns' names as they are remembered: evened, and told apart where one occurs twice."""
    seen: dict[str, int] = {}
    names = []
    for name in map(evened, header):
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def fingerprint(header: Sequence[str]) -> str:
    """The same for every sheet with the same columns in any order (our own hints aside); '' without a header."""
    names = sorted(name for name in headings(header) if name and name != evened(HINT))
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest() if names else ""


def by_names(header: Sequence[str]) -> dict[str, str]:
    """What the columns mean by their names alone: {position as text: field}."""
    return _mapping(header, [])


def remembered(header: Sequence[str], meanings: Mapping[str, str]) -> dict[str, str]:
    """The mapping for a header from remembered meanings ({name: field})."""
    return {str(place): meanings[name] for place, name in enumerate(headings(header)) if meanings.get(name) in FIELDS}


def meanings(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """What is kept of a mapping: {name of the column: field}."""
    return {name: mapping[str(place)] for place, name in enumerate(headings(header)) if name and str(place) in mapping}


def layout_of(rows: Sequence[Sequence[str]]) -> Layout:
    """The header row, wherever it stands near the top, and the meaning of the columns."""
    best, score = 0, 0
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        found = len({named(cell) for cell in row} - {""})
        if found > score:
            best, score = place, found
    if score >= 2 or (score == 1 and len([c for c in rows[best] if c]) == 1):
        header = list(rows[best])
        return Layout(best, header, _mapping(header, rows[best + 1 :]))
    first = next((place for place, row in enumerate(rows) if any(_is_number(cell) for cell in row)), 0)
    above = list(rows[first - 1]) if first else []
    if len({cell for cell in above if cell}) >= 2:  # names that nobody knows are names all the same
        return Layout(first - 1, above, _mapping(above, rows[first:]))
    return Layout(first, [], _mapping([""] * max(map(len, rows)), rows[first:]))


def _mapping(header: Sequence[str], data: Sequence[Sequence[str]]) -> dict[str, str]:
    meant = {place: named(heading) for place, heading in enumerate(header)}
    taken: set[str] = set()
    mapping: dict[str, str] = {}
    for place, key in meant.items():
        if key and (key not in taken or key in SEVERAL):
            mapping[str(place)] = key
            taken.add(key)
    for place in meant:
        if str(place) not in mapping and not meant[place] and evened(header[place]) != evened(HINT):
            key = by_content([row[place] for row in data if place < len(row) and row[place]][:_SAMPLE], taken)
            if key:
                mapping[str(place)] = key
                taken.add(key)
    return mapping


def by_content(cells: Sequence[str], taken: set[str]) -> str:
    """What a column without a telling name means by its cells; only numbers, classes, names of owners and titles."""
    if len(cells) < 2:
        return ""
    looks = {
        "number": _is_number,
        "publication": _is_publication,
        "ipc_main": _is_class,
        "patentee": lambda cell: bool(_OWNER.search(cell)) and len(cell) < 60,
        "title": lambda cell: 5 < len(cell) < 80 and len(_CHINESE.findall(cell)) * 2 > len(cell),
    }
    for key, look in looks.items():
        if key not in taken and sum(map(look, cells)) * 10 >= _ENOUGH * len(cells):
            return key if key != "title" or len(set(cells)) * 2 > len(cells) else ""
    return ""


def _is_number(cell: str) -> bool:
    try:
        parse_application_number(cell)
    except BadNumber:
        return False
    return True


def _is_publication(cell: str) -> bool:
    try:
        parse_publication_number(cell)
    except BadNumber:
        return False
    return True


def _is_class(cell: str) -> bool:
    try:
        parse_ipc(re.split(r"[;；,，\n]", cell)[0])
    except BadNumber:
        return False
    return True
