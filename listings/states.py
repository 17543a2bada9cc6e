"""The table of steps of a listing: who may take which from where to where, by which rule, and what the trail says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listings.models import LIVE, Listing, ListingState, Track
from marketplace.audit.actions import Action

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

S = ListingState
BOTH = frozenset(Track)
OPEN, PRESET = frozenset({Track.OPEN}), frozenset({Track.PRESET})


class NotNow(Exception):
    """The listing has moved on since it was looked at, or never stood where this step begins. Nothing was changed."""


class Who(StrEnum):
    """Who takes a step: a lister of the licensor (or its owner), a moderator, or the clock."""

    LISTER = "lister"
    MODERATOR = "moderator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: from any of `source` to one of `target`."""

    label: Words
    who: frozenset[Who]
    source: frozenset[ListingState]
    target: frozenset[ListingState]
    rule: str
    action: Action
    tracks: frozenset[Track] = BOTH


def _step(
    label: Words,
    who: set[Who],
    source: set[ListingState],
    target: set[ListingState],
    rule: str,
    action: Action,
    tracks: frozenset[Track] = BOTH,
) -> Step:
    return Step(label, frozenset(who), frozenset(source), frozenset(target), rule, action, tracks)


OPENS = {S.PUBLICITY, S.AWAITING_ANNOUNCEMENT, S.PUBLISHED}  # where an approved listing can stand
STEPS: dict[str, Step] = {
    "submit": _step(_("Submit"), {Who.LISTER}, {S.DRAFT}, {S.SUBMITTED}, "LIC-12", Action.LISTING_SUBMIT),
    "ask_inside": _step(
        _("Have it approved inside"),
        {Who.LISTER},
        {S.DRAFT, S.SUBMITTED, *OPENS, S.SUSPENDED},
        {S.APPROVAL},
        "INST-4",
        Action.LISTING_APPROVAL,
    ),
    "agreed_inside": _step(
        _("Approved inside"), {Who.SYSTEM}, {S.APPROVAL}, {S.SUBMITTED}, "INST-4", Action.LISTING_SUBMIT
    ),
    "refused_inside": _step(
        _("Call back from approval"),
        {Who.LISTER, Who.SYSTEM},
        {S.APPROVAL},
        {S.DRAFT},
        "INST-4",
        Action.LISTING_RETURN,
    ),
    "revise": _step(
        _("Change the terms"), {Who.LISTER}, {*OPENS, S.SUSPENDED}, {S.SUBMITTED}, "LIC-12", Action.LISTING_EDIT
    ),
    "approve": _step(_("Approve"), {Who.MODERATOR}, {S.SUBMITTED}, OPENS, "LIC-12", Action.LISTING_APPROVE),
    "return": _step(_("Return"), {Who.MODERATOR}, {S.SUBMITTED}, {S.DRAFT}, "LIC-12", Action.LISTING_RETURN),
    "refuse": _step(
        pgettext_lazy("decision", "Refuse"),
        {Who.MODERATOR},
        {S.SUBMITTED},
        {S.REFUSED},
        "LIC-12",
        Action.LISTING_REFUSE,
    ),
    "recheck": _step(_("Check again"), {Who.SYSTEM}, {S.SUSPENDED}, {S.SUBMITTED}, "INST-5", Action.LISTING_RECHECK),
    "advance": _step(
        pgettext_lazy("listing", "Open"),
        {Who.SYSTEM, Who.MODERATOR, Who.LISTER},
        {S.PUBLICITY, S.AWAITING_ANNOUNCEMENT},
        {S.AWAITING_ANNOUNCEMENT, S.PUBLISHED},
        "INST-1",
        Action.LISTING_PUBLISH,
    ),
    "uphold": _step(
        _("Uphold an objection"),
        {Who.MODERATOR},
        {S.PUBLICITY, S.AWAITING_ANNOUNCEMENT},
        {S.DRAFT},
        "INST-2",
        Action.LISTING_RETURN,
    ),
    "suspend": _step(
        _("Suspend"),
        {Who.MODERATOR, Who.SYSTEM},
        {*OPENS, S.WITHDRAWAL_REQUESTED},
        {S.SUSPENDED},
        "DECL-8",
        Action.LISTING_SUSPEND,
    ),
    "resume": _step(
        _("Resume"),
        {Who.MODERATOR, Who.SYSTEM},
        {S.SUSPENDED},
        {*OPENS, S.WITHDRAWAL_REQUESTED},
        "DECL-8",
        Action.LISTING_RESUME,
    ),
    "request_withdrawal": _step(
        _("Request withdrawal"),
        {Who.LISTER},
        {S.PUBLISHED, S.SUSPENDED},
        {S.WITHDRAWAL_REQUESTED},
        "DECL-7",
        Action.LISTING_WITHDRAW_REQUEST,
        OPEN,
    ),
    "withdraw": _step(
        _("Withdraw"),
        {Who.LISTER, Who.MODERATOR, Who.SYSTEM},
        {S.WITHDRAWAL_REQUESTED, S.SUSPENDED},  # suspended: where the withdrawal was asked for before
        {S.WITHDRAWN},
        "DECL-7",
        Action.LISTING_WITHDRAW,
        OPEN,
    ),
    "drop": _step(
        _("Take back"),
        {Who.LISTER},
        {S.DRAFT, S.APPROVAL, S.SUBMITTED, S.PUBLICITY, S.AWAITING_ANNOUNCEMENT},
        {S.WITHDRAWN},
        "LIC-12",
        Action.LISTING_WITHDRAW,
    ),
    "end_offer": _step(
        _("Withdraw"),
        {Who.LISTER},
        {S.PUBLISHED, S.SUSPENDED},
        {S.WITHDRAWN},
        "LIC-K",
        Action.LISTING_WITHDRAW,
        PRESET,
    ),
    "expire": _step(_("Expire"), {Who.SYSTEM}, set(LIVE), {S.EXPIRED}, "DECL-5", Action.LISTING_EXPIRE),
}
EDITABLE = frozenset({S.DRAFT, S.SUBMITTED, *OPENS, S.SUSPENDED})


def open_to(who: Who, listing: Listing) -> list[str]:
    """The names of the steps that `who` could take with a listing as it stands, in the table's order."""
    return [
        name
        for name, step in STEPS.items()
        if who in step.who and listing.state in step.source and listing.track in step.tracks
    ]
