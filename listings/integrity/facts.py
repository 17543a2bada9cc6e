"""What detectors are given and what they give back: plain values, so that they can be judged without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class PatentText:
    """A patent's words. `key` names it; `owner` who offers it."""

    key: str
    title: str
    abstract: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that happened to a listing on a day, with the price (minor units) where it carries one.

    `event`: listed, price_set, price_changed, made_free, price_withdrawn, enquiry, offer_received, deal_signed, ….
    """

    on: date
    event: str
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """The turns of one listing in the order of time, the first one first."""

    key: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds how much of an organization, in percent where it is known."""

    name: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """An organization, and the names, places and accounts by which it can be tied to another.

    `heads` lead or act for it, `inventors` invented for it, `aliases` are further names it has or had.
    """

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    holdings: tuple[Holding, ...] = ()
    inventors: tuple[str, ...] = ()
    address: str = ""
    phone: str = ""
    email: str = ""
    contact: str = ""
    bank_account: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A license: who gave it to whom for what, since when, and what is seen of its use."""

    key: str
    licensor: str
    licensee: str
    field_of: str  # the class of the patent, its first four characters: C22B
    since: date
    free: bool
    signs: tuple[str, ...] = ()  # of use: a payment, a report, a question to the inventors
    people: int | None = None  # of the licensee


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: its subjects by role, how strong it is (0 to 100), and what a person should look at."""

    kind: str
    key: str
    score: int
    subjects: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
