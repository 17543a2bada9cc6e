"""Keeping the index equal to the database: after each change, by a rebuild, by a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from listings.models import Listing
from listings.search.backend import Document, SearchUnavailable, backend
from listings.search.documents import document_of, indexable

_BATCH = 500


def on_listing_moved(key: str, payload: dict[str, Any]) -> None:
    """Handler of `listing.moved`: the index learns what the database says now, not what the message said then."""
    refresh([int(payload["listing"])])


def on_patent_health_changed(key: str, payload: dict[str, Any]) -> None:
    """Handler of `patent.health_changed`: the patent's listings are read again."""
    refresh(list(Listing.objects.filter(patent=int(payload["patent"])).values_list("pk", flat=True)))


def refresh(keys: list[int]) -> int:
    """Read these listings again; returns how many were stored. Where there is no index yet, all are built."""
    documents = [document_of(listing) for listing in indexable(Listing.objects.filter(pk__in=keys))]
    try:
        return backend().index(documents)
    except SearchUnavailable:
        return rebuild()


def rebuild() -> int:
    """Build the index anew from the database and switch to it; returns the number of documents."""
    return backend().rebuild(documents())


def documents() -> Iterator[Document]:
    """Every listing's document or tombstone, a batch at a time."""
    for listing in indexable(Listing.objects.order_by("pk")).iterator(chunk_size=_BATCH):
        yield document_of(listing)


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
