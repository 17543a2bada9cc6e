"""Up to four offers side by side: which ones a visitor has put aside, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from listings.models import Listing
from listings.models.listing import PUBLIC

MOST = 4
SESSION_KEY = "compared"


def codes_in(texts: Iterable[str]) -> list[UUID]:
    """The codes among texts that anybody may have written, each once, at most MOST."""
    found: list[UUID] = []
    for text in texts:
        try:
            code = UUID(text)
        except ValueError:
            continue
        if code not in found:
            found.append(code)
    return found[:MOST]


def put_aside(session: MutableMapping[str, Any]) -> list[UUID]:
    """What this visitor has put aside to compare."""
    kept = session.get(SESSION_KEY, [])
    return codes_in(str(each) for each in kept) if isinstance(kept, list) else []


class Full(Exception):
    """Four offers are put aside already: one has to go first."""


def toggle(session: MutableMapping[str, Any], code: UUID) -> bool:
    """Put an offer aside, or take it away again; whether it is among them now. Raises Full."""
    kept = put_aside(session)
    if code in kept:
        kept.remove(code)
    elif len(kept) >= MOST:
        raise Full
    else:
        kept.append(code)
    session[SESSION_KEY] = [str(each) for each in kept]
    return code in kept


def clear(session: MutableMapping[str, Any]) -> None:
    """Take all of them away."""
    session.pop(SESSION_KEY, None)


@dataclass(frozen=True, slots=True)
class Tray:
    """What is put aside, as far as it is on offer."""

    listings: tuple[Listing, ...]

    @property
    def codes(self) -> set[UUID]:
        """The codes of what is put aside."""
        return {listing.code for listing in self.listings}

    @property
    def is_full(self) -> bool:
        """Whether nothing more fits in."""
        return len(self.listings) >= MOST

    @property
    def query(self) -> str:
        """The part of the address that compares them."""
        return "&".join(f"l={listing.code}" for listing in self.listings)


def tray_of(session: MutableMapping[str, Any]) -> Tray:
    """The visitor's tray; asks the database only where something is put aside."""
    codes = put_aside(session)
    if not codes:
        return Tray(())
    rows = {row.code: row for row in Listing.objects.filter(code__in=codes, state__in=PUBLIC).select_related("patent")}
    return Tray(tuple(rows[code] for code in codes if code in rows))
