"""The table of rules: what each one needs, where it is written, what it does, and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from listings.models import Listing, Patent, Track
from marketplace.lib.findings import Finding, Severity

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

OfListing = Callable[[Listing], Iterable[Finding]]
OfPatent = Callable[[Patent, str], Iterable[Finding]]
BOTH = (Track.OPEN, Track.PRESET)


class Stage(IntEnum):
    """From when on something has to be met: on submission, before publication, at each new acceptance."""

    SUBMIT = 1
    PUBLISH = 2
    ACCEPT = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. `needs` says in our own words what must be so; `citation` where it is written.

    `of_patent` looks at a patent for a track, `of_listing` at a whole listing, both from submission on;
    `before_publication` and `at_acceptance` look from those stages on. A rule without any of them is held by
    construction (`held_by` says how) and stands in the table so that it can be read.
    """

    id: str
    title: Words
    needs: Words
    citation: str
    effect: Severity
    tracks: tuple[Track, ...] = BOTH
    overridable: bool = False
    of_patent: OfPatent | None = None
    of_listing: OfListing | None = None
    before_publication: OfListing | None = None
    at_acceptance: OfListing | None = None
    held_by: Words = ""

    def finding(self, message: Words, remedy: Words = "", field: str = "") -> Finding:
        """A finding of this rule, with its effect and citation."""
        return Finding(self.id, self.effect, message, remedy, self.citation, field)

    def softer(self, message: Words, remedy: Words = "", field: str = "") -> Finding:
        """A finding of this rule that only warns."""
        return Finding(self.id, Severity.WARN, message, remedy, self.citation, field)

    def look(self, listing: Listing, stage: Stage) -> list[Finding]:
        """What the rule has to say about a listing that is about to reach `stage`."""
        found: list[Finding] = []
        if self.of_patent is not None:
            found += self.of_patent(listing.patent, listing.track)
        if self.of_listing is not None:
            found += self.of_listing(listing)
        if self.before_publication is not None and stage >= Stage.PUBLISH:
            found += self.before_publication(listing)
        if self.at_acceptance is not None and stage >= Stage.ACCEPT:
            found += self.at_acceptance(listing)
        return found
