"""How much of a listing a factory owner would understand, and what to add next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.models import Listing

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that helps a reader: whether it is told, and what to tell."""

    label: _StrPromise
    told: bool
    advice: _StrPromise


@dataclass(frozen=True, slots=True)
class Completeness:
    """The hints with their count."""

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
    def missing(self) -> list[Hint]:
        """Those not told yet."""
        return [hint for hint in self.hints if not hint.told]


def hints(listing: Listing) -> Completeness:
    """What a reader looks for, in the order in which he does."""
    return Completeness(
        (
            Hint(_("In one sentence"), bool(listing.headline), _("Say trouble and change in one sentence.")),
            Hint(_("The problem it solves"), len(listing.problem) >= 30, _("Tell it in the firm's own words.")),
            Hint(_("Products it is for"), bool(listing.products), _("Name products and machines.")),
            Hint(_("Industry"), bool(listing.industry), _("Choose the industry.")),
            Hint(_("Gain against today's way"), bool(listing.gains), _("Give at least one number.")),
            Hint(
                _("Where these numbers come from"),
                bool(listing.gains_source) or not listing.gains,
                _("Name the report, page and year."),
            ),
            Hint(_("Cost and time to adopt"), bool(listing.adoption), _("Say what it costs to start and how long.")),
            Hint(_("What else is needed"), bool(listing.also_needed), _("Name equipment, material or permits.")),
            Hint(_("Maturity"), listing.maturity is not None, _("Choose how far it is from production.")),
            Hint(_("Contact"), bool(listing.contact_name), _("Name a person.")),
        )
    )
