"""The table of steps: who may move an agreement from where to where, by which rule, until when, and what silence does.

The flow, the buttons, the mails, the deal page, the database trigger and the tests read this table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.models import Track
from marketplace.accounts.models import Role
from marketplace.audit.actions import Action
from marketplace.licensing.models import OPEN_STATES, State

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


class Who(StrEnum):
    """Whose act a step is."""

    LICENSEE = "licensee"
    LICENSOR = "licensor"
    MODERATOR = "moderator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table.

    `source` is empty for the step that makes an agreement. `targets` names every state the step can lead to; a state
    that is also a source means the step may leave the agreement where it is (a first of two signatures).
    `days` is how long the next person has after this step, `silence` what happens when nobody acts in that time.
    """

    name: str
    tracks: frozenset[Track]
    source: frozenset[State]
    targets: frozenset[State]
    who: frozenset[Who]
    roles: frozenset[Role]
    rule: str
    action: Action
    label: Words
    told: Words
    days: int | None = None
    silence: Words = ""

    def allows(self, who: Who, track: str, state: str | None) -> bool:
        """Whether `who` may take this step on an agreement of this track in this state (None: before the first)."""
        here = not self.source if state is None else state in self.source
        return who in self.who and track in self.tracks and here


BOTH = frozenset({Track.OPEN, Track.PRESET})
PRESET = frozenset({Track.PRESET})
OPEN = frozenset({Track.OPEN})
ASKS = frozenset({Role.LISTER, Role.SIGNATORY, Role.OWNER})
SIGNS = frozenset({Role.SIGNATORY})
PAYS = frozenset({Role.FINANCE, Role.SIGNATORY, Role.OWNER})  # who pays for a licensee
NOBODY: frozenset[Role] = frozenset()  # moderators and the clock hold no role in either organization

_LAPSES = _("The request lapses. Nothing is owed and you may ask again.")
_LAPSES_UNPAID = _("It lapses unpaid: no license comes into being and nothing is owed.")

_ROWS: Iterable[Step] = (
    Step(
        "request",
        PRESET,
        frozenset(),
        frozenset({State.REQUESTED, State.OFFERED}),
        frozenset({Who.LICENSEE}),
        ASKS,
        "LIC-D",
        Action.AGREEMENT_REQUEST,
        _("Request this license"),
        _("Requested the license"),
        days=10,
        silence=_LAPSES,
    ),
    Step(
        "prepare",
        OPEN,
        frozenset(),
        frozenset({State.PREPARED}),
        frozenset({Who.LICENSEE}),
        ASKS,
        "LIC-A",
        Action.AGREEMENT_REQUEST,
        _("Prepare the written notice"),
        _("Prepared the written notice"),
        days=30,
        silence=_LAPSES,
    ),
    Step(
        "offer",
        PRESET,
        frozenset({State.REQUESTED}),
        frozenset({State.OFFERED}),
        frozenset({Who.MODERATOR}),
        NOBODY,
        "LIC-J",
        Action.AGREEMENT_OFFER,
        _("Let the request pass"),
        _("The platform let the request pass"),
        days=15,
        silence=_LAPSES,
    ),
    Step(
        "decline",
        PRESET,
        frozenset({State.REQUESTED, State.OFFERED}),
        frozenset({State.DECLINED}),
        frozenset({Who.LICENSOR, Who.MODERATOR}),
        ASKS,
        "LIC-K",
        Action.AGREEMENT_DECLINE,
        _("Decline the request"),
        _("Declined the request"),
    ),
    Step(
        "confirm",
        PRESET,
        frozenset({State.OFFERED}),
        frozenset({State.OFFERED}),
        frozenset({Who.LICENSEE}),
        ASKS,
        "LIC-F",
        Action.AGREEMENT_CONFIRM_CLAUSE,
        _("Confirm the highlighted clauses"),
        _("Confirmed a highlighted clause"),
    ),
    Step(
        "sign",
        PRESET,
        frozenset({State.OFFERED}),
        frozenset({State.OFFERED, State.SIGNED, State.ACTIVE}),
        frozenset({Who.LICENSEE, Who.LICENSOR}),
        SIGNS,
        "LIC-C",
        Action.AGREEMENT_SIGN,
        _("Sign the contract"),
        _("Signed the contract"),
        silence=_LAPSES_UNPAID,
    ),
    Step(
        "send_notice",
        OPEN,
        frozenset({State.PREPARED}),
        frozenset({State.NOTICED, State.ACTIVE}),
        frozenset({Who.LICENSEE}),
        SIGNS,
        "LIC-A",
        Action.AGREEMENT_NOTICE,
        _("Sign and send the notice"),
        _("Sent the written notice to the licensor"),
        silence=_LAPSES_UNPAID,
    ),
    Step(
        "settle",
        BOTH,
        frozenset({State.SIGNED, State.NOTICED, State.ACTIVE}),
        frozenset({State.ACTIVE}),
        frozenset({Who.SYSTEM}),
        NOBODY,
        "LIC-A",
        Action.AGREEMENT_SETTLE,
        _("Pay"),
        _("The payment was booked"),
    ),
    Step(
        "settle_ended",
        BOTH,
        frozenset({State.ENDED}),
        frozenset({State.ENDED}),
        frozenset({Who.SYSTEM}),
        NOBODY,
        "LIC-C",
        Action.AGREEMENT_SETTLE,
        _("Pay what fell due before the end"),
        _("A payment was booked that fell due before the end"),
    ),
    Step(
        "cancel",
        BOTH,
        frozenset({State.REQUESTED, State.OFFERED, State.PREPARED, State.NOTICED}),
        frozenset({State.CANCELLED}),
        frozenset({Who.LICENSEE}),
        ASKS,
        "LIC-G",
        Action.AGREEMENT_CANCEL,
        _("Cancel the request"),
        _("Cancelled the request"),
    ),
    Step(
        "lapse",
        BOTH,
        frozenset(OPEN_STATES),
        frozenset({State.LAPSED}),
        frozenset({Who.SYSTEM}),
        NOBODY,
        "LIC-G",
        Action.AGREEMENT_LAPSE,
        _("Lapse"),
        _("The time to act ran out"),
    ),
    Step(
        "leave",
        PRESET,
        frozenset({State.ACTIVE}),
        frozenset({State.ENDED}),
        frozenset({Who.LICENSEE}),
        SIGNS,
        "PRESET-2",
        Action.AGREEMENT_LEAVE,
        _("Leave within the free period"),
        _("Left within the free period, at no cost"),
    ),
    Step(
        "end",
        BOTH,
        frozenset({State.ACTIVE}),
        frozenset({State.ENDED}),
        frozenset({Who.SYSTEM}),
        NOBODY,
        "DECL-5",
        Action.AGREEMENT_END,
        _("End"),
        _("The license term ended"),
    ),
)
STEPS: dict[str, Step] = {row.name: row for row in _ROWS}


def moves() -> set[tuple[str, str, str]]:
    """Every (track, from, to) that the table lists and that changes the state."""
    return {
        (str(track), str(old), str(new))
        for step in STEPS.values()
        for track in step.tracks
        for old in step.source & STATES_OF[track]
        for new in step.targets
        if old != new
    }


STATES_OF: dict[Track, frozenset[State]] = {
    Track.OPEN: frozenset(State) - {State.REQUESTED, State.OFFERED, State.SIGNED, State.DECLINED},
    Track.PRESET: frozenset(State) - {State.PREPARED, State.NOTICED},
}


def turn_of(track: str, state: str, missing: frozenset[Who] = frozenset()) -> Who | None:
    """Whose turn it is. `missing` are the parties whose signature is still missing while a contract is offered."""
    match State(state):
        case State.REQUESTED:
            return Who.MODERATOR
        case State.OFFERED:
            return Who.LICENSEE if Who.LICENSEE in missing or not missing else Who.LICENSOR
        case State.PREPARED | State.SIGNED | State.NOTICED:
            return Who.LICENSEE
        case _:
            return None
