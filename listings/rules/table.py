"""The table of rules: what each one needs, where it is written, what it does, and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from listings.models import Listing, Patent, Track
from marketplace.accounts.models import Organization
from marketplace.lib.findings import Finding, Severity

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

BOTH = (Track.OPEN, Track.PRESET)


class Stage(IntEnum):
    """From when on something has to be met: on submission, before publication, at each new acceptance."""

    SUBMIT = 1
    PUBLISH = 2
    ACCEPT = 3


OfPatent = Callable[[Patent, str], Iterable[Finding]]
OfListing = Callable[[Listing, Stage], Iterable[Finding]]
OfLicensee = Callable[[Listing, Organization], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. `needs` says in our own words what must be so; `citation` where it is written.

    `of_listing` looks at a listing that is about to reach a stage; `of_patent` at a patent for a track, of which there
    need be no listing yet. Where a rule has both, `of_listing` says all that `of_patent` says, and more. `of_licensee`
    looks at an offer and at somebody who wants it. `held_by` says what else holds the rule: a constraint, a step.
    `by_track` is said of a rule that looks at a patent otherwise for one track than for the other.
    """

    id: str
    title: Words
    needs: Words
    citation: str
    effect: Severity
    tracks: tuple[Track, ...] = BOTH
    overridable: bool = False
    by_track: bool = False
    of_patent: OfPatent | None = None
    of_listing: OfListing | None = None
    of_licensee: OfLicensee | None = None
    held_by: Words = ""

    def finding(self, message: Words, remedy: Words = "", field: str = "") -> Finding:
        """A finding of this rule, with its effect and citation."""
        return Finding(self.id, self.effect, message, remedy, self.citation, field)

    def softer(self, message: Words, remedy: Words = "", field: str = "") -> Finding:
        """A finding of this rule that only warns."""
        return Finding(self.id, Severity.WARN, message, remedy, self.citation, field)

    def look(self, listing: Listing, stage: Stage) -> list[Finding]:
        """What the rule has to say about a listing that is about to reach `stage`."""
        if self.of_listing is not None:
            return list(self.of_listing(listing, stage))
        return list(self.of_patent(listing.patent, listing.track)) if self.of_patent is not None else []
