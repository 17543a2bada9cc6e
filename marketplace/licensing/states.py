"""The table of steps: who may move an agreement from where to where, by which rule, until when, and what silence does.

The flow, the buttons, the mails, the deal page, the database trigger and the tests read this table. Its rows stand in
licensing.steps, by what they are about.
"""

from __future__ import annotations

from listings.models import Track
from marketplace.licensing.models import State
from marketplace.licensing.steps import changing, making, running
from marketplace.licensing.steps.negotiating import TALKS, Talk
from marketplace.licensing.steps.step import ASKS, BOTH, NOBODY, OPEN, PAYS, PRESET, REPORTS, SIGNS, Step, Who

__all__ = [
    "ASKS",
    "BOTH",
    "NOBODY",
    "OPEN",
    "PAYS",
    "PRESET",
    "REPORTS",
    "SIGNS",
    "STATES_OF",
    "STEPS",
    "TALKS",
    "Step",
    "Talk",
    "Who",
    "moves",
    "turn_of",
]

STEPS: dict[str, Step] = {row.name: row for row in (*making.ROWS, *running.ROWS, *changing.ROWS)}


def moves() -> set[tuple[str, str, str]]:
    """Every (track, from, to) that the table lists and that changes the state."""
    return {
        (str(track), str(old), str(new))
        for step in STEPS.values()
        for track in step.tracks
        for old in step.source & STATES_OF[track]
        for new in step.targets
        if old != new and not step.stays
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
