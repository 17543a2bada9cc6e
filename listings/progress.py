"""Where a listing stands on its way, as a process line."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext as _

from listings.models import Listing, ListingState, Track
from listings.rules.approval import steps_for
from listings.rules.institution import needs_publicity, publicity_of
from marketplace.lib.look import Step

S = ListingState
ORDER = (S.DRAFT, S.APPROVAL, S.SUBMITTED, S.PUBLICITY, S.AWAITING_ANNOUNCEMENT, S.PUBLISHED)


def steps_of(listing: Listing) -> list[Step]:
    """The stations of this listing: publicity and announcement only where they apply to it."""
    words = {
        S.DRAFT: _("Write"),
        S.APPROVAL: _("Institution approves"),
        S.SUBMITTED: _("Moderators check"),
        S.PUBLICITY: _("Publicity"),
        S.AWAITING_ANNOUNCEMENT: _("Announcement"),
        S.PUBLISHED: _("On offer"),
    }
    passed = {
        S.APPROVAL: listing.state == S.APPROVAL or bool(steps_for(listing)),
        S.PUBLICITY: needs_publicity(listing) or listing.state == S.PUBLICITY,
        S.AWAITING_ANNOUNCEMENT: listing.track == Track.OPEN,
    }
    stations = [state for state in ORDER if passed.get(state, True)]
    if listing.state not in ORDER:
        return _off_the_line(listing, stations, words)
    here = ORDER.index(ListingState(listing.state))
    notes = _notes(listing)
    return [Step(words[state], notes.get(state, ""), _place(ORDER.index(state), here)) for state in stations]


def _place(index: int, here: int) -> Literal["done", "now", "todo"]:
    if index < here or (index == here == len(ORDER) - 1):
        return "done"
    return "now" if index == here else "todo"


def _notes(listing: Listing) -> dict[ListingState, str]:
    notes: dict[ListingState, str] = {}
    if listing.submitted_at:
        notes[S.SUBMITTED] = _("revision %(number)d") % {"number": listing.revision}
    publicity = publicity_of(listing)
    if publicity:
        notes[S.PUBLICITY] = _("through %(day)s") % {"day": publicity.ends_on.isoformat()}
    declaration = getattr(listing, "declaration", None)
    if declaration is not None and listing.track == Track.OPEN:
        notes[S.AWAITING_ANNOUNCEMENT] = str(declaration.number)
    return notes


def _off_the_line(listing: Listing, stations: list[ListingState], words: dict[ListingState, str]) -> list[Step]:
    """A listing that was suspended, is being withdrawn or has ended: what lies behind it, and where it is."""
    behind = stations if listing.published_at else stations[:1]
    return [*(Step(words[state], "", "done") for state in behind), Step(listing.get_state_display(), "", "now")]
