"""Running the detectors and keeping what they find: a new flag, the same again, more than before, or gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from listings.integrity import collecting, registry
from listings.integrity.facts import Found
from listings.integrity.registry import Scope
from listings.models import FlagKind, FlagState, IntegrityFlag, Listing, Revision
from marketplace.lib.canonical import sha256_of
from marketplace.outbox import outbox

EVERY = timedelta(minutes=10)
_PATENTS = (FlagKind.DUPLICATE, FlagKind.BOILERPLATE, FlagKind.SUDDEN_PRICE)


def register() -> None:
    """This room's detectors, and when they run."""
    outbox.handles("listing.moved", "integrity")(on_listing_moved)
    outbox.every(600, "listings.compare_moved")(compare_moved)
    outbox.every(86_400, "listings.integrity")(recompute_all)
    registry.register("duplicate", FlagKind.DUPLICATE, collecting.find_duplicates)
    registry.register("boilerplate", FlagKind.BOILERPLATE, collecting.find_boilerplate)
    registry.register("sudden_price", FlagKind.SUDDEN_PRICE, collecting.find_sudden_prices)
    registry.register("related", FlagKind.RELATED, collecting.find_related)


def recompute(scope: Scope) -> Counter[str]:
    """Run every detector over a scope; how many flags of each kind stand open in it afterwards."""
    found: list[Found] = []
    looked: dict[str, bool] = {}
    for kind, detector in registry.detectors():
        told = detector(scope)
        looked[kind] = looked.get(kind, True) and told is not None
        found += told or []
    for one in found:
        keep(one)
    _let_go(_within(scope).filter(kind__in=[kind for kind, whole in looked.items() if whole]), found)
    return Counter(_within(scope).filter(state=FlagState.OPEN).values_list("kind", flat=True))


def keep(one: Found) -> IntegrityFlag:
    """Store a finding. One that was answered stays so until it is stronger than what was answered."""
    values = {
        "score": one.score,
        "evidence": one.evidence,
        "evidence_sha256": sha256_of(one.evidence | {"score": one.score}),
        "seen_at": timezone.now(),
        **{f"{role}_id": int(key) for role, key in one.subjects.items()},
    }
    try:
        with transaction.atomic():
            flag, new = IntegrityFlag.objects.get_or_create(kind=one.kind, key=one.key, defaults=values)
    except IntegrityError:  # another worker was faster
        flag, new = IntegrityFlag.objects.get(kind=one.kind, key=one.key), False
    if new:
        return flag
    if flag.state in (FlagState.OPEN, FlagState.GONE):
        values["state"] = FlagState.OPEN
    elif one.score > flag.score:  # an answered flag comes back only when it has grown stronger than what was answered
        values |= {"state": FlagState.OPEN, "decided_by": None, "decided_at": None, "reason": ""}
    else:
        values = {"seen_at": values["seen_at"]}
    IntegrityFlag.objects.filter(pk=flag.pk, state=flag.state).update(**values)
    flag.refresh_from_db()
    return flag


def _let_go(flags: QuerySet[IntegrityFlag], found: Iterable[Found]) -> None:
    """Open ones among flags that were looked for and not found any more."""
    kept = {(one.kind, one.key) for one in found}
    gone = [flag.pk for flag in flags.filter(state=FlagState.OPEN) if (flag.kind, flag.key) not in kept]
    IntegrityFlag.objects.filter(pk__in=gone, state=FlagState.OPEN).update(state=FlagState.GONE)


def _within(scope: Scope) -> QuerySet[IntegrityFlag]:
    if scope.whole:
        return IntegrityFlag.objects.all()
    touched = Q()
    if scope.patents is not None:
        of_patents = (
            Q(patent__in=scope.patents) | Q(other_patent__in=scope.patents) | Q(listing__patent__in=scope.patents)
        )
        touched |= Q(kind__in=_PATENTS) & of_patents
    if scope.organizations is not None:
        of_organizations = Q(organization__in=scope.organizations) | Q(other_organization__in=scope.organizations)
        touched |= ~Q(kind__in=_PATENTS) & of_organizations
    return IntegrityFlag.objects.filter(touched)


def on_listing_moved(_key: str, payload: dict[str, Any]) -> None:
    """Look again at the listing's patent, and at its organization's ties."""
    waiting = Listing.objects.filter(pk=payload["listing"], version=payload["version"])  # a later one comes by itself
    listing = waiting.filter(state__in=collecting.LOOKED_AT).first()
    if listing is not None:
        recompute(Scope(frozenset({listing.patent_id}), frozenset({listing.organization_id})))


def compare_moved() -> int:
    """Where there are too many patents to compare in passing: those submitted lately with all, in one pass."""
    if collecting.is_small():
        return 0
    since = timezone.now() - 3 * EVERY
    moved = frozenset(Revision.objects.filter(made_at__gte=since).values_list("listing__patent", flat=True))
    found = collecting.compare(moved) if moved else []
    for one in found:
        keep(one)
    return len(found)


def recompute_all() -> None:
    """Everything, once a day: for what no move tells of."""
    recompute(Scope())
