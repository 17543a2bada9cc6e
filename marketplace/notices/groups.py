"""Groups of messages that a person may want at once, gathered once a day or week, or not by mail at all.

What a deadline, a served notice or one's own safety hangs on is needed: it is mailed at once, whatever was chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from marketplace.notices.models import Pace

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its words, what is in it, and how it is mailed to whoever has not chosen."""

    name: str
    label: Words
    holds: Words
    pace: Pace = Pace.NOW


GROUPS: dict[str, Group] = {
    group.name: group
    for group in (
        Group("deals", _("Deals"), _("requests, signatures of the other side, licenses in force, reports")),
        Group("money", _("Money"), _("payments booked, transfers declared, money that fits nothing")),
        Group("offers", _("Your offers and patents"), _("review, publicity, publication, status of patents")),
        Group("needs", _("Needs and contacts"), _("what firms look for, questions for a contact"), Pace.DAILY),
        Group("people", _("Your organization"), _("members, verification, signing authority")),
        Group("work", _("Moderation"), _("what waits for moderators")),
    )
}
OTHER = "other"  # a kind that no table knows is mailed at once until somebody decides where it belongs

# The longest beginning that fits says the group; a room may also name it when it registers a kind.
_BEGINNINGS: dict[str, str] = {
    "accounts.": "people",
    "accounts.contact": "needs",
    "accounts.verification_submitted": "work",
    "accounts.authority_asked": "work",
    "accounts.copy": "people",
    "amendment": "deals",
    "asking.": "offers",
    "ca_": "deals",
    "catalog.": "work",
    "change_": "deals",
    "claim": "deals",
    "cms.": "work",
    "copy_": "deals",
    "correction": "deals",
    "deal_": "deals",
    "deal_look": "work",
    "end_": "deals",
    "filing": "deals",
    "hold": "deals",
    "listing.": "offers",
    "listing.given": "work",
    "listing.submitted": "work",
    "listing.corrected": "work",
    "need.": "needs",
    "need.new": "work",
    "negotiation": "deals",
    "paper": "deals",
    "patent.": "offers",
    "pay": "money",
    "recordal": "deals",
    "registration": "deals",
    "renewal": "deals",
    "repay": "money",
    "report": "deals",
    "seals_late": "work",
    "security": "deals",
    "stamped": "deals",
    "talk_": "deals",
    "term_sheet": "offers",
    "trial_": "deals",
    "use_report": "deals",
}

# Why a kind cannot be switched off, by its beginning.
DEADLINE = _("a deadline runs from it")
SERVED = _("it serves a notice with legal effect")
SAFETY = _("it guards your account and your money")
_NEEDED: dict[str, Words] = {
    "accounts.account_changed": SAFETY,
    "accounts.factor_dropped": SAFETY,
    "accounts.organization_suspended": SERVED,
    "accounts.organization_vetoed": SERVED,
    "accounts.security": SAFETY,
    "amendment_sign": DEADLINE,
    "deal_lapsed": DEADLINE,
    "deal_notice": SERVED,
    "deal_other_signed": DEADLINE,
    "deal_patent": SERVED,
    "deal_pay": DEADLINE,
    "deal_sign": DEADLINE,
    "deal_withdrawal": SERVED,
    "end_noticed": SERVED,
    "end_proposed": DEADLINE,
    "hold": SERVED,
    "listing.confirm_alive": DEADLINE,
    "listing.frozen": SERVED,
    "listing.stale": DEADLINE,
    "payment.disputed": SAFETY,
    "payment.failed": DEADLINE,
    "payment.reminder": DEADLINE,
    "repay_owed": DEADLINE,
    "report_lowered": DEADLINE,
}
_NEEDED_WORDS = ("demand", "terminat", "remind", "breach", "overdue", "lapse", "served", "due")
_OWN: dict[str, tuple[str, Words | None]] = {}


def place(kind: str, group: str, *, needed: Words | None = None) -> None:
    """Let a room say to which group a kind belongs, and why it cannot be switched off. KeyError: no such group."""
    _OWN[kind] = (GROUPS[group].name, needed)


def of(kind: str) -> str:
    """The group of a kind; OTHER where nobody said."""
    if kind in _OWN:
        return _OWN[kind][0]
    return next((_BEGINNINGS[start] for start in _longest(_BEGINNINGS) if kind.startswith(start)), OTHER)


def needed(kind: str) -> Words | None:
    """Why a kind is mailed at once whatever was chosen; None where it follows the person's wish."""
    if kind in _OWN:
        return _OWN[kind][1]
    if of(kind) == OTHER:
        return SERVED
    found = next((_NEEDED[start] for start in _longest(_NEEDED) if kind.startswith(start)), None)
    if found is None and any(word in kind for word in _NEEDED_WORDS):
        return DEADLINE
    return found


def _longest(table: Iterable[str]) -> list[str]:
    return sorted(table, key=len, reverse=True)
