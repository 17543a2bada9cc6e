"""Reading the detectors' facts out of this room's tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from listings.integrity import parties, prices, texts
from listings.integrity.facts import Found, Party, PatentText, PriceSet
from listings.integrity.registry import Scope
from listings.models import Listing, ListingState, Patent, Revision
from marketplace.accounts.models import Membership, Organization, OrganizationKind, VerificationState
from marketplace.lib.terms import day_of

# What is only a draft or was given up is nobody's business yet, or any more.
LOOKED_AT = (
    ListingState.SUBMITTED,
    ListingState.PUBLICITY,
    ListingState.AWAITING_ANNOUNCEMENT,
    ListingState.PUBLISHED,
    ListingState.SUSPENDED,
    ListingState.WITHDRAWAL_REQUESTED,
)


SMALL = 3_000  # patents that can be compared with one in passing, at each move


def _texts(patents: Iterable[int] | None = None) -> list[PatentText]:
    """Every patent on the platform that somebody may offer, or the named ones."""
    rows = Patent.objects.filter(organization__isnull=False).order_by("pk")
    if patents is not None:
        rows = rows.filter(pk__in=patents)
    told = rows.values_list("pk", "title", "abstract", "organization_id")
    return [PatentText(str(pk), title, abstract, str(owner)) for pk, title, abstract, owner in told]


def find_duplicates(scope: Scope) -> Iterable[Found] | None:
    """Near-duplicate patents, across all owners."""
    if scope.patents is None and not scope.whole:
        return None
    if scope.patents is None:
        return texts.duplicates(_texts())
    # Where there are many, the clock compares what moved with everything, all at once.
    return compare(scope.patents) if is_small() else None


def is_small() -> bool:
    """Whether one patent can be compared with all in passing."""
    return Patent.objects.filter(organization__isnull=False).count() <= SMALL


def compare(patents: frozenset[int]) -> list[Found]:
    """Some patents with all, in one pass."""
    return texts.duplicates(_texts(), frozenset(map(str, patents)))


def find_boilerplate(scope: Scope) -> Iterable[Found] | None:
    """Abstracts that say nothing."""
    if scope.patents is None and not scope.whole:
        return None
    return texts.boilerplate(_texts(scope.patents))


def find_sudden_prices(scope: Scope) -> Iterable[Found] | None:
    """Prices as each submitted revision set them, in the order of time."""
    if scope.patents is None and not scope.whole:
        return None
    revisions = Revision.objects.filter(listing__state__in=LOOKED_AT)
    if scope.patents is not None:
        owners = Patent.objects.filter(pk__in=scope.patents).values("organization")
        revisions = revisions.filter(listing__organization__in=owners)
    found = {one.key: one for one in sorted(prices.detect(_prices(revisions)), key=lambda one: one.score)}
    touched = _listings_of(scope)
    return [one for key, one in found.items() if touched is None or int(key) in touched]


def _prices(revisions: Any) -> list[PriceSet]:
    """The first amount and each change of it; what was submitted unchanged sets no price."""
    told: list[PriceSet] = []
    last: dict[int, int] = {}
    rows = revisions.order_by("listing_id", "number").values_list("listing_id", "made_at", "snapshot__terms")
    for listing, made_at, terms in rows:
        amount = int(terms.get("fee_minor") or 0)
        before = last.get(listing)
        if before is None or before != amount:
            told.append(PriceSet(str(listing), day_of(made_at), amount, before, str(terms.get("fee_mode", ""))))
        last[listing] = amount
    return told


def _listings_of(scope: Scope) -> set[int] | None:
    if scope.patents is None:
        return None
    return set(Listing.objects.filter(patent__in=scope.patents).values_list("pk", flat=True))


def all_parties() -> list[Party]:
    """Every organization with what can tie it to another; inventors and live members count as its people."""
    people: dict[int, set[str]] = {}
    for organization, name in Membership.objects.live().values_list("organization_id", "user__name"):
        people.setdefault(organization, set()).add(name)
    # Whoever invented for an institution may own a firm that takes its licenses.
    for organization, inventors in Patent.objects.filter(organization__isnull=False).values_list(
        "organization_id", "inventors"
    ):
        people.setdefault(organization, set()).update(split(inventors))
    rows = Organization.objects.exclude(kind=OrganizationKind.PLATFORM).exclude(state=VerificationState.REFUSED)
    return [party_of(row, people.get(row.pk, set())) for row in rows.order_by("pk")]


def split(names: str) -> list[str]:
    """Names written in one column, however they are parted."""
    even = names
    for mark in "；;、,，/|\n":
        even = even.replace(mark, ";")
    return [name.strip() for name in even.split(";") if name.strip()]


def party_of(row: Organization, people: Iterable[str] = ()) -> Party:
    """What an organization says of itself, as a detector wants it."""
    return Party(
        key=str(row.pk),
        name=row.name,
        kind=str(row.kind),
        legal_representative=row.legal_representative,
        shareholders=tuple(split(row.shareholders)),
        people=tuple(sorted(people)),
        address=row.address,
        division=row.division,
        phone=row.contact_phone,
        email=row.contact_email,
        contact=row.contact_name,
        bank_account=row.bank_account,
    )


def find_related(scope: Scope) -> Iterable[Found] | None:
    """Organizations on the platform that are tied to each other."""
    if scope.organizations is None and not scope.whole:
        return None
    wanted = None if scope.organizations is None else set(map(str, scope.organizations))
    found = parties.detect(all_parties())
    return [one for one in found if wanted is None or wanted & set(one.subjects.values())]
