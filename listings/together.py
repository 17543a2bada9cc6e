"""Many offers at once: one term sheet for a selection, what stops each of them, the green ones submitted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from listings import flow
from listings.models import ALIVE, LIVE, Listing, ListingState, Patent, TermSheet, Track
from listings.rules import RULES, check
from listings.standing import standing
from listings.states import EDITABLE, NotNow
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Finding, Refused, Severity

MOST = 200  # of one selection
CHECKED = 50  # drafts on one page: every rule looks at every one of them


@dataclass(slots=True)
class Outcome:
    """What became of a selection: the listings that have the terms now, and those that were refused with the reason."""

    done: list[Listing] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # title, why


@dataclass(frozen=True, slots=True)
class Looked:
    """One draft with what the rules say: what stops it, what a moderator will look at, who is asked inside first."""

    listing: Listing
    stops: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    inside: tuple[Finding, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it can be submitted as it stands."""
        return not self.stops


def unlisted(organization: Organization) -> QuerySet[Patent]:
    """The organization's patents in force that are not on the preset track yet."""
    live = Listing.objects.filter(patent=OuterRef("pk"), track=Track.PRESET, state__in=LIVE)
    rows = Patent.objects.filter(organization=organization, status__in=[*ALIVE, "unknown"])
    return rows.filter(~Exists(live)).order_by("title", "pk")


def drafts(organization: Organization, sheet: TermSheet | None = None) -> QuerySet[Listing]:
    """The organization's drafts on the preset track, those of one term sheet where it is named."""
    rows = Listing.objects.filter(organization=organization, track=Track.PRESET, state=ListingState.DRAFT)
    if sheet is not None:
        rows = rows.filter(term_sheet=sheet)
    return whole(rows)


def older(sheet: TermSheet) -> QuerySet[Listing]:
    """Listings that still carry an earlier version of the sheet: they keep it until this one is applied to them."""
    rows = Listing.objects.filter(
        organization_id=sheet.organization_id,
        term_sheet__name=sheet.name,
        term_sheet__version__lt=sheet.version,
        state__in=EDITABLE,
    )
    return rows.select_related("patent", "term_sheet").order_by("patent__title", "pk")


def whole(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    """The listings with what the rules ask for most."""
    return (
        rows.select_related("patent__organization", "organization", "terms", "term_sheet", "declaration")
        .prefetch_related("terms__class_prices", "variants__class_prices", "overrides", "patent__co_owners")
        .prefetch_related("patent__encumbrances", "pictures")
        .order_by("patent__title", "pk")
    )


def apply(
    sheet: TermSheet, *, patents: Iterable[UUID], listings: Iterable[UUID], organization: Organization, by: User
) -> Outcome:
    """Give the sheet's terms to patents not listed yet (as new drafts) and to listings; each by itself.

    Codes that are not the organization's are passed over. Raises Refused where the sheet does not stand, and
    PermissionDenied.
    """
    flow.require_lister(by, organization)
    refusal = standing(sheet)
    if refusal is not None:
        raise Refused([refusal])
    told = Outcome()
    for patent in unlisted(organization).filter(code__in=list(patents)[:MOST]):
        try:
            told.done.append(flow.create(patent, track=Track.PRESET, by=by, draft=flow.Draft(sheet=sheet)))
        except Refused as refused:
            told.refused.append((patent.title, str(refused.finding)))
    chosen = Listing.objects.filter(organization=organization, track=Track.PRESET, code__in=list(listings)[:MOST])
    for listing in chosen.filter(state__in=EDITABLE).select_related("patent", "organization"):
        try:
            told.done.append(flow.edit(listing, by=by, draft=flow.Draft(sheet=sheet)))
        except (Refused, NotNow) as refused:
            told.refused.append((listing.patent.title, str(refused)))
    return told


def look(listing: Listing) -> Looked:
    """What the rules say about a draft; what a moderator may let pass does not stop it."""
    found = check(listing)
    # The undertaking is given for all of them; the institution's own steps are asked when a listing is submitted.
    inside = tuple(one for one in found if one.rule == "INST-4")
    found = [one for one in found if one.field != "undertaking" and one not in inside]
    stops = [one for one in found if one.severity is Severity.BLOCK and not RULES[one.rule].overridable]
    notes = [one for one in found if one.severity is not Severity.INFO and one not in stops]
    return Looked(listing, tuple(stops), tuple(notes), inside)


def submit(listings: Iterable[Listing], *, by: User) -> Outcome:
    """Give the undertaking for each draft and submit it, each by itself: one that is refused holds up no other.

    Whoever approves several of them inside the institution gets one letter for all (INST-4).
    """
    told, post = Outcome(), flow.Post()
    for listing in listings:
        try:
            fresh = flow.edit(listing, by=by, draft=flow.Draft(undertaking=True))
            told.done.append(flow.submit(fresh, by=by, post=post))
        except Refused as refused:
            told.refused.append((listing.patent.title, str(refused.finding)))
        except NotNow as late:
            told.refused.append((listing.patent.title, str(late)))
    post.send()
    return told


def waiting(organization: Organization) -> QuerySet[Listing]:
    """Drafts that a term sheet could be given to."""
    return drafts(organization).filter(Q(term_sheet__isnull=True))


__all__ = [
    "CHECKED",
    "MOST",
    "Looked",
    "Outcome",
    "apply",
    "drafts",
    "look",
    "older",
    "submit",
    "unlisted",
    "waiting",
    "whole",
]
