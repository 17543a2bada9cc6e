"""From the rows of a status file to statements about patents: number, status, day, event, fees. Asks no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.importing.reading import read_day, status_in
from listings.models import HealthKind, LegalStatus
from marketplace.lib.numbers import BadNumber, parse_application_number
from marketplace.lib.terms import today

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

HEADER_WITHIN = 20  # rows in which the header is looked for
COLUMNS: dict[str, str] = {  # what a column means: the names it goes by, evened, split by blanks
    "number": "申请号 专利号 专利申请号 申请号专利号 申请专利号 applicationnumber patentnumber applicationno number",
    "status": "法律状态 当前法律状态 专利状态 状态 案件状态 legalstatus status",
    "on": "日期 公告日 公告日期 法律状态公告日 法律状态公告日期 法律状态日 事件日期 生效日 date eventdate",
    "event": "事件 法律事件 变更 变更事项 法律状态事件 事务 备注 event",
    "fees": "年费缴至 年费缴纳至 年费已缴至 年费已缴至第几年 年费缴纳年度 已缴年费年度 年费有效期至 annualfee",
}
_OVER = re.compile(r"解除|注销|撤销|终止质押|恢复|和解|驳回|维持有效|released|cancel", re.IGNORECASE)
# The first words that fit decide: a request for invalidation is no lapse, an exclusive license no transfer.
_EVENTS: tuple[tuple[str, HealthKind], ...] = (
    (r"无效宣告请求|请求宣告无效|提出无效|无效请求|invalidation", HealthKind.INVALIDATION),
    (r"独占|排他|exclusive|sole licen", HealthKind.EXCLUSIVE),
    (r"质押|质权|pledge", HealthKind.PLEDGE),
    (r"转让|转移|权利人变更|专利权人变更|assign|transfer", HealthKind.ASSIGNMENT),
    (r"权属|纠纷|保全|中止|冻结|dispute|preservation", HealthKind.DISPUTE),
    (r"终止|失效|届满|放弃|全部无效|宣告无效|lapse|expire|waive", HealthKind.LAPSE),
)
_YEAR = re.compile(r"第?\s*(\d{1,2})\s*(?:年度?)?(?:\.0)?")
PROBLEMS: dict[str, _StrPromise] = {
    "number_missing": _("The row names no patent number."),
    "number_bad": _("This is no patent number; compare it with the certificate."),
    "says_nothing": _("The row has neither a status nor an event nor fees."),
    "status_unknown": _("The status is in words that are not known here; write “有效”, “终止”, “无效” …"),
    "date_bad": _("The day cannot be read; write it as 2026-03-15."),
    "date_future": _("The day lies in the future."),
    "fees_bad": _("The fees cannot be read; write the patent year (6) or the day until which they are paid."),
    "event_over": _("The event says that something ended: record its outcome on the patent's page."),
    "not_yours": _("The patent belongs to another organization."),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one row, or one answer of a connected source, says about a patent.

    `fees_year` is the patent year through which annual fees are paid, `fees_until` the last day they pay for; a source
    gives one of them or neither. `on` is the day of the status or event. `problem` is a key of PROBLEMS.
    """

    number: str
    status: LegalStatus | None = None
    event: HealthKind | None = None
    on: date | None = None
    fees_year: int | None = None
    fees_until: date | None = None
    detail: str = ""
    problem: str = ""


class NoHeader(ValueError):
    """No row names a column of numbers."""


def _even(text: str) -> str:
    return re.sub(r"[\s\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def layout(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Which row (from 0) is the header, and which column means what. Raises NoHeader."""
    names = {name: key for key, known in COLUMNS.items() for name in known.split()}
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        found: dict[str, int] = {}
        for column, cell in enumerate(row):
            key = names.get(_even(cell))
            if key and key not in found:
                found[key] = column
        if "number" in found and len(found) > 1:
            return place, found
    raise NoHeader


def statements(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Statement]]:
    """(row number as spreadsheet programs count, statement) for every filled row below the header. Raises NoHeader."""
    header, columns = layout(rows)
    for place, row in enumerate(rows[header + 1 :], start=header + 2):
        if any(cell.strip() for cell in row):
            told = {key: row[column].strip() if column < len(row) else "" for key, column in columns.items()}
            yield place, read(told)


def read(told: Mapping[str, str]) -> Statement:
    """One row, its cells by meaning."""
    text = told.get("number", "")
    detail = (told.get("event") or told.get("status") or "")[:300]
    if not text:
        return Statement("", detail=detail, problem="number_missing")
    try:
        number = parse_application_number(text).value
    except BadNumber:
        return Statement(text[:40], detail=detail, problem="number_bad")
    status, event, problem = _told(told)
    on, day_problem = _day(told.get("on", ""))
    year, until, fees_problem = _fees(told.get("fees", ""))
    if not (problem or status or event or year or until or fees_problem):
        problem = "says_nothing"
    return Statement(number, status, event, on, year, until, detail, problem or day_problem or fees_problem)


def _told(told: Mapping[str, str]) -> tuple[LegalStatus | None, HealthKind | None, str]:
    """Status and event. The words of an event may stand in the column of the status, as registers print them."""
    words, about = told.get("status", ""), told.get("event", "")
    event = event_in(about)
    if event and event != HealthKind.LAPSE and _OVER.search(about):
        return (status_in(words) if words else None), None, "event_over"
    if not event and (said := event_in(words)) and said != HealthKind.LAPSE:
        event, words = said, ""
    if not words:
        return None, event, ""
    status = status_in(words)
    return status, event, "" if status else "status_unknown"


def event_in(text: str) -> HealthKind | None:
    """The event that a cell names; None where no word is known."""
    return next((kind for words, kind in _EVENTS if re.search(words, text, re.IGNORECASE)), None)


def _day(text: str) -> tuple[date | None, str]:
    if not text:
        return None, ""
    day = read_day(text)
    if day is None:
        return None, "date_bad"
    return (None, "date_future") if day > today() else (day, "")


def _fees(text: str) -> tuple[int | None, date | None, str]:
    """A patent year, or the day until which the fees are paid; the day may lie ahead."""
    if not text:
        return None, None, ""
    until = read_day(text)
    if until is not None:
        return None, until, ""
    found = _YEAR.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found and 1 <= int(found[1]) <= 25:
        return int(found[1]), None, ""
    return None, None, "fees_bad"
