"""What the papers after the contract state: amendment, termination, withdrawal, power of attorney."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from marketplace.licensing.contracts.facts import DealFacts, PartyFacts, PaymentFacts

TEXT = "text"  # the name of a change that the parties word themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """One changed point.

    `name` is a column of `listings.models.Terms` ("fee_minor", "months", "territory" …) or "ends_on", with raw values
    before and after; or TEXT with the parties' own words, which `label` names ("delivery of samples").
    """

    name: str
    before: Any = None
    after: Any = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentFacts:
    """An agreed change of a contract; a renewal is a change of "ends_on".

    `snapshot` and `deal` are the contract's own (frozen offer, `facts_of(agreement)`). `effective_on` None: from the
    last signature. `made_on` dates the paper (Asia/Shanghai).
    """

    snapshot: Mapping[str, Any]
    deal: DealFacts
    changes: tuple[TermChange, ...]
    number: int = 1
    reason: str = ""
    effective_on: date | None = None
    made_on: date | None = None


class Ground(StrEnum):
    """Why a license ends before its time."""

    MUTUAL = "mutual"  # both sign (CC 562)
    TRIAL_EXIT = "trial_exit"  # the licensee leaves within the free period (PRESET-2)
    EARLY = "early"  # the licensee's early exit by notice, as the contract has it
    BREACH = "breach"  # a main duty not performed within thirty days of a written demand (CC 563)
    NONPAYMENT = "nonpayment"  # the same, for money
    PATENT_ENDED = "patent_ended"  # ended, wholly invalidated, or the right to license is gone (CC 865)
    PATENT_CHANGED = "patent_changed"  # something else happened to it that the contract lets the licensee leave for


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminationFacts:
    """The end of a contract before its time, by agreement or by one side's notice.

    `by` is "licensor" or "licensee", empty only by agreement. `ends_on` is the last day of the license, `told_on` the
    day on which the notice enters the other's inbox, `demanded_on` that of the written demand before. `owed` are the
    payments that stay owed, `refund_minor` what the licensor pays back, `sell_until` the last day on which products
    made before may be sold (None: no such time).
    """

    snapshot: Mapping[str, Any]
    deal: DealFacts
    ground: Ground
    ends_on: date
    by: str = ""
    number: int = 1
    detail: str = ""
    told_on: date | None = None
    demanded_on: date | None = None
    owed: tuple[PaymentFacts, ...] = ()
    refund_minor: int = 0
    sell_until: date | None = None
    made_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalFacts:
    """Taking an offer back: the declaration of an open license (DECL-7) or a preset offer.

    `snapshot` is the offer's; its track says which. `consents` are the co-owners with the day of their consent.
    `announced_on` is the day of the office's announcement, where known; `standing` how many licenses stay in force.
    """

    snapshot: Mapping[str, Any]
    reason: str
    consents: tuple[tuple[str, date | None], ...] = ()
    announced_on: date | None = None
    standing: int = 0
    to: str = ""  # a licensee or requester who is told; empty: to the patent office or to everybody
    made_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOfAttorneyFacts:
    """A power of attorney to print, stamp and upload; what is not known stays a blank.

    `scopes` are "contracts", "term_sheets", "filings", "payments"; empty: boxes to tick. `at_most_minor` None: a blank.
    """

    principal: PartyFacts = field(default_factory=PartyFacts)
    agent: str = ""
    agent_position: str = ""
    agent_contact: str = ""
    scopes: tuple[str, ...] = ()
    at_most_minor: int | None = None
    currency: str = "CNY"
    valid_from: date | None = None
    valid_until: date | None = None
    made_on: date | None = None


Further = AmendmentFacts | TerminationFacts | WithdrawalFacts | PowerOfAttorneyFacts
