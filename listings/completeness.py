"""How much of a listing a factory owner would understand: a score, what is missing most, and the line below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.models import Listing

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LINE = 60  # of 100: below it nothing is submitted (STORY-1)
PROBLEM = 20  # characters that a problem takes to be understood


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that helps a reader: whether it is told, what to tell, how many points of 100 it counts.

    A `needed` one stops the submission by itself. `field` is the story form's.
    """

    label: _StrPromise
    told: bool
    advice: _StrPromise
    points: int
    field: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Completeness:
    """The hints with their score."""

    hints: tuple[Hint, ...]

    @property
    def told(self) -> int:
        """How many are told."""
        return sum(hint.told for hint in self.hints)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.hints)

    @property
    def score(self) -> int:
        """Points of 100."""
        return sum(hint.points for hint in self.hints if hint.told)

    @property
    def missing(self) -> list[Hint]:
        """Those not told yet, what is needed first, then what counts most."""
        return sorted((hint for hint in self.hints if not hint.told), key=lambda hint: (not hint.needed, -hint.points))

    @property
    def next(self) -> Hint | None:
        """The next best thing to add; None where everything is told."""
        return self.missing[0] if self.missing else None

    @property
    def lacking(self) -> list[Hint]:
        """What is needed and not told."""
        return [hint for hint in self.missing if hint.needed]

    @property
    def is_enough(self) -> bool:
        """Whether it may be submitted: everything needed is told, and the score reaches the line."""
        return not self.lacking and self.score >= LINE


def hints(listing: Listing) -> Completeness:
    """What a reader looks for, in the order in which he does. Asks the database once, for pictures."""
    return Completeness((*_needed(listing), *_helpful(listing)))


def _needed(listing: Listing) -> tuple[Hint, ...]:
    reachable = bool(listing.contact_name and (listing.contact_phone or listing.contact_email))
    problem = len(listing.problem.strip()) >= PROBLEM
    return (
        Hint(
            _("In one sentence"),
            bool(listing.headline.strip()),
            _("Say trouble and change in one sentence."),
            10,
            "headline",
            needed=True,
        ),
        Hint(_("The problem it solves"), problem, _("Tell it in the firm's own words."), 20, "problem", needed=True),
        Hint(
            _("Products it is for"),
            bool(listing.products.strip()),
            _("Name products and machines."),
            10,
            "products",
            needed=True,
        ),
        Hint(_("Contact"), reachable, _("Name a person with phone or e-mail."), 5, "contact_name", needed=True),
    )


def _helpful(listing: Listing) -> tuple[Hint, ...]:
    gains = bool(listing.gains)
    proven = bool(listing.maturity and (listing.maturity_proof.strip() or listing.maturity_file_id))
    return (
        Hint(_("Gain against today's way"), gains, _("Give at least one number."), 15, "gain0_what"),
        Hint(
            _("Where these numbers come from"),
            gains and bool(listing.gains_source.strip()),
            _("Name the report, page and year."),
            5,
            "gains_source",
        ),
        Hint(
            _("Cost and time to adopt"),
            bool(listing.adoption.strip()),
            _("Say what it costs to start and how long."),
            10,
            "adoption",
        ),
        Hint(
            _("What else is needed"),
            bool(listing.also_needed.strip()),
            _("Name equipment, know-how or permits; or that nothing is."),
            5,
            "also_needed",
        ),
        Hint(
            _("Maturity"),
            listing.maturity is not None,
            _("Choose how far it is from production."),
            5,
            "maturity",
        ),
        Hint(_("Proof of maturity"), proven, _("Add a report, a link or a file."), 5, "maturity_proof"),
        Hint(_("Industry"), bool(listing.industry), _("Choose the industry."), 5, "industry"),
        Hint(_("A picture"), _pictured(listing), _("Show the machine, the sample or the plant."), 5, "pictures"),
    )


def _pictured(listing: Listing) -> bool:
    return bool(listing.pk) and listing.pictures.exists()
