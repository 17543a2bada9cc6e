"""Keeping the index equal to the database: after each change, by a rebuild, by a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from listings.models import Listing
from listings.search import parallel
from listings.search.backend import EngineAway, Rejected, SearchUnavailable
from listings.search.documents import documents_of
from listings.search.engine import backend
from marketplace.outbox import outbox
from marketplace.outbox.models import Effect, EffectState

TOPICS = ("listing.moved", "patent.health_changed")
REJECTED = "search.rejected"
NAME = "search"  # of the handlers of TOPICS


def register() -> None:
    """Hear of everything that changes what can be found."""
    outbox.handles("listing.moved", NAME)(on_listing_moved)
    outbox.handles("patent.health_changed", NAME)(on_patent_health_changed)
    outbox.handles(REJECTED, NAME)(on_listing_moved)


def on_listing_moved(key: str, payload: dict[str, Any]) -> None:
    """Handler of `listing.moved`: the index learns what the database says now, not what the message said then."""
    refresh([int(payload["listing"])])


def on_patent_health_changed(key: str, payload: dict[str, Any]) -> None:
    """Handler of `patent.health_changed`: the patent's listings are read again."""
    refresh(list(Listing.objects.filter(patent=int(payload["patent"])).values_list("pk", flat=True)))


def refresh(keys: list[int]) -> int:
    """Read these listings again; returns how many were stored. Where there is no index yet, all are built.

    Raises EngineAway where the engine does not answer: the outbox tries again. A single listing that the engine refuses
    raises Rejected; of several, the refused ones are set aside and the others stored.
    """
    try:
        return backend().index(documents_of(keys))
    except Rejected as partly:
        if len(keys) == 1:
            raise
        return _set_aside(partly)
    except EngineAway:
        raise
    except SearchUnavailable:
        return rebuild()


def rebuild(processes: int = 1) -> int:
    """Build the index anew from the database and switch to it; returns the number of documents.

    Several processes make the documents of very many listings; they see what is committed only.
    """
    expected = Listing.objects.count()
    several = processes > 1 and expected >= parallel.WORTH_IT
    try:
        return backend().rebuild(parallel.documents(processes) if several else documents_of(), expected)
    except Rejected as partly:
        return _set_aside(partly)


def _set_aside(partly: Rejected) -> int:
    """Each refused listing becomes an effect of its own: tried again, and a dead letter in the end (ES-8)."""
    for key in partly.reasons:
        version = Listing.objects.values_list("version", flat=True).get(pk=key)
        with transaction.atomic():
            outbox.add(REJECTED, key=f"{key}:{version}", listing=key, version=version)
    return partly.stored


def awaited(keys: Iterable[int]) -> set[int]:
    """Those of these listings of which the outbox has not told the index yet."""
    waiting = Effect.objects.filter(topic="listing.moved", key__startswith=f"{NAME}:", state=EffectState.PENDING)
    wanted = set(keys)
    return {pk for pk in waiting.values_list("payload__listing", flat=True) if pk in wanted}


def lag() -> timedelta:
    """How long the oldest change has been waiting to be told to the index (ES-2)."""
    waiting = Effect.objects.filter(topic__in=TOPICS, key__startswith=f"{NAME}:", state=EffectState.PENDING)
    oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    return timezone.now() - oldest if oldest else timedelta()


def compare() -> tuple[list[int], list[int]]:
    """Listings whose stored version is missing or older, and stored keys the database no longer has (ES-6)."""
    stored = backend().versions()
    true = dict(Listing.objects.values_list("pk", "version"))
    stale = sorted(pk for pk, version in true.items() if stored.get(pk, -1) < version)
    return stale, sorted(stored.keys() - true.keys())


def is_ready() -> bool:
    """Whether there is an index that this code can read."""
    try:
        backend().versions()
    except SearchUnavailable:
        return False
    return True
