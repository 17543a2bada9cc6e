"""The steps of a negotiation: who may take which, from where to where, how long the next one has, what silence does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Role
from marketplace.audit.actions import Action
from marketplace.licensing.models import NegotiationState as N
from marketplace.licensing.steps.step import ASKS, NOBODY, Who

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

PARTIES = frozenset({Who.LICENSEE, Who.LICENSOR})
ANSWER_DAYS = 10
DESK_DAYS = 3
SIGN_DAYS = 15


@dataclass(frozen=True, slots=True)
class Talk:
    """One row: as licensing.steps.step.Step, for the states of a negotiation. Preset track only (TRACK-3)."""

    name: str
    source: frozenset[N]
    targets: frozenset[N]
    who: frozenset[Who]
    roles: frozenset[Role]
    rule: str
    action: Action
    label: Words
    told: Words
    days: int | None = None
    silence: Words = ""

    def allows(self, who: Who, state: str | None) -> bool:
        """Whether `who` may take this step in this state (None: before the first)."""
        here = not self.source if state is None else state in self.source
        return who in self.who and here


_LAPSES = _("The negotiation lapses. Nothing changes and nothing is owed.")
TALKS: dict[str, Talk] = {
    row.name: row
    for row in (
        Talk(
            "ask",
            frozenset(),
            frozenset({N.ASKED, N.OPEN}),  # changes of a license in force go to the other side at once
            PARTIES,
            ASKS,
            "TRACK-3",
            Action.NEGOTIATION_ASK,
            _("Ask for other terms"),
            _("Asked for other terms"),
            days=DESK_DAYS,
            silence=_("It goes on to the other side without a coordinator."),
        ),
        Talk(
            "take",
            frozenset({N.ASKED, N.OPEN}),
            frozenset({N.OPEN}),
            frozenset({Who.MODERATOR}),
            NOBODY,
            "TRACK-3",
            Action.NEGOTIATION_TAKE,
            _("Take it and pass it on"),
            _("A coordinator took it and passed it on"),
            days=ANSWER_DAYS,
            silence=_LAPSES,
        ),
        Talk(
            "pass",
            frozenset({N.ASKED}),
            frozenset({N.OPEN}),
            frozenset({Who.SYSTEM}),
            NOBODY,
            "TRACK-3",
            Action.NEGOTIATION_PASS,
            _("Pass it on"),
            _("It went on to the other side without a coordinator"),
            days=ANSWER_DAYS,
            silence=_LAPSES,
        ),
        Talk(
            "propose",
            frozenset({N.ASKED, N.OPEN, N.AGREED}),
            frozenset({N.ASKED, N.OPEN}),
            PARTIES,
            ASKS,
            "LIC-10",
            Action.NEGOTIATION_PROPOSE,
            _("Propose another version"),
            _("Proposed another version"),
            days=ANSWER_DAYS,
            silence=_LAPSES,
        ),
        Talk(
            "accept",
            frozenset({N.OPEN}),
            frozenset({N.AGREED}),
            PARTIES,
            ASKS,
            "LIC-10",
            Action.NEGOTIATION_ACCEPT,
            _("Accept this version"),
            _("Accepted the version"),
            days=SIGN_DAYS,
            silence=_("What was agreed lapses unsigned."),
        ),
        Talk(
            "withdraw",
            frozenset({N.ASKED, N.OPEN, N.AGREED}),
            frozenset({N.WITHDRAWN}),
            frozenset({*PARTIES, Who.MODERATOR}),
            ASKS,
            "LIC-10",
            Action.NEGOTIATION_WITHDRAW,
            _("Break off the negotiation"),
            _("Broke off the negotiation"),
        ),
        Talk(
            "note",
            frozenset({N.ASKED, N.OPEN, N.AGREED}),
            frozenset({N.ASKED, N.OPEN, N.AGREED}),
            frozenset({*PARTIES, Who.MODERATOR}),
            ASKS,
            "LIC-10",
            Action.NEGOTIATION_NOTE,
            _("Add a note"),
            _("Added a note"),
        ),
        Talk(
            "conclude",
            frozenset({N.AGREED}),
            frozenset({N.DONE}),
            frozenset({Who.SYSTEM}),
            NOBODY,
            "LIC-7",
            Action.NEGOTIATION_CONCLUDE,
            _("Conclude"),
            _("Both sides signed"),
        ),
        Talk(
            "lapse",
            frozenset({N.ASKED, N.OPEN, N.AGREED}),
            frozenset({N.LAPSED}),
            frozenset({Who.SYSTEM}),
            NOBODY,
            "LIC-10",
            Action.NEGOTIATION_LAPSE,
            _("Lapse"),
            _("The time to act ran out"),
        ),
    )
}
