"""Official figures on license contracts, each with the document it stands in; what is not known stays empty."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

_FILE = Path(__file__).with_name("statistics.json")
ENOUGH = 20  # contracts behind a figure of one industry; with fewer the office publishes none, and neither do we


@dataclass(frozen=True, slots=True)
class Source:
    """The document a figure stands in. `read_in` is the reprint where it was read, '' for the office's own page."""

    title: str
    number: str
    published_on: str
    covers: str  # ISO interval
    read_in: str = ""

    @property
    def line(self) -> str:
        """Where to look it up, in one line; the title stays Chinese, as the document is."""
        parts = [f"《{self.title}》"]
        if self.number:
            parts.append(self.number)
        if self.published_on:
            parts.append(self.published_on)
        parts.append(_("period: %(period)s") % {"period": self.covers.replace("/", " – ")})
        if self.read_in:
            parts.append(_("second-hand: read in a reprint of the notice, %(where)s") % {"where": self.read_in})
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Mode:
    """Contracts of one way of paying: how many, on average how much (minor units) and how long (years, as printed)."""

    contracts: int
    average_minor: int | None
    years: str | None

    def share_permille(self, of: int) -> int:
        """Its part of all contracts, in tenths of a percent, rounded half up."""
        return (self.contracts * 2000 + of) // (2 * of)


@dataclass(frozen=True, slots=True)
class Year:
    """The contracts recorded at the patent office in one year."""

    year: int
    contracts: int
    patents: int
    fixed: Mode
    royalty: Mode
    free: Mode
    source: Source

    @property
    def shares(self) -> dict[str, int]:
        """Each way's part of all contracts, in basis points, as precise as the office prints it."""
        modes = {"fixed": self.fixed, "royalty": self.royalty, "free": self.free}
        return {name: 10 * mode.share_permille(self.contracts) for name, mode in modes.items()}


@dataclass(frozen=True, slots=True)
class IndustryFigure:
    """The usual royalty of one industry, in basis points, from so many contracts."""

    royalty_bp: int
    contracts: int
    source: Source


@cache
def _data() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return read


def _source(key: str) -> Source:
    return Source(**_data()["sources"][key])


def _mode(told: dict[str, Any]) -> Mode:
    average = told["average_yuan"]
    return Mode(told["contracts"], None if average is None else average * 100, told["years"])


@cache
def years() -> tuple[Year, ...]:
    """Every year that is known, the newest first."""
    return tuple(
        Year(
            told["year"],
            told["contracts"],
            told["patents"],
            _mode(told["fixed"]),
            _mode(told["royalty"]),
            _mode(told["free"]),
            _source(told["source"]),
        )
        for told in _data()["years"]
    )


def of_industry(key: str) -> IndustryFigure | None:
    """The figure of an industry; None where the data are too thin: no figure with a source, or too few contracts."""
    told = _data()["industries"].get(key)
    if told is None or told["contracts"] < ENOUGH:
        return None
    return IndustryFigure(told["royalty_bp"], told["contracts"], _source(told["source"]))
