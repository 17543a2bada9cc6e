"""What a moderator says with a decision: sentences quoted from the list, and words of his own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from listings.models import Reason, ReasonUse


@dataclass(frozen=True, slots=True)
class Quote:
    """A reason as it read when it was quoted; a later edit of the list changes nothing here."""

    pk: int
    rule: str
    zh: str
    en: str

    def __str__(self) -> str:
        words = self.zh if (translation.get_language() or "zh").startswith("zh") else self.en
        return f"{words} ({self.rule})" if self.rule else words


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that is told; `str()` gives it in the language that is active then."""

    quotes: tuple[Quote, ...] = ()
    free: str = ""

    def __str__(self) -> str:
        return " ".join([*map(str, self.quotes), *([self.free] if self.free else [])])

    def __bool__(self) -> bool:
        return bool(self.quotes or self.free)

    def stored(self) -> list[dict[str, Any]]:
        """The quotes as plain JSON, for a decision's row."""
        return [{"pk": each.pk, "rule": each.rule, "zh": each.zh, "en": each.en} for each in self.quotes]

    def to(self, language: str) -> str:
        """The whole in one language, for a column that holds one."""
        with translation.override(language):
            return str(self)


def say(free: str, quoting: Iterable[Reason] = ()) -> Said:
    """What is told: the quoted reasons in their order, then the moderator's own words."""
    quotes = tuple(Quote(row.pk, row.rule, row.text_zh, row.text_en) for row in quoting)
    return Said(quotes, free.strip())


def again(stored: Sequence[dict[str, Any]], free: str = "") -> Said:
    """What was told, read from a decision's row."""
    return Said(tuple(Quote(row["pk"], row["rule"], row["zh"], row["en"]) for row in stored), free)


def offered(use: ReasonUse) -> list[Reason]:
    """The reasons a moderator can quote now, in the list's order."""
    return list(Reason.objects.filter(use=use, archived_at__isnull=True))


def chosen(use: ReasonUse, told: Sequence[str]) -> list[Reason]:
    """The reasons whose numbers were ticked; what is archived, of another use or no number is left out."""
    numbers = [int(each) for each in told if each.isascii() and each.isdigit() and len(each) < 10]
    return list(Reason.objects.filter(use=use, archived_at__isnull=True, pk__in=numbers))
