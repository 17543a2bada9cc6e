"""How big a firm is, by industry, staff, revenue and assets (NUM-6, 工信部联企业〔2011〕300号)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.lib.findings import Finding, Severity, Unfit

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CITATION = "工信部联企业〔2011〕300号"


class FirmSize(TextChoices):
    """From micro to large."""

    MICRO = "micro", gettext_lazy("Micro firm")
    SMALL = "small", gettext_lazy("Small firm")
    MEDIUM = "medium", gettext_lazy("Medium firm")
    LARGE = "large", gettext_lazy("Large firm")


_Bounds = tuple[int, int, int]


class Row(NamedTuple):
    """One industry: lower bounds for large, medium and small; an indicator that is not named counts nothing.

    People are counted; revenue (a year) and assets are in 10,000 CNY.
    """

    label: _StrPromise
    people: _Bounds | None = None
    revenue: _Bounds | None = None
    assets: _Bounds | None = None


TABLE: dict[str, Row] = {
    "industry": Row(gettext_lazy("Manufacturing, mining and utilities"), (1000, 300, 20), (40_000, 2_000, 300)),
    "farming": Row(gettext_lazy("Farming, forestry, animals, fishery"), revenue=(20_000, 500, 50)),
    "construction": Row(gettext_lazy("Construction"), revenue=(80_000, 6_000, 300), assets=(80_000, 5_000, 300)),
    "wholesale": Row(gettext_lazy("Wholesale"), (200, 20, 5), (40_000, 5_000, 1_000)),
    "retail": Row(gettext_lazy("Retail"), (300, 50, 10), (20_000, 500, 100)),
    "transport": Row(gettext_lazy("Transport"), (1000, 300, 20), (30_000, 3_000, 200)),
    "storage": Row(gettext_lazy("Storage"), (200, 100, 20), (30_000, 1_000, 100)),
    "post": Row(gettext_lazy("Postal services"), (1000, 300, 20), (30_000, 2_000, 100)),
    "lodging": Row(gettext_lazy("Lodging"), (300, 100, 10), (10_000, 2_000, 100)),
    "catering": Row(gettext_lazy("Catering"), (300, 100, 10), (10_000, 2_000, 100)),
    "telecoms": Row(gettext_lazy("Information transmission"), (2000, 100, 10), (100_000, 1_000, 100)),
    "software": Row(gettext_lazy("Software and information services"), (300, 100, 10), (10_000, 1_000, 50)),
    "real_estate": Row(
        gettext_lazy("Real-estate development"), revenue=(200_000, 1_000, 100), assets=(10_000, 5_000, 2_000)
    ),
    "property": Row(gettext_lazy("Property management"), (1000, 300, 100), (5_000, 1_000, 500)),
    "leasing": Row(gettext_lazy("Leasing and business services"), (300, 100, 10), assets=(120_000, 8_000, 100)),
    "other": Row(gettext_lazy("Other industries"), (300, 100, 10)),
}
INDUSTRIES: list[tuple[str, _StrPromise]] = [(key, row.label) for key, row in TABLE.items()]

_INDICATORS: dict[str, _StrPromise] = {
    "people": gettext_lazy("staff"),
    "revenue": gettext_lazy("revenue a year"),
    "assets": gettext_lazy("assets"),
}


class MissingFigures(Unfit):
    """The industry's table asks for a figure that was not given; `finding` names it, its `field` is the form field."""


def indicators(industry: str) -> tuple[str, ...]:
    """Which figures the industry's row names: of "people", "revenue", "assets". KeyError for an unknown industry."""
    row = TABLE[industry]
    return tuple(name for name in _INDICATORS if getattr(row, name) is not None)


def size_of(industry: str, people: int | None, revenue_wan: int | None, assets_wan: int | None) -> FirmSize:
    """The largest class whose lower bounds the firm reaches in every indicator its industry names (NUM-6).

    Revenue and assets in 10,000 CNY. KeyError for an unknown industry, MissingFigures for a figure that is named and
    not given.
    """
    figures = {"people": people, "revenue": revenue_wan, "assets": assets_wan}
    named = indicators(industry)
    for name in named:
        if figures[name] is None:
            raise MissingFigures(
                Finding(
                    "NUM-6",
                    Severity.BLOCK,
                    _("The size of a firm in this industry depends on its %(figure)s.") % {"figure": _INDICATORS[name]},
                    _("Enter the figure of the last full year."),
                    CITATION,
                    name if name == "people" else f"{name}_wan",
                )
            )
    row = TABLE[industry]
    for place, size in enumerate((FirmSize.LARGE, FirmSize.MEDIUM, FirmSize.SMALL)):
        if all((figures[name] or 0) >= getattr(row, name)[place] for name in named):
            return size
    return FirmSize.MICRO
