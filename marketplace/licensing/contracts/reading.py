"""A typed view of the frozen snapshot, so that wording never digs in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.lib.papers import printable
from marketplace.lib.terms import day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PatentFacts:
    """What CC 845 wants named of a patent, and its status with source and date."""

    title: str
    number: str
    kind: str
    applicant: str
    patentee: str
    co_owners: tuple[str, ...]
    pledged: bool
    filed_on: date | None
    granted_on: date | None
    last_day: date | None
    status: str
    status_source: str
    status_checked_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSheetFacts:
    """The standing offer that the licensor's signatory signed once (LIC-K)."""

    name: str
    sha256: str
    signed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The frozen offer. `terms` holds the columns of `listings.models.Terms` by name; `licensor` those of a party."""

    track: str
    co_owner_default: bool
    patents: tuple[PatentFacts, ...]
    licensor: Mapping[str, str]
    terms: Mapping[str, Any]
    class_prices: Mapping[str, int]
    declaration_number: str
    announced_on: date | None
    term_sheet: TermSheetFacts | None

    def text(self, name: str) -> str:
        """A text column of the terms, on one line, fit to print."""
        return one_line(self.terms.get(name))

    def number(self, name: str) -> int:
        """A number column of the terms; 0 where there is none."""
        return int(self.terms.get(name) or 0)

    def flag(self, name: str) -> bool:
        """A yes-or-no column of the terms."""
        return bool(self.terms.get(name))


def read(snapshot: Mapping[str, Any]) -> Offer:
    """The snapshot as `listings.offers.snapshot()` makes it. Absent parts read as empty; never raises for them."""
    terms = dict(snapshot.get("terms") or {})
    prices = terms.pop("class_prices", None) or {}
    patents = [snapshot.get("patent") or {}]
    listing = snapshot.get("listing") or {}
    declaration = snapshot.get("declaration") or {}
    licensor = snapshot.get("licensor") or {}
    return Offer(
        track=str(listing.get("track") or ""),
        co_owner_default=bool(listing.get("co_owner_default")),
        patents=tuple(_patent(row) for row in patents),
        licensor={key: one_line(value) for key, value in licensor.items() if isinstance(value, str)},
        terms=terms,
        class_prices={str(key): int(value) for key, value in dict(prices).items()},
        declaration_number=one_line(declaration.get("number")),
        announced_on=day(declaration.get("announced_on")),
        term_sheet=_term_sheet(snapshot.get("term_sheet")),
    )


def one_line(value: object) -> str:
    """Any text as one printable line."""
    return " ".join(printable(str(value or "")).split())


def lines(value: object) -> list[str]:
    """A text of several lines as printable lines, empty ones left out."""
    return [one for line in str(value or "").splitlines() if (one := one_line(line))]


def day(value: object) -> date | None:
    """A date from an ISO text; of an instant the day in Shanghai. None where there is none."""
    text = str(value or "")
    try:
        if len(text) > len("2026-11-24"):
            instant = datetime.fromisoformat(text)
            return day_of(instant) if instant.tzinfo else instant.date()
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _patent(row: Mapping[str, Any]) -> PatentFacts:
    patentee = one_line(row.get("patentee"))
    others = row.get("co_owners") or ()
    return PatentFacts(
        title=one_line(row.get("title")),
        number=str(row.get("application_number") or ""),
        kind=str(row.get("kind") or ""),
        applicant=one_line(row.get("applicant")) or patentee,
        patentee=patentee,
        co_owners=tuple(one_line(o.get("name") if isinstance(o, Mapping) else o) for o in others),
        pledged=bool(row.get("pledged")),
        filed_on=day(row.get("filed_on")),
        granted_on=day(row.get("granted_on")),
        last_day=day(row.get("last_day")),
        status=str(row.get("status") or ""),
        status_source=one_line(row.get("status_source")),
        status_checked_on=day(row.get("status_checked_at")),
    )


def _term_sheet(row: Mapping[str, Any] | None) -> TermSheetFacts | None:
    if not row or not row.get("sha256"):
        return None
    return TermSheetFacts(
        name=one_line(row.get("name")),
        sha256=str(row["sha256"]),
        signed_on=day(row.get("signed_at")),
    )
