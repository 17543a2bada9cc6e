"""The desk on which a clause is written: the offer, the deal, the language, and the other clauses' labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from marketplace.licensing.contracts import words
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.facts import DealFacts
from marketplace.licensing.contracts.reading import Offer, one_line

BLANK = "________"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a clause is composed from. `labels` maps the keys of all clauses of this paper to their labels."""

    offer: Offer
    deal: DealFacts
    zh: bool
    labels: Mapping[str, str] = field(default_factory=dict)

    def say(self, zh: str, en: str) -> str:
        """The words in the paper's language."""
        return zh if self.zh else en

    def ref(self, key: str) -> str:
        """How another clause is called: 第十五条, Clause 15."""
        return self.labels[key]

    def day(self, day: date | None) -> str:
        """A day in full."""
        return words.day_words(day, self.zh)

    def at(self, instant: datetime | None) -> str:
        """An instant in Beijing time."""
        return words.instant_words(instant, self.zh)

    def money(self, minor: int) -> str:
        """An amount in figures and capitals."""
        return words.money_words(minor, self.deal.currency, self.zh)

    def amount(self, minor: int) -> str:
        """An amount for tables."""
        return words.short_money(minor, self.deal.currency)

    def rate(self, basis_points: int) -> str:
        """A rate: 350 → 3.5%."""
        whole, rest = divmod(basis_points, 100)
        return f"{whole}{f'.{rest:02d}'.rstrip('0') if rest else ''}%"

    def fact(self, value: str) -> str:
        """A fact of the deal as one printable line, a blank to fill in where it is not known."""
        return one_line(value) or BLANK

    @property
    def mode(self) -> str:
        """The fee mode."""
        return str(self.offer.terms.get("fee_mode") or "fixed")

    @property
    def has_royalty(self) -> bool:
        """Whether something is owed by sales or profit."""
        return self.mode in {"royalty", "entry_royalty"} or (
            self.mode == "free_then_paid" and self.offer.number("royalty_bp") > 0
        )

    @property
    def has_revenue_trigger(self) -> bool:
        """Whether a free period ends with the first revenue."""
        return self.may_leave_free and self.offer.terms.get("trigger") == "first_revenue"

    @property
    def is_free(self) -> bool:
        """Whether nothing is ever owed."""
        return self.mode == "free" or not (self.deal.fee_minor or self.offer.number("royalty_bp"))

    @property
    def fee_is_dated(self) -> bool:
        """Whether a fixed part falls due at the start."""
        return self.mode in {"fixed", "entry_royalty"} and self.deal.fee_minor > 0

    @property
    def may_leave_free(self) -> bool:
        """Whether there is a free period that can be left at no cost."""
        return self.mode == "free_then_paid"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the clause list: key, titles, who writes it, whether it stands in this paper, is confirmed, an annex."""

    key: str
    zh: str
    en: str
    write: Callable[[Draft], list[str]]
    table: Callable[[Draft], list[Row]] = lambda draft: []
    when: Callable[[Draft], bool] = lambda draft: True
    highlighted: bool = False
    annex: bool = False
