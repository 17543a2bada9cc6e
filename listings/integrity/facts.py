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
class PriceSet:
    """A price that was set or changed on a day, in minor units; `before` None where there was none."""

    key: str
    on: date
    amount: int
    before: int | None = None
    mode: str = "fixed"


@dataclass(frozen=True, slots=True)
class Party:
    """An organization, and the names, places and accounts by which it can be tied to another.

    `people` are further persons who act for it (members, inventors), `serves` marks a shared address or number that
    ties nobody: that of an agent or an incubator.
    """

    key: str
    name: str
    kind: str = ""
    legal_representative: str = ""
    shareholders: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    address: str = ""
    division: str = ""
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
