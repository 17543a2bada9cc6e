"""The fee helper of one listing: everything it shows, each number with its source line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from listings import variants
from listings.fees import peers as like
from listings.fees import statistics
from listings.fees.burden import Course, course
from listings.models import FeeMode, Listing, RoyaltyBase, Track
from listings.prices import Price, months_of, price_for
from listings.rules.declarations import DECL_4, FIXED_CEILING_MINOR, ROYALTY_CEILINGS_BP
from marketplace.lib.look import Bar, money_text, rate_text
from marketplace.lib.money import from_minor
from marketplace.lib.terms import today

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

LEVELS = ("low", "middle", "high")
SALES_MINOR = {"low": 500_000_00, "middle": 2_000_000_00, "high": 10_000_000_00}  # a year, until somebody says better
MARGIN_BP = 1_000


@dataclass(frozen=True, slots=True)
class Ceiling:
    """One ceiling: of what, how much, what the terms say, whether they stay below."""

    label: Words
    limit: str
    own: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Column:
    """What is paid at one level of sales: in the first year, in a later year of the middle, in all."""

    sales: str
    first: str
    total: str
    course: Course


@dataclass(frozen=True, slots=True)
class Row:
    """One choice of terms at every level of sales."""

    label: str
    price: str
    months: int
    columns: tuple[Column, ...]


def ceilings(listing: Listing) -> list[Ceiling]:
    """The ceilings of DECL-4 beside the listing's own terms."""
    terms = listing.terms
    price = price_for(listing)
    amount = max(price.fee_minor, price.total_minor or 0)
    rows = [
        Ceiling(
            _("Fixed fee, over the whole term"),
            money_text(from_minor(FIXED_CEILING_MINOR)),
            money_text(from_minor(amount)) if amount else "—",
            amount <= FIXED_CEILING_MINOR,
        )
    ]
    for base, limit in ROYALTY_CEILINGS_BP.items():
        own = terms.royalty_bp if terms.royalty_base == base else 0
        rows.append(
            Ceiling(
                _("Royalty of %(base)s") % {"base": RoyaltyBase(base).label},
                rate_text(limit),
                rate_text(own) if own else "—",
                own <= limit,
            )
        )
    return rows


def above(listing: Listing) -> list[Ceiling]:
    """The ceilings that the terms exceed."""
    return [row for row in ceilings(listing) if not row.kept]


def ceilings_source() -> str:
    """Where the ceilings stand."""
    return f"{DECL_4.id} · {DECL_4.citation}"


def rows(listing: Listing, *, sales: dict[str, int], margin_bp: int, licensee_class: str = "") -> list[Row]:
    """What a firm of a class pays under each choice, at each level of sales (minor units a year)."""
    return [_row(choice, sales, margin_bp, licensee_class) for choice in variants.choices(listing)]


def _row(choice: variants.Choice, sales: dict[str, int], margin_bp: int, licensee_class: str) -> Row:
    price = price_for(choice.listing, licensee_class if choice.listing.track == Track.PRESET else "")
    months = months_of(choice.listing, on=today()) or 0
    levels = LEVELS if price.royalty_bp else LEVELS[:1]  # without a royalty sales change nothing
    columns = tuple(_column(price, months, sales[level], margin_bp) for level in levels)
    return Row(choice.label, price.words, months, columns)


def _column(price: Price, months: int, sales_minor: int, margin_bp: int) -> Column:
    found = course(price, months, sales_minor=sales_minor, margin_bp=margin_bp)

    def words(minor: int) -> str:
        return money_text(from_minor(minor, price.currency))

    return Column(words(sales_minor) if price.royalty_bp else _("any"), words(found.first), words(found.total), found)


def bars(found: list[Row]) -> list[Bar]:
    """The totals as bars: every choice at every level of sales."""
    names = {"low": _("low"), "middle": _("middle"), "high": _("high")}
    return [
        Bar(f"{row.label} · {names[level]}" if len(row.columns) > 1 else row.label, column.course.total, column.total)
        for row in found
        for level, column in zip(LEVELS, row.columns, strict=False)
    ]


def burden_source(margin_bp: int) -> str:
    """What the reckoning assumes."""
    return _(
        "Reckoned from the terms as contracts do: a fee at its trigger, a royalty of the sales of paid months, a free"
        " period at its longest, profit at %(margin)s of sales. It is no forecast."
    ) % {"margin": rate_text(margin_bp)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the fee stands beside like offers, in words; `thin` where there are too few."""

    words: str
    source: str
    thin: bool


def comparison(listing: Listing) -> Comparison:
    """The listing beside like ones."""
    found = like.peers(listing)
    mode = FeeMode(found.mode).label
    source = _("Offers on this platform today: class %(ipc)s, “%(mode)s”, %(count)d of them") % {
        "ipc": found.ipc_class or "—",
        "mode": mode,
        "count": found.count,
    }
    if found.is_thin:
        words = _("Too thin: fewer than %(least)d like offers, so there is nothing to compare with.")
        return Comparison(words % {"least": like.THIN}, source, thin=True)
    parts = []
    if found.fee_minor is not None:
        parts.append(_("fee: %(amount)s in the middle") % {"amount": money_text(from_minor(found.fee_minor))})
        parts.append(_distance(listing.terms.fee_minor, found.fee_minor))
    if found.royalty_bp is not None:
        parts.append(_("royalty: %(rate)s in the middle") % {"rate": rate_text(found.royalty_bp)})
    return Comparison(_("; ").join(part for part in parts if part) or _("free, like these"), source, thin=False)


def _distance(own: int, middle: int) -> str:
    if not middle or own == middle:
        return _("yours is the same") if own == middle else ""
    percent = abs(own - middle) * 100 // middle
    said = _("yours is %(percent)d%% higher") if own > middle else _("yours is %(percent)d%% lower")
    return said % {"percent": percent}


def industry_words(listing: Listing) -> tuple[str, str]:
    """The usual royalty of the listing's industry with its source line; too thin without an official figure."""
    found = statistics.of_industry(listing.industry)
    if found is None:
        return _("Too thin: no official figure for this industry is entered here with a source."), ""
    return _("%(rate)s, from %(count)d contracts") % {
        "rate": rate_text(found.royalty_bp),
        "count": found.contracts,
    }, found.source.line
