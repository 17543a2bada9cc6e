"""How like offers are priced: the same class of technology, the same way of paying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listings.models import PUBLIC, FeeMode, Listing, OfferTerms

THIN = 5  # with fewer offers a middle says nothing, and might tell one owner's price


@dataclass(frozen=True, slots=True)
class Peers:
    """Offers like one: how many, and the middle of their fees (minor units) and royalties (basis points)."""

    ipc_class: str
    mode: str
    count: int
    fee_minor: int | None
    royalty_bp: int | None

    @property
    def is_thin(self) -> bool:
        """Whether there are too few to compare with."""
        return self.count < THIN


def median(values: Sequence[int]) -> int:
    """The middle value; of an even number the mean of the two, rounded down. Raises ValueError for none."""
    if not values:
        raise ValueError("there is no middle of nothing")
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) // 2


def peers(listing: Listing) -> Peers:
    """Offers of other patents in the same class (its first three signs) paid for in the same way, once or by the year.

    Each listing and each of its variants counts; below five nothing is told but their number.
    """
    terms, ipc_class = listing.terms, listing.patent.ipc_main[:3]
    if not ipc_class:
        return Peers("", terms.fee_mode, 0, None, None)
    like = OfferTerms.objects.filter(fee_mode=terms.fee_mode, fee_per_year=terms.fee_per_year)
    rows: list[tuple[int, int]] = []
    for path in ("listing", "variant_of"):
        found = like.filter(**{f"{path}__state__in": PUBLIC, f"{path}__patent__ipc_main__startswith": ipc_class})
        found = found.exclude(**{f"{path}__patent": listing.patent_id})
        rows += found.values_list("fee_minor", "royalty_bp")
    if len(rows) < THIN:
        return Peers(ipc_class, terms.fee_mode, len(rows), None, None)
    has_fee = terms.fee_mode in (FeeMode.FIXED, FeeMode.ENTRY_ROYALTY, FeeMode.FREE_THEN_PAID)
    shares = [royalty for _fee, royalty in rows if royalty]
    return Peers(
        ipc_class,
        terms.fee_mode,
        len(rows),
        median([fee for fee, _royalty in rows]) if has_fee else None,
        median(shares) if len(shares) >= THIN else None,
    )
