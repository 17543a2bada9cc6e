"""The inventory of personal data, as data: what each room keeps of people, why, by which right, how long (PII-1).

A room also says here how its rows about a person are copied out, what it must keep when the account is closed, and how
the rest is erased (PII-5). Nothing else knows all rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.models import User
    from marketplace.lib.findings import Finding


class Basis(StrEnum):
    """The ground of PIPL art. 13 on which something is kept."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LAW = "law"
    PUBLIC = "public"

    @property
    def words(self) -> Words:
        """For people, with the article."""
        return _BASES[self]


_BASES: dict[Basis, Words] = {
    Basis.CONSENT: _("Your consent (PIPL art. 13 (1))"),
    Basis.CONTRACT: _("Needed for a contract with you (PIPL art. 13 (2))"),
    Basis.LAW: _("Required by law (PIPL art. 13 (3))"),
    Basis.PUBLIC: _("Published by law or by yourself (PIPL art. 13 (6))"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """How long something is kept, in words; `after` is what the nightly deletion goes by where time alone decides."""

    words: Words
    after: timedelta | None = None


ACCOUNT = Kept(_("Until you close your account"))
ORGANIZATION = Kept(_("Until the organization leaves, or three years after its last license ended"))
CONTRACT = Kept(
    _("Three years after the license ended or the deal was closed (E-Commerce Law art. 31)"), timedelta(1096)
)
LOGS = Kept(_("Six months (Cybersecurity Law art. 21)"), timedelta(184))
SETTLED = Kept(_("Three years after it was settled"), timedelta(1096))
INBOX = Kept(_("Two years"), timedelta(731))
CODES = Kept(_("A day after it expired"), timedelta(1))
LINKS = Kept(_("Thirty days after it was used or expired"), timedelta(30))
COPIES = Kept(_("Seven days, or until it was fetched"), timedelta(7))
UPLOADS = Kept(_("Half a year after the import was settled"), timedelta(184))
DRAFTS = Kept(_("A year after it was last touched"), timedelta(366))
SHOWN = Kept(_("As long as the patent is shown here"))


class Ending(StrEnum):
    """What becomes of something when the person closes the account."""

    GONE = "gone"
    OVERWRITTEN = "overwritten"
    STAYS = "stays"
    OTHERS = "others"

    @property
    def words(self) -> Words:
        """For people."""
        return _ENDINGS[self]


_ENDINGS: dict[Ending, Words] = {
    Ending.GONE: pgettext_lazy("personal data", "Deleted at once"),
    Ending.OVERWRITTEN: pgettext_lazy("personal data", "Overwritten at once"),
    Ending.STAYS: pgettext_lazy("personal data", "Stays locked until its time is over"),
    Ending.OTHERS: pgettext_lazy("personal data", "Belongs to the organization and stays with it"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the inventory: fields of one model that serve one purpose."""

    model: str  # "accounts.User"
    fields: tuple[str, ...]
    what: Words
    purpose: Words
    basis: Basis
    kept: Kept
    ending: Ending


_ITEMS: list[Item] = []
_NOT: dict[str, str] = {}


def keep(model: str, *fields: str, what: Words, purpose: Words, basis: Basis, kept: Kept, ending: Ending) -> None:
    """Enter fields of a model ("app.Model") into the inventory. Call it in AppConfig.ready() of its room."""
    if not fields:
        raise ValueError(f"{model}: name the fields")
    _ITEMS.append(Item(model, fields, what, purpose, basis, kept, ending))


def nobody(model: str, *fields: str, because: str) -> None:
    """Say that fields with a personal-looking name hold nothing about people; `because` is for readers of the code."""
    if not because:
        raise ValueError(f"{model}: say why")
    _NOT.update({f"{model}.{field}": because for field in fields})


def items() -> list[Item]:
    """The whole inventory, in the order in which rooms entered it."""
    return list(_ITEMS)


def known() -> set[str]:
    """Every "app.Model.field" that the inventory speaks of, also those that hold nothing about people."""
    return {f"{item.model}.{field}" for item in _ITEMS for field in item.fields} | set(_NOT)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a person's copy: its name in the file, its heading, and how its rows are read."""

    name: str
    label: Words
    rows: Callable[[User], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Hold:
    """Something that stays when an account is closed: what, why, until when (None: no day is known yet), how many."""

    what: str
    why: str
    until: date | None
    number: int


_PARTS: dict[str, Part] = {}
_HOLDS: dict[str, Callable[[User], Iterable[Hold]]] = {}
_HINDRANCES: dict[str, Callable[[User], Iterable[Finding]]] = {}
_ERASERS: dict[str, tuple[int, Callable[[User], int]]] = {}
_SWEEPS: dict[str, Callable[[], int]] = {}


def part(name: str, label: Words, rows: Callable[[User], Iterable[Mapping[str, Any]]]) -> None:
    """Register how a room's rows about a person are copied out: plain values, nobody else's data."""
    _PARTS[name] = Part(name, label, rows)


def hold(name: str, find: Callable[[User], Iterable[Hold]]) -> None:
    """Register what a room must keep of a person who closes the account."""
    _HOLDS[name] = find


def hindrance(name: str, find: Callable[[User], Iterable[Finding]]) -> None:
    """Register what a person has to settle before the account can be closed."""
    _HINDRANCES[name] = find


def hindrances(user: User) -> list[Finding]:
    """What has to be settled first, room by room."""
    return [found for name in sorted(_HINDRANCES) for found in _HINDRANCES[name](user)]


def eraser(name: str, erase: Callable[[User], int], *, order: int = 100) -> None:
    """Register how a room erases a person: called inside the transaction of the erasure, returns rows touched."""
    _ERASERS[name] = (order, erase)


def sweep(name: str, delete: Callable[[], int]) -> None:
    """Register how a room deletes what is past its time; called every night, returns rows deleted."""
    _SWEEPS[name] = delete


def parts() -> list[Part]:
    """The parts of a copy, by name."""
    return [_PARTS[name] for name in sorted(_PARTS)]


def holds(user: User) -> list[Hold]:
    """What would stay, counted now, in the language that is active."""
    return [found for name in sorted(_HOLDS) for found in _HOLDS[name](user) if found.number]


def erasers() -> list[tuple[str, Callable[[User], int]]]:
    """How rooms erase a person, in order."""
    return [(name, _ERASERS[name][1]) for name in sorted(_ERASERS, key=lambda name: (_ERASERS[name][0], name))]


def sweeps() -> list[tuple[str, Callable[[], int]]]:
    """What deletes what is past its time, by name."""
    return sorted(_SWEEPS.items())
