"""From the cells of one row to the facts of a patent, and what has to be said about them. Asks no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from listings.importing.columns import FIELDS
from listings.importing.remarks import Stored, note
from listings.models import LegalStatus, PatentKind
from marketplace.lib import terms
from marketplace.lib.numbers import (
    ApplicationNumber,
    BadNumber,
    parse_application_number,
    parse_ipc,
    parse_publication_number,
)

ANSWERABLE = ("filed_on", "granted_on")  # may be typed in the dry run
LONGEST = {"title": 300, "patentee": 300, "inventors": 500, "abstract": 20_000}
_SPLIT = re.compile(r"[;；,，、\n|]+")
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:[ T]0{1,2}:00(?::00)?)?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_GRANT_KINDS = tuple("BCUYSD")
_NOT_GRANTED = re.compile(
    r"未授权|尚未授权|审查中|在审|实审|实质审查|受理|公开中|待授权|pending|not granted", re.IGNORECASE
)
_APPLICATION = re.compile(r"^\s*(?:专利)?申请号\s*[:：]")
_YEAR = re.compile(r"第?\s*(\d{1,2})\s*(?:年度?)?")

# The first words that fit decide; "有效" must not be found in "失效".
_STATUSES: tuple[tuple[str, LegalStatus], ...] = (
    (r"部分无效", LegalStatus.PARTLY_INVALID),
    (r"无效", LegalStatus.INVALID),
    (r"届满|到期", LegalStatus.EXPIRED),
    (r"滞纳|欠费", LegalStatus.LATE_PERIOD),
    (r"未缴年费|终止|失效|无权|lapsed", LegalStatus.LAPSED),
    (r"放弃|waived", LegalStatus.WAIVED),
    (r"保全", LegalStatus.PRESERVED),
    (r"中止", LegalStatus.SUSPENDED),
    (r"未授权|审|受理|公开|申请|pending", LegalStatus.PENDING),
    (r"有效|有权|维持|授权|在册|in force|granted", LegalStatus.IN_FORCE),
)
_KINDS = (("发明", PatentKind.INVENTION), ("实用新型", PatentKind.UTILITY_MODEL), ("外观", PatentKind.DESIGN))


@dataclass(slots=True)
class Reading:
    """What one row says. `facts` holds columns of Patent as JSON values; empty ones are left out."""

    facts: dict[str, object] = field(default_factory=dict)
    remarks: list[Stored] = field(default_factory=list)

    def say(self, key: str, about: str = "", /, **values: object) -> None:
        """Add a remark."""
        self.remarks.append(note(key, about, **values))

    def day(self, name: str) -> date | None:
        """A date among the facts."""
        value = self.facts.get(name)
        return date.fromisoformat(str(value)) if value else None


def read_row(cells: Sequence[str], mapping: Mapping[str, str], answers: Mapping[str, str]) -> Reading:
    """The facts and remarks of one row; `answers` are what somebody typed for what the sheet lacks."""
    told: dict[str, list[str]] = {}
    for place, key in mapping.items():
        cell = cells[int(place)].strip() if int(place) < len(cells) else ""
        if cell:
            told.setdefault(key, []).append(cell)
    reading = Reading()
    number = _number(reading, told.get("number", []))
    _texts(reading, told)
    _publication(reading, told)
    _dates(reading, told, answers, number)
    _classes(reading, told)
    _kind(reading, told, number)
    _status(reading, told)
    _fees(reading, told)
    return reading


def names_in(text: str) -> list[str]:
    """The names in a cell, one by one."""
    return [name for part in _SPLIT.split(text) if (name := part.strip())]


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for width, blanks and brackets."""
    return _plain_name(one) == _plain_name(other) != ""


def _plain_name(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


def read_day(text: str) -> date | None:
    """A day in the usual spellings; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _number(reading: Reading, cells: Sequence[str]) -> ApplicationNumber | None:
    if not cells:
        reading.say("number_missing", "number")
        return None
    found: list[ApplicationNumber] = []
    for cell in cells:
        try:
            found.append(parse_application_number(cell))
        except BadNumber:
            reading.say("number_bad", "number", text=cell[:60])
    if len({one.value for one in found}) > 1:
        reading.say("numbers_differ", "number", first=found[0], second=found[1])
    if not found:
        return None
    reading.facts |= {"application_number": found[0].value, "kind": found[0].kind}
    return found[0]


def _texts(reading: Reading, told: Mapping[str, list[str]]) -> None:
    for key, most in LONGEST.items():
        text = "\n".join(told.get(key, []))
        if key in ("patentee", "inventors"):
            text = ";".join(names_in(text))
        if len(text) > most:
            reading.say("too_long", key, most=most)
        elif text:
            reading.facts[key] = text
    if "title" not in told:
        reading.say("title_missing", "title")


def _publication(reading: Reading, told: Mapping[str, list[str]]) -> None:
    for cell in told.get("publication", []):
        try:
            number = parse_publication_number(cell)
        except BadNumber:
            bare = re.sub(r"[\s.]", "", unicodedata.normalize("NFKC", cell).upper()).removeprefix("CN")
            kindless = bare.isdigit() and len(bare) in (7, 9)
            reading.say("announcement_kindless" if kindless else "announcement_bad", "publication", text=cell[:60])
            continue
        if number.lstrip("CN0123456789")[:1] == "A":
            reading.say("announcement_of_application", "publication", number=number)
        reading.facts["publication_number"] = number


def _is_of_grant(reading: Reading) -> bool:
    number = str(reading.facts.get("publication_number", ""))
    return number.lstrip("CN0123456789")[:1] in _GRANT_KINDS and bool(number)


def _dates(
    reading: Reading, told: Mapping[str, list[str]], answers: Mapping[str, str], number: ApplicationNumber | None
) -> None:
    filed_on = _day(reading, "filed_on", told, answers)
    granted_on = _day(reading, "granted_on", told, answers)
    published_on = _day(reading, "published_on", told, {})
    if granted_on is None and _is_of_grant(reading):
        granted_on = published_on  # what is published under a B, C, U or S number is the grant
    if filed_on:
        reading.facts["filed_on"] = filed_on.isoformat()
        if number and filed_on.year != number.year:
            reading.say("filed_on_year", "filed_on", day=filed_on, year=number.year)
    elif number:
        reading.say("filed_on_missing", "filed_on", year=number.year)
    if granted_on:
        reading.facts["granted_on"] = granted_on.isoformat()
        if filed_on and granted_on < filed_on:
            reading.say("granted_before_filed", "granted_on", granted=granted_on, filed=filed_on)


def _day(reading: Reading, key: str, told: Mapping[str, list[str]], answers: Mapping[str, str]) -> date | None:
    text = answers.get(key) or next(iter(told.get(key, [])), "")
    if not text:
        return None
    day = read_day(text)
    if day is None:
        reading.say("date_bad", key, text=text[:60])
        return None
    if day > terms.today() or day.year < 1985:
        reading.say("date_future" if day > terms.today() else "date_bad", key, day=day, text=text[:60])
        return None
    return day


def _classes(reading: Reading, told: Mapping[str, list[str]]) -> None:
    found: list[str] = []
    for key in ("ipc_main", "ipc"):
        for text in (part for cell in told.get(key, []) for part in re.split(r"[;；,，、\n]+", cell) if part.strip()):
            try:
                found.append(parse_ipc(text))
            except BadNumber:
                reading.say("class_bad", key, text=text.strip()[:60])
    if found:
        reading.facts |= {"ipc_main": found[0], "ipc": list(dict.fromkeys(found))}


def _kind(reading: Reading, told: Mapping[str, list[str]], number: ApplicationNumber | None) -> None:
    text = next(iter(told.get("kind", [])), "")
    said = next((kind for word, kind in _KINDS if word in text), None)
    if said and number and said != number.kind:
        reading.say("kind_differs", "kind", text=text[:60], kind=number.kind)


def _status(reading: Reading, told: Mapping[str, list[str]]) -> None:
    """The status by its own column, else only the plain statement that nothing is granted yet."""
    text = next(iter(told.get("status", [])), "")
    if text:
        status = status_in(text)
        if status is None:
            reading.say("status_unknown", "status", text=text[:60])
        else:
            _take_status(reading, status, text)
        return
    notes = [cell for cell in told.get("note", []) if _NOT_GRANTED.search(cell)]
    labels = [cell for cell in told.get("number", []) if _APPLICATION.match(cell)]
    if (notes or labels) and "granted_on" not in reading.facts:
        _take_status(reading, LegalStatus.PENDING, (notes or labels)[0])


def status_in(text: str) -> LegalStatus | None:
    """The legal status that a cell names; None where no word is known."""
    return next((value for words, value in _STATUSES if re.search(words, text, re.IGNORECASE)), None)


def _take_status(reading: Reading, status: LegalStatus, text: str) -> None:
    reading.facts["status"] = status.value
    if status == LegalStatus.PENDING:
        reading.say("not_granted", "status", text=text[:60])
    elif status in (LegalStatus.LAPSED, LegalStatus.EXPIRED, LegalStatus.WAIVED, LegalStatus.INVALID):
        reading.say("dead", "status", status=status.value)
    else:
        reading.say("status_told", "status", text=text[:60])


def _fees(reading: Reading, told: Mapping[str, list[str]]) -> None:
    text = next(iter(told.get("fees", [])), "")
    if not text:
        return
    found = _YEAR.fullmatch(unicodedata.normalize("NFKC", text).strip().removesuffix(".0"))
    if found and 1 <= int(found[1]) <= 20:
        reading.facts["fees_paid_through"] = int(found[1])
    else:
        reading.say("fees_bad", "fees", text=text[:60])


def field_words(name: str) -> str:
    """A column of Patent as a field of the import, for remarks about changes."""
    return {"publication_number": "publication", "application_number": "number", "fees_paid_through": "fees"}.get(
        name, name if name in FIELDS else ""
    )
