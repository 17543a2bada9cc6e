"""What somebody is looking for: the same thing as an address and as a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from listings.models.listing import Track
from listings.models.offer_terms import FeeMode
from listings.models.patent import PatentKind
from listings.search.facets import FREE, LEFT, LONGEST_PRODUCT, MATURITY, SCOPE, SUPPORT
from marketplace.lib.industries import Industry

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

LONGEST = 200  # characters of a question that are read (WEB-6)
LAST_PAGE = 50
PER_PAGE = 12
MOST_CHOICES = 20  # values of one filter that are read

BANDS: dict[str, Words] = {
    "free": _("Free"),
    "share": _("Only a share of sales"),
    "to_10k": _("Up to ¥10,000"),
    "to_100k": _("¥10,000 to ¥100,000"),
    "over_100k": _("Over ¥100,000"),
}
SORTS: dict[str, Words] = {
    "relevance": _("Best match first"),
    "newest": _("Newest first"),
    "price": _("Lowest price first"),
    "life": _("Most years left first"),
}
FILTERS: dict[str, Words] = {
    "track": _("License"),
    "band": _("What I pay"),
    "fee": _("How it is paid"),
    "free": _("Free period"),
    "industry": _("Industry"),
    "product": _("Product"),
    "ipc": _("Field of technology"),
    "maturity": _("Maturity"),
    "support": _("Help from the inventors"),
    "scope": _("What the license covers"),
    "kind": _("Kind of patent"),
    "left": _("Years left"),
    "university": _("University"),
    "region": _("Region"),
}

_IPC = re.compile(r"^(?:[A-H](?:\d{2})?|\d{2})$")  # section, class, or a Locarno class
_REGION = re.compile(r"^\d{6}$")


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


CLOSED: dict[str, frozenset[str]] = {  # filters whose values are known beforehand
    "track": frozenset(Track.values),
    "band": frozenset(BANDS),
    "fee": frozenset(FeeMode.values),
    "free": frozenset(FREE),
    "industry": frozenset(Industry.values),
    "maturity": frozenset(MATURITY),
    "support": frozenset(SUPPORT),
    "scope": frozenset(SCOPE),
    "kind": frozenset(PatentKind.values),
    "left": frozenset(LEFT),
}


def _allowed(name: str, value: str) -> bool:
    if name in CLOSED:
        return value in CLOSED[name]
    match name:
        case "ipc":
            return bool(_IPC.match(value))
        case "product":
            return 1 < len(value) <= LONGEST_PRODUCT and clean(value) == value
        case "region":
            return value.isascii() and bool(_REGION.match(value))
        case _:
            return _is_uuid(value)


def clean(text: str) -> str:
    """A question as it is read: NFC, control characters as blanks, single blanks, at most LONGEST characters."""
    visible = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text[: LONGEST * 8])
    return " ".join(unicodedata.normalize("NFC", visible).split())[:LONGEST].strip()


@dataclass(frozen=True, slots=True)
class Query:
    """A question and its filters. Each filter holds the values of which one must hold; empty means all.

    `ipc` holds IPC sections ("F") or classes ("F27"), `product` a product's name, `university` codes of organizations,
    `region` GB/T 2260 codes.
    """

    q: str = ""
    track: tuple[str, ...] = ()
    band: tuple[str, ...] = ()
    fee: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    ipc: tuple[str, ...] = ()
    maturity: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    university: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    sort: str = "relevance"
    page: int = 1
    cut: bool = False  # the question was longer than LONGEST

    @classmethod
    def from_get(cls, get: QueryDict) -> Query:
        """Read an address. Whatever is unknown, malformed or too much is left out; nothing raises."""
        text = get.get("q", "")
        text = text if isinstance(text, str) else ""
        chosen = {name: _chosen(name, get.getlist(name)) for name in FILTERS}
        sort = get.get("sort", "")
        question = clean(text)
        return cls(
            q=question,
            sort=sort if sort in SORTS else ("relevance" if question else "newest"),
            page=_page(get.get("page", "")),
            cut=len(text.strip()) > LONGEST,
            **chosen,
        )

    def to_url(self) -> str:
        """The query part of the address that means the same ("" or "?q=…"); defaults are left out."""
        pairs: list[tuple[str, str]] = [("q", self.q)] if self.q else []
        for name in FILTERS:
            pairs += [(name, value) for value in self.chosen(name)]
        if self.sort != ("relevance" if self.q else "newest"):
            pairs.append(("sort", self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return f"?{urlencode(pairs)}" if pairs else ""

    def chosen(self, name: str) -> tuple[str, ...]:
        """The values chosen in one filter."""
        if name not in FILTERS:
            raise KeyError(name)
        values: tuple[str, ...] = getattr(self, name)
        return values

    @property
    def filters(self) -> list[tuple[str, str]]:
        """Every chosen (filter, value), in the order of the panel."""
        return [(name, value) for name in FILTERS for value in self.chosen(name)]

    def without(self, name: str, value: str) -> Query:
        """The same question with one value of one filter taken away, from the first page."""
        kept = tuple(v for v in self.chosen(name) if v != value)
        return replace(self, page=1, **{name: kept})  # type: ignore[arg-type]

    def unfiltered(self) -> Query:
        """The same words without any filter, from the first page."""
        return replace(self, page=1, **dict.fromkeys(FILTERS, ()))  # type: ignore[arg-type]

    def asking(self, text: str) -> Query:
        """The same filters with other words, from the first page."""
        return replace(self, q=clean(text), page=1)


def _chosen(name: str, values: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for value in values:
        if len(kept) < MOST_CHOICES and value not in kept and _allowed(name, value):
            kept.append(value)
    return tuple(kept)


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        return 1
    return min(max(int(text), 1), LAST_PAGE)
