"""What people should ask about tax: sentences with their source and date. Nothing here reckons a tax (TAX-1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from marketplace.lib.terms import today
from marketplace.licensing.contracts.reading import read

if TYPE_CHECKING:
    from marketplace.licensing.models import Agreement

FILE = Path(__file__).with_name("hints.json")
LONG_MONTHS = 60  # from which on a non-exclusive license may count for corporate income tax


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint. `dated` is the day of the text it rests on, `checked_on` the day on which somebody last read it."""

    id: str
    when: str
    region: str
    zh: str
    en: str
    source: str
    dated: date
    checked_on: date

    @property
    def words(self) -> str:
        """In the reader's language."""
        return self.en if get_language() == "en" else self.zh

    @property
    def is_stale(self) -> bool:
        """Whether nobody has looked for so long that the reader is warned."""
        return today() - self.checked_on > timedelta(days=_told()["stale_after_days"])


@cache
def _told() -> dict[str, int]:
    told = json.loads(FILE.read_text(encoding="utf-8"))
    return {"stale_after_days": int(told["stale_after_days"])}


@cache
def every() -> tuple[Hint, ...]:
    """All hints, in the order in which they are shown."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))["hints"]
    return tuple(_hint(row) for row in rows)


def _hint(row: dict[str, str]) -> Hint:
    words = {name: row[name] for name in ("id", "when", "region", "zh", "en", "source")}
    return Hint(**words, dated=date.fromisoformat(row["dated"]), checked_on=date.fromisoformat(row["checked_on"]))


def of(agreement: Agreement) -> list[Hint]:
    """Those that concern a deal: free or paid, long or short, of a public institution."""
    offer = read(agreement.version.snapshot)
    free = not agreement.fee_minor and not offer.number("royalty_bp")
    months = offer.number("months")
    true = {
        "free": free,
        "paid": not free,
        "long": not free and (not months or months >= LONG_MONTHS),
        "short": not free and 0 < months < LONG_MONTHS,
        "university": not free and offer.licensor.get("kind") in {"university", "institute"},
    }
    return [hint for hint in every() if true[hint.when]]
