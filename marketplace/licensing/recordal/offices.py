"""Where a license is filed, by which law, and how many days before the last one people are reminded: data, not code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

FILE = Path(__file__).with_name("offices.json")


@dataclass(frozen=True, slots=True)
class Office:
    """One authority. `months` from effect to the last day, None where the law sets none; `checked_on` dates the row."""

    authority_zh: str
    authority_en: str
    where_zh: str
    where_en: str
    law: str
    months: int | None
    remind_days: tuple[int, ...]
    answer_remind_days: tuple[int, ...]
    checked_on: date

    @property
    def authority(self) -> str:
        """Its name in the reader's language."""
        return self.authority_en if get_language() == "en" else self.authority_zh

    @property
    def where(self) -> str:
        """Where to hand in, in the reader's language."""
        return self.where_en if get_language() == "en" else self.where_zh


@cache
def _all() -> dict[str, Office]:
    told = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        kind: Office(
            authority_zh=row["authority"]["zh"],
            authority_en=row["authority"]["en"],
            where_zh=row["where"]["zh"],
            where_en=row["where"]["en"],
            law=row["law"],
            months=row["months"],
            remind_days=tuple(sorted(row["remind_days"])),
            answer_remind_days=tuple(sorted(row["answer_remind_days"])),
            checked_on=date.fromisoformat(row["checked_on"]),
        )
        for kind, row in told.items()
    }


def office(kind: str) -> Office:
    """The authority of a kind of filing. KeyError for another kind."""
    return _all()[str(kind)]
