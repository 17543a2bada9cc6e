"""What a row of the table of steps says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from listings.models import Track
from marketplace.accounts.models import Role
from marketplace.audit.actions import Action
from marketplace.licensing.models import State, Trial

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
    `outcome` is how a trial comes out that still runs when the step ends its license.
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
    outcome: Trial | None = None

    @property
    def stays(self) -> bool:
        """Whether the step leaves the agreement in the state it is in: what moves is a row beside it."""
        return self.source == self.targets

    def allows(self, who: Who, track: str, state: str | None) -> bool:
        """Whether `who` may take this step on an agreement of this track in this state (None: before the first)."""
        here = not self.source if state is None else state in self.source
        return who in self.who and track in self.tracks and here


BOTH = frozenset({Track.OPEN, Track.PRESET})
PRESET = frozenset({Track.PRESET})
OPEN = frozenset({Track.OPEN})
ASKS = frozenset({Role.LISTER, Role.SIGNATORY, Role.OWNER})
SIGNS = frozenset({Role.SIGNATORY})
REPORTS = frozenset({Role.LISTER, Role.SIGNATORY, Role.OWNER, Role.FINANCE})  # who answers for use and money
PAYS = frozenset({Role.FINANCE, Role.SIGNATORY, Role.OWNER})  # who pays for a licensee
NOBODY: frozenset[Role] = frozenset()  # moderators and the clock hold no role in either organization
