"""Reading the detectors' facts out of this room's tables."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import QuerySet

from listings.integrity import parties, prices, texts
from listings.integrity.facts import Found, Holding, Party, PatentText, PriceHistory, Turn
from listings.integrity.registry import Scope
from listings.models import Listing, ListingState, Patent, Revision
from marketplace.accounts.models import Membership, Organization, OrganizationKind, Role, VerificationState
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


SMALL = 1_000  # patents that can be compared with one in passing, at each move


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
    """Prices as each submitted revision set them, with the requests that came between."""
    if scope.patents is None and not scope.whole:
        return None
    rows = Listing.objects.filter(state__in=LOOKED_AT)
    if scope.patents is not None:
        rows = rows.filter(patent__in=scope.patents)
    return prices.detect(_histories(rows))


def _histories(listings: QuerySet[Listing]) -> list[PriceHistory]:
    """What happened to each listing, in the order of time."""
    turns: dict[int, list[Turn]] = {}
    for listing, made_on in listings.values_list("pk", "created_at"):
        turns[listing] = [Turn(day_of(made_on), "listed")]
    last: dict[int, int] = {}
    revisions = Revision.objects.filter(listing__in=turns).order_by("listing_id", "number")
    for listing, made_at, terms in revisions.values_list("listing_id", "made_at", "snapshot__terms"):
        amount = int(terms.get("fee_minor") or 0)
        if last.get(listing) != amount:
            event = "made_free" if not amount else "price_changed" if listing in last else "price_set"
            turns[listing].append(Turn(day_of(made_at), event, amount))
        last[listing] = amount
    asked = listings.filter(agreements__isnull=False).values_list("pk", "agreements__requested_at")
    for listing, requested_at in asked:
        turns[listing].append(Turn(day_of(requested_at), "enquiry"))
    return [PriceHistory(str(key), tuple(sorted(told, key=lambda turn: turn.on))) for key, told in turns.items()]


def all_parties() -> list[Party]:
    """Every organization with what can tie it to another."""
    heads: dict[int, set[str]] = {}
    leading = Membership.objects.live().filter(role__in=[Role.OWNER, Role.SIGNATORY])
    for organization, name in leading.values_list("organization_id", "user__name"):
        heads.setdefault(organization, set()).add(name)
    inventors: dict[int, set[str]] = {}
    owned = Patent.objects.filter(organization__isnull=False).exclude(inventors="")
    for organization, names in owned.values_list("organization_id", "inventors"):
        inventors.setdefault(organization, set()).update(split(names))
    rows = Organization.objects.exclude(kind=OrganizationKind.PLATFORM).exclude(state=VerificationState.REFUSED)
    return [party_of(row, heads.get(row.pk, set()), inventors.get(row.pk, set())) for row in rows.order_by("pk")]


def split(names: str) -> list[str]:
    """Names written in one column, however they are parted."""
    for mark in "；、,，/|\n":
        names = names.replace(mark, ";")
    return [name.strip() for name in names.split(";") if name.strip()]


def holding(told: str) -> Holding:
    """A holder with the share where one is written beside the name: 张某 60%."""
    found = re.match(r"(.+?)[\s（(：:]*(\d+(?:\.\d+)?)\s*[%％][)）]?$", told)
    return Holding(found[1].strip(), float(found[2])) if found else Holding(told)


def party_of(row: Organization, heads: Iterable[str] = (), inventors: Iterable[str] = ()) -> Party:
    """What an organization says of itself, as a detector wants it."""
    return Party(
        key=str(row.pk),
        name=row.name,
        heads=tuple(sorted({*heads, row.legal_representative} - {""})),
        holdings=tuple(holding(each) for each in split(row.shareholders)),
        inventors=tuple(sorted(inventors)),
        address=row.address,
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
